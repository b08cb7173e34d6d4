"""What lies behind a privacy mask is black on every path out of the hub, by its pixels; without a mask it is not."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
import websockets
from support.film import film
from support.hub import Hub, running, until

LEFT, TOP, RIGHT, BOTTOM = 0.55, 0.1, 0.95, 0.9
"""White in every picture of the film, and masked in one of the streams."""
MASK = {
    "name": "neighbour", "kind": "privacy",
    "polygon": [[LEFT - 0.03, TOP - 0.05], [RIGHT + 0.03, TOP - 0.05],
                [RIGHT + 0.03, BOTTOM + 0.05], [LEFT - 0.03, BOTTOM + 0.05]],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("privacy")


@pytest.fixture(scope="module")
def hub(folder: Path) -> Iterator[Hub]:
    with running(folder / "hub") as started:
        yield started


@pytest.fixture(scope="module")
def streams(hub: Hub, folder: Path) -> dict[str, str]:
    """The same film with a mask and without one; something walks through it, behind the mask too."""
    path = film(folder / "walk.mp4", seconds=12, moving=(4, 9), size=(640, 360), bright=(LEFT, TOP, RIGHT, BOTTOM))
    made = {
        name: hub.add(name, str(path), analyzers={"motion": {}}, sinks={"clips": {}}, regions=regions)
        for name, regions in (("masked", [MASK]), ("open", []))
    }
    hub.active(*made.values())
    return made


def brightness(jpeg: bytes) -> tuple[int, int]:
    """The brightest pixel inside the masked area, and outside of it, away from its edge."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    height, width = picture.shape
    inside = picture[int(TOP * height) : int(BOTTOM * height), int(LEFT * width) : int(RIGHT * width)]
    return int(inside.max()), int(picture[:, : int(0.4 * width)].max())


def check(name: str, jpeg: bytes) -> None:
    inside, outside = brightness(jpeg)
    assert outside > 100
    if name == "masked":
        assert inside < 40, f"{inside} behind the mask"
    else:
        assert inside > 200


@pytest.mark.parametrize("name", ["masked", "open"])
@pytest.mark.parametrize("path", ["snapshot", "snapshot?fresh=true", "snapshot?w=160", "thumbnail"])
def test_still_pictures(hub: Hub, streams: dict[str, str], name: str, path: str) -> None:
    check(name, hub.api.get(f"/api/stream/{streams[name]}/{path}").raise_for_status().content)


@pytest.mark.parametrize("name", ["masked", "open"])
def test_a_kept_snapshot(hub: Hub, streams: dict[str, str], name: str) -> None:
    kept = hub.call("POST", f"/api/streams/{streams[name]}/snapshots", {})
    check(name, hub.api.get(kept["image"]).raise_for_status().content)


@pytest.mark.parametrize("name", ["masked", "open"])
@pytest.mark.parametrize("width", [160, 1280])
def test_mjpeg(hub: Hub, streams: dict[str, str], name: str, width: int) -> None:
    data, parts = b"", 0
    path = f"/api/stream/{streams[name]}/mjpeg?fps=10&w={width}"
    with httpx.stream("GET", hub.url + path, headers={"Authorization": f"Bearer {hub.key}"}, timeout=10) as answer:
        for chunk in answer.iter_raw():
            data += chunk
            while (begin := data.find(b"\xff\xd8")) >= 0 and (end := data.find(b"\r\n--", begin)) >= 0:
                check(name, data[begin:end])
                data, parts = data[end:], parts + 1
            if parts >= 10:
                return
    pytest.fail("the stream ended")


async def test_the_wall(hub: Hub, streams: dict[str, str]) -> None:
    names, seen = list(streams), dict.fromkeys(streams, 0)
    url = hub.url.replace("http://", "ws://") + "/api/ws"
    async with websockets.connect(url, additional_headers={"Authorization": f"Bearer {hub.key}"}) as socket:
        for number, name in enumerate(names):
            message = {"type": "subscribe", "id": number, "stream": streams[name], "side": 320, "fps": 10}
            await socket.send(json.dumps(message))
        async with asyncio.timeout(20):
            while min(seen.values()) < 10:
                message: Any = await socket.recv()
                if isinstance(message, bytes):
                    name = names[int.from_bytes(message[:4], "big")]
                    check(name, message[12:])
                    seen[name] += 1


def test_best_frame_analyzers_and_clips(hub: Hub, streams: dict[str, str]) -> None:
    events = {
        name: until(
            lambda name=name: next((e for e in hub.events(stream=streams[name], type="motion.detected")  # type: ignore[misc]
                                    if e["ended_at"] and e["snapshot_id"]), None),
            40, lambda: hub.events(),
        )
        for name in streams
    }  # fmt: skip
    for name, event in events.items():
        check(name, hub.api.get(f"/api/snapshots/{event['snapshot_id']}/image").raise_for_status().content)
    # What the analyzer sees: no movement behind the mask.
    for box in events["masked"]["data"]["boxes"]:
        assert box["x"] < LEFT, box
    # A clip would show what is masked.
    until(lambda: next((e for e in hub.events(stream=streams["open"]) if e["clip_id"]), None), 20, "no clip at all")
    assert not any(event["clip_id"] for event in hub.events(stream=streams["masked"]))
    refused = [e for e in hub.events(stream=streams["masked"]) if e["data"].get("code") == "sink.refused_privacy"]
    assert len(refused) == 1
    assert refused[0]["data"]["params"] == {"sink": "clips"}


def test_recent_pictures_are_the_kept_ones(hub: Hub, streams: dict[str, str]) -> None:
    until(lambda: hub.get(f"/api/stream/{streams['masked']}/recent-snapshots"), 30, "nothing is kept")
    for name, stream in streams.items():
        for kept in hub.get(f"/api/stream/{stream}/recent-snapshots"):
            check(name, hub.api.get(kept["image"]).raise_for_status().content)


def test_a_mask_drawn_later_holds_at_once(hub: Hub, streams: dict[str, str]) -> None:
    stream = streams["open"]
    hub.call("PATCH", f"/api/streams/{stream}", {"regions": [MASK]}, **{"If-Match": "*"})
    asked = time.monotonic()
    hub.active(stream)
    picture = hub.api.get(f"/api/stream/{stream}/snapshot").raise_for_status().content
    print(f"a picture {time.monotonic() - asked:.1f} s after the mask was drawn")
    check("masked", picture)
