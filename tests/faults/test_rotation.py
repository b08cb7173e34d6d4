"""Changing the key of the secrets, killed at any moment: nothing is lost."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.hub import Hub, until
from support.postgres import new_database

from glimpser.database import Database
from glimpser.database.models import PluginState, Session, Stream, User
from glimpser.keyfile import read_keys
from glimpser.plugins.rows import Values
from glimpser.plugins.sections import stored_place
from glimpser.sealed import open_box, rows, values_of
from glimpser.secrets import Place
from glimpser_sdk.ids import new_id

STREAMS = 300
EXIT_IN_USE = 5

NAIVE = """
import asyncio, os, sys
from pathlib import Path
from glimpser.database import Database
from glimpser.keyfile import new_key, read_keys, write_keys
from glimpser.rotation import _renew
from glimpser.sealed import rows
from glimpser.secrets import SecretBox

async def main(folder, key):
    db = Database(os.environ.get("GLIMPSER_DATABASE_URL", ""), folder)
    await db.open()
    old, = read_keys(key)
    fresh = new_key()
    write_keys(key, [fresh])
    box = SecretBox(fresh, old)
    async for kind, row in rows():
        await _renew(db, box, kind, row.pk)
    await db.close()

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
"""
"""The new key takes the old one's place at once, as one would write it first."""


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """Of SQLite, unless the test says otherwise."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    return asyncio.run(new_database(request.getfixturevalue("postgres_server")))


@pytest.fixture
def hub(tmp_path: Path, database_url: str) -> Hub:
    """A data folder, without a hub, in which streams, a plugin and its values have secrets."""
    hub = Hub(tmp_path / "hub", GLIMPSER_DATABASE_URL=database_url)
    streams = [
        {"external_key": f"s{n}", "name": f"s{n}", "kind": "ffmpeg", "enabled": False,
         "config": {"url": f"rtsp://u:canary-{n}@127.0.0.1:1/"}, "analyzers": {}, "sinks": {}}
        for n in range(STREAMS)
    ]  # fmt: skip
    file = tmp_path / "streams.json"
    file.write_text(json.dumps({"streams": streams}))
    hub.glimpser("apply", str(file))

    async def plant(db: Database) -> None:
        box = await open_box(hub.folder / "secret.key")
        sealed = box.encrypt("canary-config", stored_place("planted").below("/token"))
        await db.write(lambda _: PluginState.create(plugin_id="planted", config={"token": sealed, "plain": 1}))
        await Values(db, "planted", box).set_secret("mine", ["canary-value"])
        await Values(db, "planted", box).set("plain", {"$enc": "text", "of": "its own"})
        keep = box.encrypt("canary-provider", Place("sessions/user/grace", "provider_keep"))
        now = datetime.now(UTC)

        async def somebody(conn: Any) -> None:
            await User.create(using_db=conn, id="grace", name="grace", role="viewer")
            await Session.create(using_db=conn, id=new_id(), user_id="grace", token_hash="x", expires_at=now,
                                 provider_keep=keep)  # fmt: skip

        await db.write(somebody)

    _with(hub, plant)
    return hub


def _with(hub: Hub, use: Any) -> Any:
    async def opened() -> Any:
        db = Database(hub.environment["GLIMPSER_DATABASE_URL"], hub.folder)
        await db.open()
        try:
            return await use(db)
        finally:
            await db.close()

    return asyncio.run(opened())


def secrets(hub: Hub) -> dict[str, Any]:
    """Every secret in clear by its place; what does not open is left out."""

    async def read(_: Database) -> dict[str, Any]:
        box = await open_box(hub.folder / "secret.key")
        found = [value async for kind, row in rows() for value in values_of(kind, row)]
        return {str(v.place): box.decrypt(v.value, v.place) for v in found if not v.fault(box)}

    found: dict[str, Any] = _with(hub, read)
    return found


def versions(hub: Hub) -> list[Any]:
    async def read(_: Database) -> list[Any]:
        return [(row.version, row.updated_at) async for kind, row in rows() if kind.model in (Stream, PluginState)]

    return list(_with(hub, read))


def kill_during(hub: Hub, command: list[str], chance: random.Random) -> bool:
    """Whether it was still running when it was killed, at some moment after it wrote the key file."""
    key = hub.folder / "secret.key"
    before = key.stat().st_mtime_ns
    process = subprocess.Popen(command, env=hub.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: key.stat().st_mtime_ns != before or process.poll() is not None, 60, "", 0.001)
    time.sleep(chance.uniform(0, 0.6))
    os.kill(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("database_url", "turns"),
    [
        ("sqlite", 4),
        ("postgres", 3),
        pytest.param("sqlite", 60, marks=pytest.mark.soak),
        pytest.param("postgres", 60, marks=pytest.mark.soak),
    ],
    indirect=["database_url"],
)
def test_killing_a_rotation_loses_nothing(hub: Hub, turns: int) -> None:
    planted, rowsaid, chance = secrets(hub), versions(hub), random.Random(1)
    assert len(planted) == STREAMS + 3
    first = (hub.folder / "secret.key").read_text().split()
    killed = 0
    for _ in range(turns):
        killed += kill_during(hub, [*hub.command, "secrets", "rotate"], chance)
        assert secrets(hub) == planted
    print(f"killed {killed}/{turns} times while it ran; {len(planted)}/{len(planted)} secrets are there")
    assert killed > 0
    hub.glimpser("secrets", "rotate")
    assert secrets(hub) == planted
    assert versions(hub) == rowsaid
    key = hub.folder / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    now = key.read_text().split()
    assert len(now) == 1
    assert now != first
    # The old key opens nothing any more.
    key.write_text(first[0])
    assert secrets(hub) == {}


def test_a_naive_rotation_loses(hub: Hub) -> None:
    planted, chance = secrets(hub), random.Random(2)
    kept = planted
    for _ in range(6):  # a kill may come when all is done
        kill_during(hub, [sys.executable, "-c", NAIVE, str(hub.folder), str(hub.folder / "secret.key")], chance)
        if len(kept := secrets(hub)) < len(planted):
            break
    print(f"control: a naive rotation kept {len(kept)}/{len(planted)} secrets")
    assert len(kept) < len(planted)


def test_a_rotation_needs_the_hub_to_be_stopped_and_says_what_is_left(hub: Hub) -> None:
    hub.start()
    key = hub.folder / "secret.key"
    before = key.read_text()
    done = subprocess.run([*hub.command, "secrets", "rotate"], env=hub.environment, capture_output=True, text=True)
    assert done.returncode == EXIT_IN_USE
    assert "stop it" in done.stderr
    assert key.read_text() == before
    assert "303 of 303 secrets" in _checked(hub, 0)
    hub.stop()

    stolen = base64.b64encode(bytes(32)).decode()
    key.write_text(f"{stolen}\n")
    said = _checked(hub, 1)
    assert "0 of 303 secrets" in said
    assert "stream 's7': streams/" in said
    assert "plugin planted: plugin_kv/planted/mine value cannot be opened: it was made with another key" in said
    key.write_text(f"{stolen}\n{before}")
    assert "303 of them need an older key" in _checked(hub, 0)
    hub.glimpser("secrets", "rotate")
    assert read_keys(key) == [bytes(32)]
    assert "303 of 303" in _checked(hub, 0)


def _checked(hub: Hub, code: int) -> str:
    done = subprocess.run([*hub.command, "secrets", "check"], env=hub.environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr
