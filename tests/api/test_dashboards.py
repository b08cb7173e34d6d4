"""Saved walls through a real hub: rights, roles, streams that not everybody sees, the API's description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from glimpser_sdk import new_id

from .conftest import ApiHub, serving
from .test_people import Person

pytest.importorskip("glimpser_dashboard", reason="the plugin glimpser-dashboard is not installed")
URL = "/api/dashboards"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with the plugin."""
    with serving(tmp_path_factory.mktemp("dashboards"), "dashboard,ffmpeg,password", seconds=1) as made:
        yield made


def document(*streams: str, **more: Any) -> dict[str, Any]:
    tiles = [{"stream_id": id, "x": 6 * (n % 2), "y": 4 * (n // 2), "w": 6, "h": 4} for n, id in enumerate(streams)]
    return {"name": "Gate", "tiles": tiles, **more}


def test_a_wall_is_saved_by_a_viewer_and_changed_with_its_version(hub: ApiHub, streams: tuple[str, str]) -> None:
    viewer, id = Person(hub, "viewer").api, new_id()
    made = viewer.put(f"{URL}/{id}", json=document(*streams))
    assert (made.status_code, made.headers["ETag"]) == (200, '"v1"'), made.text
    assert made.json() in viewer.get(URL).json()
    stale = viewer.put(f"{URL}/{id}", json=document(*streams), headers={"If-Match": '"v7"'})
    assert (stale.status_code, stale.headers["Content-Type"]) == (412, "application/problem+json")
    assert made.json() not in hub.get(URL), "it is private"
    assert viewer.delete(f"{URL}/{id}", headers={"If-Match": '"v1"'}).status_code == 204
    assert viewer.get(URL).json() == []


def test_a_wall_shows_nobody_a_stream_that_they_do_not_see(hub: ApiHub, streams: tuple[str, str]) -> None:
    id = new_id()
    hub.call("PUT", f"{URL}/{id}", document(*streams, visibility="shared", role="viewer"))
    limited = Person(hub, "viewer", streams=[streams[0]]).api
    found = limited.get(URL)
    [wall] = found.json()
    assert ([tile["stream_id"] for tile in wall["tiles"]], wall["mine"], wall["can"]) == ([streams[0]], False, [])
    assert streams[1] not in found.text
    told = [limited.put(f"{URL}/{new_id()}", json=document(stream)) for stream in (streams[1], new_id())]
    assert [(a.status_code, a.json()["detail"]) for a in told] == [
        (422, "/tiles/0/stream_id: there is no such stream")] * 2  # fmt: skip
    assert limited.delete(f"{URL}/{id}", headers={"If-Match": "*"}).status_code == 403
    assert Person(hub, "operator").api.get(URL).json() == []
    hub.call("DELETE", f"{URL}/{id}", **{"If-Match": "*"})


def test_what_a_removed_account_kept(hub: ApiHub, streams: tuple[str, str]) -> None:
    leaves, private, shared = Person(hub, "viewer"), new_id(), new_id()
    assert leaves.api.put(f"{URL}/{private}", json=document(*streams)).status_code == 200
    assert leaves.api.put(f"{URL}/{shared}", json=document(*streams, visibility="shared")).status_code == 200
    mine = {"filters": [{"name": "Door", "query": "severity=critical"}]}
    assert leaves.api.put("/api/me/review-filters", json=mine).json() == mine
    assert leaves.api.get("/api/me/review-filters").json() == mine
    hub.call("DELETE", f"/api/users/{leaves.id}", **{"If-Match": "*"})
    # What others see stays, and belongs to who manages walls.
    [left] = hub.get(URL)
    assert (left["id"], left["owner_id"], left["owner_name"], left["mine"]) == (shared, "", "", False)
    assert left["can"] == ["change", "delete"]
    hub.call("DELETE", f"{URL}/{shared}", **{"If-Match": "*"})
    assert hub.call("PUT", f"{URL}/{private}", document(*streams))["version"] == 1, "the private one is gone"
    hub.call("DELETE", f"{URL}/{private}", **{"If-Match": "*"})


def test_who_may_watch_alone_saves_nothing(hub: ApiHub, streams: tuple[str, str]) -> None:
    guest = Person(hub, "guest").api
    assert guest.get(URL).json() == []
    refused = guest.put(f"{URL}/{new_id()}", json=document())
    assert (refused.status_code, refused.json()["params"]["permission"]) == (403, "dashboard.save")


def test_the_api_describes_it(hub: ApiHub) -> None:
    paths = hub.get("/api/openapi.json")["paths"]
    assert set(paths[URL]) == {"get"}
    assert set(paths[f"{URL}/{{wall_id}}"]) == {"put", "delete"}
