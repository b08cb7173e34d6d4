"""What schemathesis finds: nothing. Left out are answers that do not end, by their declared type."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from .conftest import ApiHub

LONG_LIVED = {"multipart/x-mixed-replace", "text/event-stream"}
TAKES_AWAY = ("keys.revoke_key", "users.change_user", "users.delete_user")
"""What may end the attacker's own rights; attacked apart, after the rest."""
CONFIG = Path(__file__).with_name("schemathesis.toml")


def attack(
    hub: ApiHub, folder: Path, key: str | None, examples: int, seconds: int, *more: str, checks: str = "all"
) -> None:
    """Run checks as the holder of a key, or as a stranger. AssertionError with what was found."""
    description = hub.client().get("/api/openapi.json").json()
    left_out = [
        operation["operationId"]
        for path in description["paths"].values()
        for operation in path.values()
        if "101" in operation["responses"] or LONG_LIVED & set(operation["responses"].get("200", {}).get("content", {}))
    ]
    assert sorted(left_out) == [
        "feed.event_stream",
        "feed.page_socket",
        "live.mjpeg",
        "shared.mjpeg",
        "shared.page_socket",
    ]
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run",
        hub.url + "/api/openapi.json", "--checks", checks, "--no-color", "--continue-on-failure", "--no-shrink",
        "--max-examples", str(examples), "--request-timeout", "30", *more,
        *without(left_out if "--include-operation-id" not in more else []),
        *(["--header", f"Authorization: Bearer {key}"] if key else []),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=seconds)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "passed" in done.stdout


def without(operations: Sequence[str]) -> list[str]:
    return [part for name in operations for part in ("--exclude-operation-id", name)]


def only(operations: Sequence[str]) -> list[str]:
    return [part for name in operations for part in ("--include-operation-id", name)]


def prepare(hub: ApiHub) -> None:
    """Something to find of every kind."""
    stream = hub.watch()
    hub.call("POST", "/api/events", {"stream_id": stream, "text": "something"})
    hub.call("POST", "/api/stream-groups", {"name": "Group", "streams": [stream]})


@pytest.mark.long
@pytest.mark.timeout(480)
class TestAFew:
    """A few examples of every operation; every border of every field, and chains of operations, are left to the long
    form."""

    def test_as_a_stranger(self, hub: ApiHub, tmp_path: Path) -> None:
        attack(hub, tmp_path, None, 1, 380, "--exclude-deprecated", "--phases", "examples,fuzzing")

    def test_as_an_administrator(self, hub: ApiHub, tmp_path: Path) -> None:
        prepare(hub)
        phases = ("--phases", "examples,fuzzing")
        attack(hub, tmp_path, hub.key, 2, 380, "--exclude-deprecated", *phases, *without(TAKES_AWAY))
        attack(hub, tmp_path, hub.person("other", "admin"), 3, 90, *only(TAKES_AWAY))


def weaker(hub: ApiHub, word: str) -> dict[str, str]:
    """Keys of everybody who may less than an administrator."""
    prepare(hub)
    stream = next(iter(hub.streams()))
    guest = hub.person(f"guest-{word}", "guest")
    user = hub.get(f"/api/users?search=guest-{word}")[0]["id"]
    hub.call("PUT", f"/api/streams/{stream}/permissions", {"grants": [{"user": user, "permissions": ["streams.view"]}]})
    return {
        "guest": guest,
        "limited": hub.person(f"limited-{word}", "viewer", streams=[stream]),
        "viewer": hub.person(f"viewer-{word}", "viewer"),
        "operator": hub.person(f"operator-{word}", "operator"),
        "scoped": hub.person(f"scoped-{word}", "admin", streams=[stream], scopes=["streams.view", "streams.configure"]),
    }


@pytest.mark.long
@pytest.mark.timeout(400)
def test_nobody_makes_the_hub_fail(hub: ApiHub, tmp_path: Path) -> None:
    """A few examples of every operation as everybody else; what is refused must not break anything either."""
    for name, key in weaker(hub, "few").items():
        folder = tmp_path / name
        folder.mkdir()
        attack(hub, folder, key, 1, 120, "--exclude-deprecated", "--phases", "fuzzing", checks="not_a_server_error")


@pytest.mark.soak
class TestMany:
    """Hundreds of examples, the older paths too."""

    def test_as_a_stranger(self, hub: ApiHub, tmp_path: Path) -> None:
        attack(hub, tmp_path, None, 100, 3600)

    def test_as_an_administrator(self, hub: ApiHub, tmp_path: Path) -> None:
        prepare(hub)
        attack(hub, tmp_path, hub.key, 100, 3600, *without(TAKES_AWAY))
        attack(hub, tmp_path, hub.person("another", "admin"), 100, 600, *only(TAKES_AWAY))

    def test_as_everybody_else(self, hub: ApiHub, tmp_path: Path) -> None:
        for name, key in weaker(hub, "many").items():
            folder = tmp_path / name
            folder.mkdir()
            attack(hub, folder, key, 50, 3600, checks="not_a_server_error")
