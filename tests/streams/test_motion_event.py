"""From a moving picture to an event with its picture and its clip, through a real hub, and over a restart."""

from __future__ import annotations

import contextlib
import io
import json
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import av
import cv2
import httpx
import numpy as np
import pytest
from support.film import film
from support.hub import Hub, running, until

MOVING = (8.0, 12.0)
ZONE = {"name": "left half", "kind": "zone", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
ELSEWHERE = {"name": "sky", "kind": "zone", "polygon": [[0, 0], [1, 0], [1, 0.1], [0, 0.1]]}


class Listener(threading.Thread):
    """Hears the feed as a page does."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(daemon=True)
        self.heard: list[tuple[float, int, dict[str, Any]]] = []
        self._hub = hub

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._hub.key}"}
        url = f"{self._hub.url}/api/events/stream?topics=event,activity"
        identifier = 0
        with contextlib.suppress(httpx.HTTPError), httpx.stream("GET", url, headers=headers, timeout=60) as answer:
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    identifier = int(line[4:])
                elif line.startswith("data: "):
                    self.heard.append((time.monotonic(), identifier, json.loads(line[6:])))

    def changes(self, topic: str) -> list[str]:
        """What happened to objects of a topic."""
        return [message["change"] for _, _, message in self.heard if message.get("topic") == topic]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("motion")


def test_motion_becomes_an_event_with_picture_clip_and_activity(folder: Path) -> None:
    path = film(folder / "walk.mp4", seconds=24, moving=MOVING, fps=10, gop=10)
    with running(folder / "hub") as hub:
        listener = Listener(hub)
        listener.start()
        stream = hub.add("walk", str(path), analyzers={"motion": {}}, sinks={"clips": {}}, regions=[ZONE, ELSEWHERE])
        began = datetime.fromisoformat(hub.stream(stream)["created_at"])
        event = until(
            lambda: next((e for e in hub.events(stream=stream, state="ended") if e["clip_id"]), None),
            45, lambda: (hub.stream(stream), hub.events()),
        )  # fmt: skip

        started, ended = at(event["started_at"]), at(event["ended_at"])
        assert event["type"] == "motion.detected"
        # The film's clock starts when the stream is active, which takes a moment.
        assert timedelta(seconds=MOVING[0] - 1) < started - began < timedelta(seconds=MOVING[0] + 4)
        assert timedelta(seconds=3) < ended - started < timedelta(seconds=6)
        assert event["severity"] in ("info", "notice")
        assert 0.5 < event["score"] <= 1
        assert started <= at(event["best_at"]) <= ended
        assert list(event["data"]["regions"]) == [hub.stream(stream)["regions"][0]["id"]], event["data"]
        assert event["text"]

        check_picture(hub, event)
        check_clip(hub, event)
        activity = hub.get(f"/api/activities/{event['activity_id']}")
        assert (activity["event_count"], activity["types"]) == (1, ["motion.detected"])

        # One event more than that is a false alarm: nothing else moved.
        assert len(hub.events(stream=stream)) == 1
        assert listener.changes("event")[0] == "started"
        assert "ended" in listener.changes("event")
        assert "activity" in {m.get("topic") for _, _, m in listener.heard}
        numbers = [number for _, number, _ in listener.heard]
        assert numbers == sorted(numbers)
        stopped = hub.stop()
        assert stopped < 10

        hub.start()
        again = hub.get(f"/api/events/{event['id']}")
        assert {**again, "revision": 0} == {**event, "revision": 0}
        check_picture(hub, again)
        check_clip(hub, again)
        check_replay(hub)
        hub.active(stream)
        assert hub.check_database() == "ok"


def check_picture(hub: Hub, event: dict[str, Any]) -> None:
    """The best frame shows the thing that moved: a bright block."""
    jpeg = hub.api.get(f"/api/snapshots/{event['snapshot_id']}/image").raise_for_status().content
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    height, width = picture.shape
    assert (width, height) == (320, 180)
    assert (picture[height // 3 + 4 : height * 2 // 3 - 4] > 200).mean() > 0.08


def check_clip(hub: Hub, event: dict[str, Any]) -> None:
    """It plays, and begins before the motion."""
    clip = hub.get(f"/api/clips/{event['clip_id']}")
    data = hub.api.get(clip["file"]).raise_for_status().content
    assert len(data) == clip["size_bytes"]
    part = hub.api.get(clip["file"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    moved: list[float] = []
    with av.open(io.BytesIO(data)) as container:
        times = []
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="gray")
            times.append(frame.time)
            if (picture[70:110] > 200).mean() > 0.08:
                moved.append(frame.time)
    assert times == sorted(set(times))
    assert moved
    before, length = moved[0] - times[0], times[-1] - times[0]
    print(f"the clip begins {before:.1f} s before the motion and lasts {length:.1f} s")
    assert before > 1
    assert length > MOVING[1] - MOVING[0] + 1
    start = at(clip["started_at"])
    assert start < at(event["started_at"])
    assert at(clip["ended_at"]) > at(event["ended_at"]) - timedelta(seconds=1)


def check_replay(hub: Hub) -> None:
    """The feed begins where a client left it, here with the first thing that ever happened."""
    headers = {"Authorization": f"Bearer {hub.key}", "Last-Event-ID": "0"}
    topics, seen = set(), []
    with httpx.stream("GET", f"{hub.url}/api/events/stream", headers=headers, timeout=10) as answer:
        for line in answer.iter_lines():
            if line.startswith("id: "):
                seen.append(int(line[4:]))
            if line.startswith("data: "):
                message = json.loads(line[6:])
                topics.add((message.get("topic"), message.get("change")))
                if ("event", "ended") in topics:
                    break
    assert ("stream", "created") in topics
    assert ("event", "started") in topics
    assert seen == sorted(set(seen))
