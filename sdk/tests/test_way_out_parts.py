"""Parts of the way out that a source under the conformance rules has, by themselves."""

from __future__ import annotations

import pytest

from glimpser_sdk import ConfigInvalid
from glimpser_sdk.testing.conformance import seccomp
from glimpser_sdk.testing.conformance.watch import Rules
from glimpser_sdk.testing.conformance.way_out import WayOut


@pytest.mark.parametrize("url", ["gopher://127.0.0.1/", "srt://127.0.0.1", "rtsp://192.0.2.1/"])
def test_what_the_hub_refuses_is_refused(url: str) -> None:
    with WayOut(Rules()) as egress, pytest.raises(ConfigInvalid):
        egress.open(url)


async def test_opening_blocks_and_says_so() -> None:
    with WayOut(Rules()) as egress, pytest.raises(AssertionError, match=r"ctx\.egress\.http\(\)"):
        egress.open("http://127.0.0.1/")


def test_addresses_as_the_system_has_them() -> None:
    assert seccomp.network_place(b"\x02\x00\x00\x50\x7f\x00\x00\x01" + bytes(8), sends=False) == ("127.0.0.1", 80)
    assert seccomp.network_place(b"\x00\x00\x00\x50\x7f\x00\x00\x01" + bytes(8), sends=True) == ("127.0.0.1", 80)
    assert seccomp.network_place(bytes(16), sends=False) is None
    assert seccomp.network_place(b"\x01\x00/run/x", sends=True) is None
    mapped = b"\x0a\x00\x00\x50" + bytes(4) + bytes(10) + b"\xff\xff\x7f\x00\x00\x01" + bytes(4)
    assert seccomp.network_place(mapped, sends=False) == ("127.0.0.1", 80)
    assert seccomp.network_place(b"\x28\x00" + bytes(14), sends=False) == ("address family 40", 0)
