"""Looking is one entry for each person, stream and session, and one when it is over."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from support.film import film
from support.hub import until

from tests.api.conftest import ApiHub

from .test_routes import entries


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with a stream that runs."""
    folder = tmp_path_factory.mktemp("views")
    made = ApiHub(folder / "data")
    made.environment["GLIMPSER_PLUGINS"] = "ffmpeg,password"
    made.film = film(folder / "film.mp4", seconds=6, moving=(1, 4))
    made.start()
    yield made
    made.stop()


def begun(hub: ApiHub, action: str, count: int) -> Any:
    """The entries of this action, once there are so many."""
    return until(lambda: len(f := entries(hub, action)) == count and f, 10, lambda: entries(hub, action))


@pytest.mark.timeout(180)
def test_who_watched_what_and_how_long(hub: ApiHub) -> None:
    stream, other = (hub.add(name, str(hub.film), config={"loop": True}) for name in ("One", "Two"))
    hub.active(stream, other)
    first, second = hub.client(hub.person("first", "viewer")), hub.client(hub.person("second", "viewer"))
    for client in (first, first, second):
        with client.stream("GET", f"/api/stream/{stream}/mjpeg") as live:
            assert next(live.iter_bytes())
    with first.stream("GET", f"/api/stream/{other}/mjpeg") as live:
        assert next(live.iter_bytes())
    for _ in range(3):
        assert first.get(f"/api/stream/{stream}/snapshot").status_code == 200
    assert first.get(f"/api/stream/{'0' * 26}/snapshot").status_code == 404

    views = begun(hub, "live.view", 3)
    assert [(v["actor_name"], v["object_name"]) for v in views] == [
        ("first", "One"),
        ("second", "One"),
        ("first", "Two"),
    ]
    assert {v["actor_kind"] for v in views} == {"api_key"}
    (read,) = begun(hub, "media.read", 1)
    assert (read["actor_name"], read["object_id"]) == ("first", stream)

    hub.stop()
    ended = entries(hub, "live.view_ended")
    assert {(e["actor"], e["object_id"]) for e in ended} == {(v["actor"], v["object_id"]) for v in views}
    assert all(e["data"]["since"] and e["data"]["seconds"] >= 0 for e in ended)
    (over,) = entries(hub, "media.read_ended")
    assert over["data"]["count"] == 3
    assert [e["action"] for e in entries(hub, "hub.stopped")] == ["hub.stopped"]
    assert "as they were written" in hub.glimpser("audit", "verify")

    # Who watched when the hub was killed has an end as well, once.
    hub.start()
    with hub.api.stream("GET", f"/api/stream/{stream}/mjpeg") as live:
        assert next(live.iter_bytes())
        begun(hub, "live.view", 4)
        hub.signal(signal.SIGKILL)
    for _ in range(2):
        hub.stop()
        hub.start()
        (last, *before) = begun(hub, "live.view_ended", 4)[::-1]
        assert (last["actor_name"], last["object_id"], last["data"]["killed"]) == ("ada", stream, True)
        assert not any("killed" in e["data"] for e in before)
