"""Safe mode, and putting right what cannot be used: with its source, what is allowed, and the checks of any change."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from .conftest import ApiHub

NOW = "2026-01-01 00:00:00+00:00"
BROKEN = {"event_retention_days": 99_999, "gone_with_a_version": "x"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub in safe mode, in whose database are values that are not allowed; another comes from its environment."""
    made = ApiHub(tmp_path_factory.mktemp("repair") / "data")
    made.environment |= {"GLIMPSER_HTTP__NO_SUCH_FIELD": "1"}
    made.start()
    made.stop()
    with closing(sqlite3.connect(made.database)) as rows:
        for key, value in BROKEN.items():
            rows.execute("INSERT INTO settings VALUES (?, ?, 1, ?)", (key, json.dumps(value), NOW))
        rows.execute(
            "INSERT INTO plugin_states (plugin_id, config, config_version, version, updated_at)"
            " VALUES ('notes', ?, 1, 3, ?)",
            (json.dumps({"keep_days": 0}), NOW),
        )
        rows.commit()
    made.environment["GLIMPSER_SAFE"] = "true"
    made.start()
    yield made
    made.stop()


def test_what_is_broken_is_told_with_its_source_and_put_right(hub: ApiHub) -> None:
    found = hub.api.get("/api/repair").json()
    assert found["safe"] is True
    days, gone = found["settings"]
    assert (days["field"], days["value"], days["source"], days["schema"]["maximum"]) == (
        "/event_retention_days", 99_999, "database", 3650,
    )  # fmt: skip
    assert (gone["field"], gone["value"], gone["schema"]) == ("/gone_with_a_version", "********", {})
    [notes] = [plugin for plugin in found["plugins"] if plugin["id"] == "notes"]
    [value] = notes["values"]
    assert (value["field"], value["value"], value["source"], value["where"]) == ("/keep_days", 0, "database", "")
    assert "greater than or equal to 1" in value["problem"]
    assert value["schema"]["maximum"] == 3650

    for body in ({"event_retention_days": 5000}, {"no_such": None}):
        assert hub.api.patch("/api/settings", json=body).status_code in (409, 422)
    assert hub.api.patch("/api/settings", json={"event_retention_days": 30, "gone_with_a_version": None}).is_success
    path, match = "/api/plugins/notes", {"If-Match": "*"}
    detail = hub.api.get(path).json()
    assert (detail["config"], detail["sources"]) == ({"keep_days": 0}, {"keep_days": "database"})
    assert hub.api.patch(path, json={"config": {"keep_days": -1}}, headers=match).status_code in (409, 422)
    assert hub.api.patch(path, json={"config": {"keep_days": 30}}, headers=match).json()["config"] == {"keep_days": 30}
    found = hub.api.get("/api/repair").json()
    assert found["settings"] == []
    assert "notes" not in [plugin["id"] for plugin in found["plugins"]]


def test_it_is_for_those_who_may(hub: ApiHub) -> None:
    assert hub.client(hub.person("viewer", "viewer")).get("/api/repair").status_code == 403
    looks = hub.client(hub.person("looks", "admin", scopes=["plugins.view"])).get("/api/repair").json()
    assert (looks["settings"], looks["plugins"]) == ([], [])


def test_in_safe_mode_the_pages_are_the_built_in_ones(hub: ApiHub) -> None:
    stranger = hub.client()
    for page in ("/", "/safe"):
        answer = stranger.get(page)
        assert "static/main.js" in answer.text
        assert answer.headers["Content-Security-Policy"].endswith("trusted-types 'none'")
    assert hub.api.get("/api/capabilities").json()["panels"] == []
