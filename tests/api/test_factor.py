"""Second factors: sign-in in two steps, trusted browsers, who needs one, and what happens when its plugin is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pyotp
import pytest
from support.hub import NAME

from .conftest import PASSWORD, ApiHub, ends_within
from .test_people import ANY, Person
from .test_step_up import NEEDED, age

STEP_S = 30


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    made = ApiHub(tmp_path_factory.mktemp("factor") / "data")
    made.environment["GLIMPSER_PLUGINS"] = "password,totp"
    made.start()
    # Who says that others need one has one.
    admin = made.sign_in(NAME, PASSWORD)
    code = pyotp.TOTP(admin.post("/api/me/totp").json()["secret"]).now()
    assert admin.post("/api/auth/mfa/verify", json={"code": code}).status_code == 200
    yield made
    made.stop()


class Guarded(Person):
    """Somebody with an authenticator app, who finished enrolling with the code of the step before."""

    def __init__(self, hub: ApiHub, role: str = "admin") -> None:
        super().__init__(hub, role)
        self.hub = hub
        begun = self.api.post("/api/me/totp").json()
        self.app = pyotp.TOTP(begun["secret"])
        done = self.api.post("/api/auth/mfa/verify", json={"code": self.app.at(time.time() - STEP_S)})
        assert done.status_code == 200, done.text
        self.recovery = list(done.json()["recovery_codes"])

    def challenge(self, client: httpx.Client) -> str:
        """The first step."""
        answer = client.post("/api/auth/login", json={"name": self.name, "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.mfa_required"), answer.text
        assert "set-cookie" not in answer.headers
        assert answer.json()["params"]["factor"] == "totp"
        return str(answer.json()["params"]["challenge"])

    def verify(self, client: httpx.Client, code: str, **more: Any) -> httpx.Response:
        """Both steps."""
        return client.post("/api/auth/mfa/verify", json={"challenge": self.challenge(client), "code": code, **more})


@pytest.fixture
def person(hub: ApiHub) -> Iterator[Guarded]:
    made = Guarded(hub)
    yield made
    hub.call("DELETE", f"/api/users/{made.id}", **ANY)


class TestSignIn:
    """Password, then a code."""

    def test_needs_a_code_which_works_once(self, hub: ApiHub, person: Guarded) -> None:
        browser, code = hub.client(), person.app.now()
        assert browser.get("/api/me").status_code == 401
        assert person.verify(browser, code).status_code == 204
        assert browser.get("/api/me").json()["factor"] == hub.get(f"/api/users/{person.id}")["factor"] == "totp"
        assert "401" in hub.get("/api/openapi.json")["paths"]["/api/auth/login"]["post"]["responses"]
        replayed = person.verify(hub.client(), code)
        assert (replayed.status_code, replayed.json()["code"]) == (401, "auth.wrong")
        assert person.verify(hub.client(), person.recovery[0]).status_code == 204
        assert person.verify(hub.client(), person.recovery[0]).status_code == 401
        assert person.verify(hub.client(), person.recovery[1]).status_code == 204

    def test_the_password_alone_opens_nothing_anywhere(self, hub: ApiHub, person: Guarded) -> None:
        token = {"name": person.name, "password": PASSWORD}
        refused = hub.client().post("/api/auth/token", json=token)
        assert (refused.status_code, refused.json()["code"]) == (401, "auth.mfa_required")
        assert hub.client().post("/api/auth/token", json={**token, "code": "000000"}).status_code == 401
        made = hub.client().post("/api/auth/token", json={**token, "code": person.recovery[0]})
        assert hub.client(made.json()["token"]).get("/api/me").json()["name"] == person.name
        # A wrong password is answered like anybody's: nothing tells that there is a factor.
        answers = [
            hub.client().post("/api/auth/login", json={"name": name, "password": "wrong wrong wrong"}).json()
            for name in (person.name, "nobody-at-all")
        ]
        assert {**answers[0], "trace_id": ""} == {**answers[1], "trace_id": ""}

    def test_a_challenge_is_for_its_user_and_five_guesses(self, hub: ApiHub, person: Guarded) -> None:
        other = Guarded(hub, "viewer")
        client = hub.client()
        challenge = person.challenge(client)
        stolen = client.post("/api/auth/mfa/verify", json={"challenge": challenge, "code": other.recovery[0]})
        assert stolen.status_code == 401
        for _ in range(3):
            body = {"challenge": challenge, "code": "000000"}
            assert client.post("/api/auth/mfa/verify", json=body).json()["code"] == "auth.wrong"
        fifth = client.post("/api/auth/mfa/verify", json={"challenge": challenge, "code": "000000"})
        assert fifth.json()["code"] == "auth.wrong"
        over = client.post("/api/auth/mfa/verify", json={"challenge": challenge, "code": person.recovery[0]})
        assert (over.status_code, over.json()["code"]) == (401, "auth.challenge_over")
        # Wrong codes count like wrong passwords, so that a known password gives no further guesses.
        locked = client.post("/api/auth/login", json={"name": person.name, "password": PASSWORD})
        assert (locked.status_code, bool(locked.headers["Retry-After"])) == (401, True)
        hub.call("POST", f"/api/users/{person.id}/unlock")
        assert person.verify(client, person.recovery[0]).status_code == 204
        for challenge in ("", "x", "x" * 300):
            answer = client.post("/api/auth/mfa/verify", json={"challenge": challenge, "code": "1"})
            assert answer.status_code in (401, 422)

    def test_a_challenge_works_once_and_ends_with_the_password(self, hub: ApiHub, person: Guarded) -> None:
        client = hub.client()
        challenge = person.challenge(client)
        body = {"challenge": challenge, "code": person.recovery[0]}
        assert client.post("/api/auth/mfa/verify", json=body).status_code == 204
        assert client.post("/api/auth/mfa/verify", json=body).json()["code"] == "auth.challenge_over"
        late = person.challenge(hub.client())
        new = {"current": PASSWORD, "new": "another horse battery staple"}
        assert person.api.put("/api/me/password", json=new).status_code == 204
        body = {"challenge": late, "code": person.recovery[1]}
        assert hub.client().post("/api/auth/mfa/verify", json=body).json()["code"] == "auth.challenge_over"


class TestTrustedBrowsers:
    """Asked for no code for a while."""

    def test_until_they_are_signed_out_or_anything_changes(self, hub: ApiHub, person: Guarded) -> None:
        plain, trusted = hub.client(), hub.client()
        assert person.verify(plain, person.recovery[0]).status_code == 204
        assert person.verify(trusted, person.recovery[1], trust_device=True).status_code == 204
        body = {"name": person.name, "password": PASSWORD}
        assert plain.post("/api/auth/login", json=body).json()["code"] == "auth.mfa_required"
        assert trusted.post("/api/auth/login", json=body).status_code == 204
        assert trusted.post("/api/auth/login", json={**body, "password": "wrong"}).json()["code"] == "auth.wrong"
        # The device of one user is worth nothing to another.
        other = Guarded(hub, "viewer")
        device = trusted.cookies["glimpser_device"]
        strange = hub.client(Cookie=f"glimpser_device={device}")
        answer = strange.post("/api/auth/login", json={"name": other.name, "password": PASSWORD})
        assert answer.json()["code"] == "auth.mfa_required"
        sessions = trusted.get("/api/me/sessions").json()
        assert {bool(s["trusted_until"]) for s in sessions} == {True, False}
        assert all(s["trusted_until"] for s in sessions if s["current"])
        mine = next(s["id"] for s in sessions if s["current"])
        assert trusted.delete(f"/api/me/sessions/{mine}").status_code == 204
        assert trusted.post("/api/auth/login", json=body).json()["code"] == "auth.mfa_required"


class TestChanges:
    """Setting up, renewing, switching off."""

    def test_need_a_fresh_proof_which_a_code_is_as_well(self, hub: ApiHub, person: Guarded) -> None:
        asks = (("POST", "/api/me/totp"), ("POST", "/api/me/totp/recovery-codes"), ("DELETE", "/api/me/totp"))
        age(hub, person)
        for method, path in asks:
            refused = person.api.request(method, path)
            assert (refused.status_code, refused.json()["code"]) == (403, NEEDED), path
            assert refused.json()["params"]["ways"] == ["password", "totp"]
        assert person.api.post("/api/auth/step-up", json={"code": "000000"}).status_code == 401
        assert person.api.post("/api/auth/step-up", json={"code": person.recovery[0]}).status_code == 204
        assert person.api.post("/api/auth/step-up", json={"code": person.recovery[0]}).status_code == 401
        renewed = person.api.post("/api/me/totp/recovery-codes").json()["recovery_codes"]
        assert person.verify(hub.client(), person.recovery[1]).status_code == 401
        assert person.verify(hub.client(), renewed[0]).status_code == 204

    def test_end_the_other_sessions_and_renew_this_one(self, hub: ApiHub, person: Guarded) -> None:
        other = hub.client()
        assert person.verify(other, person.recovery[0]).status_code == 204
        before = person.api.cookies["glimpser_session"]
        assert person.api.delete("/api/me/totp").status_code == 204
        assert person.api.cookies["glimpser_session"] != before
        assert other.get("/api/me").status_code == 401
        assert hub.client(Cookie=f"glimpser_session={before}").get("/api/me").status_code == 401
        assert person.api.get("/api/me").json()["factor"] is None
        hub.sign_in(person.name)

    def test_a_key_is_no_person(self, hub: ApiHub, person: Guarded) -> None:
        made = person.api.post("/api/api-keys", json={"name": "k", "scopes": ["admin:dangerous"]}).json()
        key = hub.client(made["key"])
        for method, path in (("POST", "/api/me/totp"), ("DELETE", "/api/me/totp")):
            assert key.request(method, path).json()["code"] == "auth.session_needed"
        assert key.post("/api/auth/mfa/verify", json={"code": "1"}).json()["code"] == "auth.session_needed"
        assert person.challenge(hub.client())

    def test_a_wrong_first_code_changes_nothing(self, hub: ApiHub) -> None:
        person = Person(hub, "viewer")
        assert person.api.post("/api/auth/mfa/verify", json={"code": "123456"}).status_code == 401
        assert person.api.post("/api/me/totp").status_code == 200
        wrong = person.api.post("/api/auth/mfa/verify", json={"code": "not a code"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "auth.wrong")
        unknown = person.api.post("/api/auth/mfa/verify", json={"code": "1", "factor": "palm"})
        assert unknown.json()["code"] == "factor.not_found"
        hub.sign_in(person.name)


class TestWhoNeedsOne:
    """The setting `require_factor`."""

    @pytest.fixture(autouse=True)
    def required(self, hub: ApiHub) -> Iterator[None]:
        hub.call("PATCH", "/api/settings", {"require_factor": "operator"})
        yield
        hub.call("PATCH", "/api/settings", {"require_factor": None})

    def test_may_do_nothing_else_before_it(self, hub: ApiHub) -> None:
        operator, viewer = Person(hub, "operator"), Person(hub, "viewer")
        assert viewer.api.get("/api/streams").status_code == 200
        for path in ("/api/streams", "/api/events", "/api/events/stream", "/api/capabilities", "/api/api-keys"):
            refused = operator.api.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "auth.factor_needed"), path
        assert operator.api.post("/api/api-keys", json={"name": "k"}).status_code == 403
        me = operator.api.get("/api/me").json()
        assert (me["factor_needed"], me["permissions"]) == (True, [])
        token = hub.client().post("/api/auth/token", json={"name": operator.name, "password": PASSWORD}).json()["token"]
        assert hub.client(token).get("/api/streams").json()["code"] == "auth.factor_needed"
        app = pyotp.TOTP(operator.api.post("/api/me/totp").json()["secret"])
        assert operator.api.post("/api/auth/mfa/verify", json={"code": app.now()}).status_code == 200
        assert operator.api.get("/api/streams").status_code == 200
        assert operator.api.delete("/api/me/totp").status_code == 204
        assert operator.api.get("/api/streams").json()["code"] == "auth.factor_needed"

    def test_keys_wait_for_their_owner(self, hub: ApiHub) -> None:
        """A key made before, by whoever had the password, is no way around the second factor."""
        hub.call("PATCH", "/api/settings", {"require_factor": "nobody"})
        operator, viewer = Person(hub, "operator"), Person(hub, "viewer")
        made = [one.api.post("/api/api-keys", json={"name": "k"}).json()["key"] for one in (operator, viewer)]
        key, other = (hub.client(one) for one in made)
        token = hub.client().post("/api/auth/token", json={"api_key": made[0]}).json()["token"]
        assert key.get("/api/streams").status_code == other.get("/api/streams").status_code == 200
        with key.stream("GET", "/api/events/stream") as feed:
            parts = feed.iter_raw()
            next(parts)
            hub.call("PATCH", "/api/settings", {"require_factor": "operator"})
            began = time.monotonic()
            ends_within(1.0, parts, began)
        for client in (key, hub.client(token)):
            refused = client.get("/api/streams")
            assert (refused.status_code, refused.json()["code"]) == (403, "auth.factor_needed")
            assert "the owner of this key" in refused.json()["detail"]
            assert client.get("/api/me").json()["permissions"] == []
        assert other.get("/api/streams").status_code == 200
        app = pyotp.TOTP(operator.api.post("/api/me/totp").json()["secret"])
        assert operator.api.post("/api/auth/mfa/verify", json={"code": app.now()}).status_code == 200
        assert key.get("/api/streams").status_code == 200, "it goes on as soon as there is one"
        assert hub.client(token).get("/api/streams").status_code == 200

    def test_what_is_open_ends_when_it_is_switched_on(self, hub: ApiHub) -> None:
        hub.call("PATCH", "/api/settings", {"require_factor": "nobody"})
        person = Person(hub, "operator")
        with person.api.stream("GET", "/api/events/stream") as feed:
            parts = feed.iter_raw()
            next(parts)
            began = time.monotonic()
            hub.call("PATCH", "/api/settings", {"require_factor": "operator"})
            ends_within(1.0, parts, began)
        assert person.api.get("/api/events/stream").status_code == 403


class TestLostFactor:
    """Its plugin is gone, or the device is."""

    def test_without_its_plugin_nobody_gets_in_and_is_told_why(self, hub: ApiHub) -> None:
        person = Guarded(hub, "viewer")
        hub.stop()
        hub.environment["GLIMPSER_PLUGINS"] = "password"
        try:
            hub.start()
            answer = hub.client().post("/api/auth/login", json={"name": person.name, "password": PASSWORD})
            assert (answer.status_code, answer.json()["code"]) == (503, "auth.factor_unavailable")
            assert "glimpser users reset-factor" in answer.json()["detail"]
            wrong = hub.client().post("/api/auth/login", json={"name": person.name, "password": "wrong wrong"})
            assert (wrong.status_code, wrong.json()["code"]) == (401, "auth.wrong")
            refused = hub.api.patch("/api/settings", json={"require_factor": "viewer"})
            assert (refused.status_code, refused.json()["code"]) == (409, "factor.none")
        finally:
            hub.stop()
            hub.environment["GLIMPSER_PLUGINS"] = "password,totp"
            hub.start()
        assert person.verify(hub.client(), person.recovery[0]).status_code == 204

    def test_the_command_line_takes_it_off_while_the_hub_runs(self, hub: ApiHub) -> None:
        person = Guarded(hub, "viewer")
        browser = hub.client()
        assert person.verify(browser, person.recovery[0], trust_device=True).status_code == 204
        with browser.stream("GET", "/api/events/stream") as feed:
            parts = feed.iter_raw()
            next(parts)
            hub.glimpser("users", "reset-factor", person.name)
            began = time.monotonic()
            try:
                for _ in parts:
                    pass
            except httpx.RemoteProtocolError:
                pass  # cut off in the middle
            assert time.monotonic() - began < 1.5
        assert browser.get("/api/me").status_code == 401
        again = hub.sign_in(person.name)
        # What the plugin still has of it counts for nothing, and is replaced.
        code = pyotp.TOTP(again.post("/api/me/totp").json()["secret"]).now()
        assert again.post("/api/auth/mfa/verify", json={"code": code}).status_code == 200
        assert person.verify(hub.client(), person.recovery[1]).status_code == 401


def test_secrets_are_nowhere_in_clear(hub: ApiHub, person: Guarded) -> None:
    for file in (p for p in hub.folder.rglob("*") if p.is_file()):
        content = file.read_bytes()
        for secret in (person.app.secret, *person.recovery, *(c.replace("-", "") for c in person.recovery)):
            assert secret.encode() not in content, file
    assert person.app.secret not in hub.logged()
