"""A graphics card that is not there costs nothing but a word."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.film import film
from support.hub import Hub, until

pytestmark = pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="there is an NVIDIA card here")


def test_without_a_card_cuda_falls_back_in_time_and_says_so_once(start_hub: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start_hub()
    path = film(tmp_path / "walk.mp4", seconds=4, moving=(0, 4))
    began = time.monotonic()
    stream = hub.add("card", str(path), config={"hwaccel": "cuda"}, analyzers={"motion": {}})
    told = until(lambda: hub.events(stream=stream, type="ffmpeg.hwaccel_fallback"), 5, lambda: hub.events())
    until(lambda: hub.counters(stream).get("decoded_full", 0) > 5, 10, lambda: hub.diagnostics(stream))
    print(f"fell back after {time.monotonic() - began:.1f} s: {told[0]['text']}")
    assert told[0]["data"]["params"]["device"] == "cuda"
    assert told[0]["data"]["params"]["why"]
    # It is news once, not with every viewer, turn of the film or connection.
    hub.api.get(f"/api/stream/{stream}/snapshot?fresh=true").raise_for_status()
    time.sleep(6)
    assert len(hub.events(stream=stream, type="ffmpeg.hwaccel_fallback")) == 1
    assert hub.stream(stream)["status"] == "active"
