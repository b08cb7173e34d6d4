"""A hub whose key is another, is gone or is damaged: it runs, says what it cannot read, and overwrites nothing."""

from __future__ import annotations

import base64
import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.film import film
from support.hub import Hub, running, until

URL = "rtsp://root:canary-4711@127.0.0.1:554/a"
OTHER = base64.b64encode(b"o" * 32).decode() + "\n"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A hub, stopped, with a stream that has a secret and one that has none."""
    folder = tmp_path_factory.mktemp("kept")
    with running(folder / "hub") as made:
        made.secret = made.add("secret", URL)
        made.plain = made.add("plain", str(film(folder / "film.mp4", seconds=3)))
        made.active(made.plain)
    return made


@pytest.fixture
def hub(kept: Any, tmp_path: Path) -> Iterator[Any]:
    """A copy of it."""
    made: Any = Hub(shutil.copytree(kept.folder, tmp_path / "hub"), GLIMPSER_MEDIA_ROOTS=str(kept.folder.parent))
    made.key, made.secret, made.plain = kept.key, kept.secret, kept.plain
    yield made
    made.stop()


def stored(hub: Hub) -> list[Any]:
    with contextlib.closing(sqlite3.connect(hub.folder / "glimpser.db")) as rows:
        return rows.execute("SELECT id, config, version FROM streams ORDER BY id").fetchall()


def refused(hub: Hub) -> bool:
    """Whether the secret was read and the camera asked, which nobody is."""
    reason = hub.stream(hub.secret)["reason"]
    return reason is not None and reason["code"] == "net.refused"


@pytest.mark.parametrize("key", [OTHER, "not a key", None], ids=["another", "damaged", "missing"])
def test_the_hub_runs_without_its_key_and_overwrites_nothing(hub: Any, key: str | None) -> None:
    path, before = hub.folder / "secret.key", stored(hub)
    right = path.read_text()
    path.write_text(key) if key is not None else path.unlink()
    hub.start()
    until(lambda: hub.stream(hub.secret)["status"] == "error", 15, lambda: hub.stream(hub.secret))
    assert hub.stream(hub.secret)["reason"]["code"] == "secret.unreadable"
    assert hub.stream(hub.secret)["config"]["url"] == "********"
    hub.active(hub.plain)
    assert {s["name"] for s in hub.get("/api/streams/export")["streams"]} == {"secret", "plain"}
    renamed = hub.api.patch(f"/api/streams/{hub.secret}", json={"name": "x"}, headers={"If-Match": "*"})
    assert renamed.status_code == 422
    assert renamed.json()["errors"][0]["field"] == "/config/url"
    assert "canary" not in renamed.text
    assert stored(hub) == before
    made = hub.api.post("/api/streams", json={"name": "n", "kind": "ffmpeg", "enabled": False, "config": {"url": URL}})
    if key == OTHER:
        assert made.status_code == 201
        again = {"config": {"url": URL.replace("canary", "entered-again")}}
        hub.call("PATCH", f"/api/streams/{hub.secret}", again, **{"If-Match": "*"})
        until(lambda: refused(hub), 15, lambda: hub.stream(hub.secret))
        assert path.read_text() == OTHER
        return
    assert (made.status_code, made.json()["code"]) == (503, "secret.no_key")
    assert path.exists() == (key is not None)
    assert stored(hub) == before
    hub.stop()
    path.write_text(right)
    path.chmod(0o600)
    hub.start()
    until(lambda: refused(hub), 15, lambda: hub.stream(hub.secret))


def test_a_key_that_others_may_read_is_refused(hub: Any) -> None:
    (hub.folder / "secret.key").chmod(0o644)
    with pytest.raises(AssertionError, match="chmod 600") as refusal:
        hub.start()
    assert "did not end" not in str(refusal.value)
    assert stored(hub)


def test_a_key_that_is_lost_for_good_is_replaced(hub: Any) -> None:
    path = hub.folder / "secret.key"
    assert "FAIL" not in hub.glimpser("doctor")
    path.unlink()
    with pytest.raises(AssertionError, match="doctor"):
        hub.glimpser("doctor")
    hub.glimpser("secrets", "new-key")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(AssertionError, match="there is a key file already"):
        hub.glimpser("secrets", "new-key")
    hub.start()
    hub.call("PATCH", f"/api/streams/{hub.secret}", {"config": {"url": URL}}, **{"If-Match": "*"})
    assert "canary" not in hub.logged()
