"""How share links end, and what guesses at them meet."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from .conftest import ApiHub
from .sharing import ANY, OPEN, SECRET, Author, Watching, later


@pytest.fixture(scope="module")
def streams(hub: ApiHub) -> tuple[str, str, str]:
    """Three streams; the first runs."""
    return hub.add("Gate", str(hub.film)), hub.watch("Garden"), hub.watch("Bedroom")


@pytest.fixture(scope="module")
def author(hub: ApiHub) -> Author:
    return Author(hub)


class TestPasswords:
    """Links that ask for one."""

    def test_it_is_asked_and_checked(self, author: Author, streams: tuple[str, str, str]) -> None:
        shared = author.share(stream=streams[0], password=SECRET)
        for more, code in (
            ({}, "share.password_needed"),
            ({"password": "another one entirely"}, "auth.wrong"),
        ):
            refused = shared.open(**more)
            assert (refused.status_code, refused.json()["code"]) == (401, code)
            assert "Set-Cookie" not in refused.headers
            assert shared.get().status_code == 401
        assert shared.open(password=SECRET).status_code == 200
        assert shared.get().status_code == 200
        assert shared.open().status_code == 200, "a browser that gave it is not asked again"
        with sqlite3.connect(shared.hub.database, timeout=30) as rows:
            found = rows.execute(
                "SELECT action, result FROM audit_events WHERE object_id = ? ORDER BY seq", [shared.made["id"]]
            ).fetchall()
        assert found == [
            ("share-links.share", "ok"), ("share.password_failed", "refused"), ("share.opened", "ok"),
            ("share.opened", "ok"),
        ]  # fmt: skip

    def test_guesses_are_limited_and_hurt_nobody_else(self, author: Author, streams: tuple[str, str, str]) -> None:
        shared, other = (author.share(stream=streams[0], password=SECRET) for _ in range(2))
        statuses = [shared.open(password=f"wrong guess {n}").status_code for n in range(6)]
        assert statuses == [401] * 6
        locked = shared.open(password=SECRET)
        assert (locked.status_code, locked.json()["code"]) == (401, "auth.wrong")
        assert int(locked.headers["Retry-After"]) > 60
        assert other.open(password=SECRET).status_code == 200
        listed = {i["id"]: i["locked_until"] for i in author.api.get("/api/share-links").json()}
        assert listed[shared.made["id"]] is not None
        assert listed[other.made["id"]] is None

    def test_guesses_from_everywhere_lock_it_for_a_day(self, author: Author, streams: tuple[str, str, str]) -> None:
        shared, before = (author.share(stream=streams[0], password=SECRET) for _ in range(2))
        assert before.open(password=SECRET).status_code == 200
        link_id = shared.made["id"]
        with sqlite3.connect(shared.hub.database, timeout=30) as rows:
            for link in (link_id, before.made["id"]):  # 19 from elsewhere
                rows.execute(
                    "INSERT INTO sign_in_failures (key, count, window_start) VALUES (?, 19, ?)",
                    (f"share {link}|everybody".casefold(), datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")),
                )
        assert before.open(password=SECRET).status_code == 200
        assert shared.open(password="wrong guess").status_code == 401
        locked = shared.open(password=SECRET)
        assert locked.status_code == 401
        assert 23 * 3600 < int(locked.headers["Retry-After"]) <= 24 * 3600
        until = next(i for i in author.api.get("/api/share-links").json() if i["id"] == link_id)["locked_until"]
        assert datetime.fromisoformat(until) < datetime.now(UTC) + timedelta(days=1, minutes=1)
        with sqlite3.connect(shared.hub.database, timeout=30) as rows:
            past = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
            rows.execute("UPDATE sign_in_failures SET window_start = ?, locked_until = ? WHERE key LIKE ?",
                         (past, past, f"share {link_id}|%".casefold()))  # fmt: skip
        assert shared.open(password=SECRET).status_code == 200


class TestTheEnd:
    """A link ends with its time, its author's rights, or by a word; so does what is open through it."""

    @pytest.fixture
    def own(self, hub: ApiHub) -> Iterator[Author]:
        author = Author(hub)
        yield author
        hub.api.delete(f"/api/users/{author.id}", headers=ANY)

    @pytest.mark.parametrize("change", ["revoked", "role", "disabled", "removed", "streams"])
    @pytest.mark.attack("A60", control=True)
    def test_open_pictures_end_within_a_second(
        self, hub: ApiHub, own: Author, streams: tuple[str, str, str], change: str
    ) -> None:
        hub.active(streams[0])
        shared = own.share(stream=streams[0]).opened()
        control = Author(hub).share(stream=streams[0]).opened()
        with shared.socket() as socket, control.socket() as other:
            watching = Watching(shared, streams[0])
            if change == "revoked":
                assert own.api.delete(f"/api/share-links/{shared.made['id']}").status_code == 204
            elif change == "removed":
                hub.call("DELETE", f"/api/users/{own.id}", **ANY)
            else:
                changes = {"role": {"role": "viewer"}, "disabled": {"active": False}, "streams": {"streams": []}}
                own.change(**changes[change])
            began = time.monotonic()
            assert shared.closes(socket)
            assert watching.ended.wait(max(0.1, 1 - (time.monotonic() - began)))
            assert shared.get().status_code == 401
            assert shared.open().json()["code"] == "link.not_found"
            assert not control.closes(other, 0.3)
            assert control.get().status_code == 200

    def test_it_expires_with_what_is_open(self, own: Author, streams: tuple[str, str, str]) -> None:
        ends = time.time() + 3
        shared = own.share(stream=streams[0], expires_at=later(3)).opened()
        with shared.socket() as socket:
            assert shared.closes(socket, 4)
            assert time.time() == pytest.approx(ends, abs=1.2)
        assert shared.get().status_code == 401
        assert shared.open().status_code == 404
        assert own.api.get("/api/share-links").json() == []

    def test_a_wall_loses_what_its_author_loses(self, own: Author, streams: tuple[str, str, str]) -> None:
        shared = own.share(streams=[streams[1], streams[0]]).opened()
        own.change(streams=[streams[0]])
        assert [s["id"] for s in shared.get().json()["streams"]] == [streams[0]]
        own.change(streams=None)
        assert [s["id"] for s in shared.get().json()["streams"]] == [streams[1], streams[0]]

    def test_a_long_link_of_an_administrator_shrinks_with_the_role(
        self, hub: ApiHub, streams: tuple[str, str, str]
    ) -> None:
        admin = Author(hub, "admin")
        shared = admin.share(stream=streams[0], expires_at=later(300 * 86400)).opened()
        admin.change(role="operator")
        assert shared.get().json()["expires_at"] < later(31 * 86400)


class TestTokens:
    """What is no token."""

    @pytest.mark.attack("A80", control=True)
    def test_is_answered_like_a_link_that_ended(self, hub: ApiHub, streams: tuple[str, str, str]) -> None:
        author = Author(hub)
        shared = author.share(stream=streams[0])
        author.api.delete(f"/api/share-links/{shared.made['id']}")
        hidden = {"trace_id"}
        ended = {k: v for k, v in shared.open().json().items() if k not in hidden}
        assert ended["status"] == 404
        for token in (
            ":id",
            "",
            "%00",
            "null",
            "*",
            "A" * 43,
            shared.token[:-1],
            [shared.token],
            ["%"],
            {"a": 1},
            1,
            None,
            True,
        ):
            refused = hub.client().post(OPEN, json={"token": token})
            assert refused.status_code == 404, token
            assert {k: v for k, v in refused.json().items() if k not in hidden} == ended, token
        for path in (":id", "", "%00", "[]", shared.token):
            assert hub.api.get(f"/api/shared/{path}").status_code == 404, path
        good = author.share(stream=streams[0])
        assert good.open().status_code == 200

    def test_guessing_them_is_slowed_down_and_signing_in_is_not(
        self, hub: ApiHub, streams: tuple[str, str, str]
    ) -> None:
        good = Author(hub).share(stream=streams[0])
        statuses = [hub.client().post(OPEN, json={"token": f"{n:043}"}).status_code for n in range(30)]
        assert statuses[-1] == 429
        assert good.open().status_code == 429
        assert Author(hub).api.get("/api/me").status_code == 200
        with sqlite3.connect(hub.database, timeout=30) as rows:
            rows.execute("DELETE FROM sign_in_failures")
        assert good.open().status_code == 200
