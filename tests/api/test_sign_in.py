"""Setting up, signing in and out, and what happens to what was open."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from .conftest import PASSWORD, ApiHub, ends_within


class TestSetUp:
    """The one-time link, in a hub where nobody administers yet."""

    @pytest.fixture
    def fresh(self, tmp_path: Path) -> ApiHub:
        made = ApiHub(tmp_path / "data")
        made.key = "none yet"
        made.start()
        yield made  # type: ignore[misc]
        made.stop()

    def test_works_once_however_many_try(self, fresh: ApiHub) -> None:
        link = next(line for line in fresh.said if "set up:" in line).split()[-1]
        token = urlsplit(link).fragment.removeprefix("token=")
        with fresh.client() as anyone:
            assert anyone.get("/api/auth/setup/needed").json() == {"needed": True}
            body = {"name": "ada", "password": PASSWORD, "token": "x" * len(token)}
            assert anyone.post("/api/auth/setup/signup", json=body).status_code == 404

        def sign_up(number: int) -> httpx.Response:
            body = {"name": f"ada{number}", "password": PASSWORD, "token": token}
            return httpx.post(fresh.url + "/api/auth/setup/signup", json=body, timeout=30)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(sign_up, range(4)))
        assert [a.status_code for a in answers].count(204) == 1, [a.text for a in answers]
        assert all(a.status_code in (204, 404, 409) for a in answers)
        assert sign_up(9).status_code == 409
        with fresh.client() as anyone:
            assert anyone.get("/api/auth/setup/needed").json() == {"needed": False}


@pytest.fixture(scope="module")
def people(hub: ApiHub) -> None:
    for name in ("bob", "eve", "carol", "dave"):
        hub.person(name, "viewer")


@pytest.mark.usefixtures("people")
class TestSignIn:
    """Passwords and sessions."""

    def test_cookie_is_kept_from_scripts_and_other_sites(self, hub: ApiHub) -> None:
        answer = hub.client().post("/api/auth/login", json={"name": "bob", "password": PASSWORD})
        cookie = answer.headers["Set-Cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "path=/" in cookie

    def test_unknown_name_and_wrong_password_look_alike(self, hub: ApiHub) -> None:
        answers = [
            hub.client().post("/api/auth/login", json={"name": name, "password": "wrong wrong wrong"})
            for name in ("bob", "nobody-of-that-name")
        ]
        for answer in answers:
            assert answer.status_code == 401
        told = [{k: v for k, v in a.json().items() if k != "trace_id"} for a in answers]
        assert told[0] == told[1]

    def test_too_many_failures_lock_even_the_right_password(self, hub: ApiHub) -> None:
        body = {"name": "eve", "password": "wrong wrong wrong"}
        # Another claimed address changes nothing: nobody was told to trust such a header.
        statuses = [
            hub.client(**{"X-Forwarded-For": f"10.0.0.{n}"}).post("/api/auth/login", json=body).status_code
            for n in range(5)
        ]
        assert statuses == [401] * 5
        answer = hub.client().post("/api/auth/login", json={"name": "eve", "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.wrong")
        assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
        assert hub.client().post("/api/auth/login", json={"name": "carol", "password": PASSWORD}).status_code == 204

    def test_signing_out_ends_what_is_open_within_a_second(self, hub: ApiHub) -> None:
        stream, browser = hub.add("Live", str(hub.film)), hub.sign_in("bob")
        hub.active(stream)
        for path in ("/api/events/stream", f"/api/stream/{stream}/mjpeg"):
            browser = hub.sign_in("bob")
            with browser.stream("GET", path) as answer:
                assert answer.status_code == 200
                parts = answer.iter_raw()
                next(parts)
                began = time.monotonic()
                assert hub.client(Cookie=_cookie(browser)).post("/api/auth/logout").status_code == 204
                ends_within(1.0, parts, began)
            assert browser.get("/api/me").status_code == 401

    def test_a_new_password_ends_the_other_sessions(self, hub: ApiHub) -> None:
        one, other = hub.sign_in("dave"), hub.sign_in("dave")
        wrong = one.put("/api/me/password", json={"current": "no", "new": "another horse battery"})
        assert wrong.status_code == 422
        body = {"current": PASSWORD, "new": "another horse battery staple"}
        assert one.put("/api/me/password", json=body).status_code == 204
        assert one.get("/api/me").status_code == 200
        assert other.get("/api/me").status_code == 401
        hub.sign_in("dave", "another horse battery staple")

    def test_devices_are_listed_and_signed_out_one_by_one(self, hub: ApiHub) -> None:
        one, other = hub.sign_in("carol"), hub.sign_in("carol")
        listed = one.get("/api/me/sessions").json()
        assert [s["current"] for s in listed].count(True) == 1
        mine = next(s["id"] for s in other.get("/api/me/sessions").json() if s["current"])
        assert hub.sign_in("bob").delete(f"/api/me/sessions/{mine}").status_code == 404
        assert one.delete(f"/api/me/sessions/{mine}").status_code == 204
        assert other.get("/api/me").status_code == 401

    def test_a_key_that_is_none_is_refused_even_beside_a_good_cookie(self, hub: ApiHub) -> None:
        browser = hub.sign_in("bob")
        for value in ("Bearer", "Bearer x", "Bearer glm_a_b", f"Bearer {hub.key[:-1]}", "Basic YTpi"):
            answer = browser.get("/api/me", headers={"Authorization": value})
            assert answer.status_code == 401, value
            assert answer.headers["WWW-Authenticate"]


def _cookie(browser: httpx.Client) -> str:
    return "; ".join(f"{c.name}={c.value}" for c in browser.cookies.jar)
