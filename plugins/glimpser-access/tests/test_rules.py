from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glimpser_access.config import AccessConfig
from glimpser_access.models import AccessRule
from glimpser_access.rules import Rule, Rules, rules_of


def rule(text: str) -> Rule:
    effect, _, where = text.partition(" ")
    return Rule.of(text, effect, *((None, where) if where.isalpha() else (where, None)))


@pytest.mark.parametrize(
    ("rules", "address", "role", "admitted"),
    [
        ([], "203.0.113.9", None, True),
        (["block 203.0.113.0/24"], "203.0.113.9", None, False),
        (["block 203.0.113.0/24"], "203.0.114.9", None, True),
        (["block 203.0.113.0/24"], "::ffff:203.0.113.9", None, False),
        (["block 203.0.113.0/24", "allow 0.0.0.0/0"], "203.0.113.9", "admin", False),
        (["allow 10.0.0.0/8"], "10.9.9.9", None, True),
        (["allow 10.0.0.0/8"], "192.168.0.1", None, False),
        (["allow 10.0.0.0/8"], "2001:db8::1", None, False),
        (["allow 10.0.0.0/8", "allow 2001:db8::/32"], "2001:db8::1", None, True),
        (["allow fe80::/10"], "fe80::1%eth0", None, True),
        (["block 203.0.113.0/24"], "", None, False),
        (["block 203.0.113.0/24"], "not an address", "admin", False),
        (["admin_only 10.0.0.0/8"], "10.0.0.1", None, True),
        (["admin_only 10.0.0.0/8"], "10.0.0.1", "viewer", False),
        (["admin_only 10.0.0.0/8"], "10.0.0.1", "admin", True),
        (["admin_only 10.0.0.0/8"], "192.168.0.1", "viewer", True),
        (["block DE"], "198.51.100.7", None, False),
        (["block DE"], "2001:db8:1::7", None, False),
        (["block DE"], "198.51.101.7", None, True),
        (["allow DE"], "198.51.100.7", None, True),
        (["allow DE"], "8.8.8.8", None, False),
    ],
)
async def test_who_is_admitted(
    hub_context: Callable[..., Any], database: Any, countries: Callable[[dict[str, str]], Path], rules: list[str],
    address: str, role: str | None, admitted: bool,
) -> None:  # fmt: skip
    file = countries({"198.51.100.0/24": "DE", "198.51.101.0/24": "FR", "2001:db8:1::/48": "DE"})
    made = Rules(hub_context("access", connection=database, config=AccessConfig(geoip_file=file)))
    await made.load()
    assert made.knows_countries
    made.use([rule(text) for text in rules])
    assert made.admits(address, role) is admitted


@pytest.mark.parametrize("content", [None, b"", b"no database"])
async def test_without_a_geoip_database_networks_still_count(
    hub_context: Callable[..., Any], database: Any, tmp_path: Path, content: bytes | None,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    file = tmp_path / "country.mmdb"
    if content is not None:
        file.write_bytes(content)
    made = Rules(hub_context("access", connection=database, config=AccessConfig(geoip_file=file)))
    await made.load()
    assert not made.knows_countries
    assert str(file) in caplog.text
    made.use([rule("block DE"), rule("block 10.0.0.0/8")])
    assert made.admits("198.51.100.7", None)
    assert not made.admits("10.0.0.1", None)


async def test_what_was_kept_counts_after_a_start(ctx: Any) -> None:
    await AccessRule.create(id="1", effect="block", network="10.0.0.0/8", country="", note="", author_name="ada",
                            created_at=ctx.clock.now())  # fmt: skip
    assert rules_of(ctx) is rules_of(ctx)
    # Until they were read, nobody knows whom they refuse.
    assert [rules_of(ctx).admits(a, "admin") for a in ("10.0.0.1", "192.168.0.1", "", "127.0.0.1", "::1")] == [
        False, False, False, True, True
    ]  # fmt: skip
    await rules_of(ctx).load()
    assert not rules_of(ctx).admits("10.0.0.1", None)
    assert rules_of(ctx).admits("192.168.0.1", None)
