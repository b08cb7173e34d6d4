"""Single sign-on at a certified provider, through a real hub."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pyotp
import pytest
from support.hub import LOOPBACK
from support.oidc import Person, close_all, free_port, provider, query_of, settings

from .conftest import PASSWORD, ApiHub

LONG_AGO = int(time.time()) - 7200
SLIPS: dict[str, dict[str, Any]] = {
    "nothing-wrong": {},
    "wrong-nonce": {"nonce": "of another sign-in"},
    "wrong-issuer": {"iss": "https://elsewhere.example"},
    "wrong-audience": {"aud": "another-client"},
    "wrong-key": {"key": "another"},
    "expired": {"iat": LONG_AGO, "exp": LONG_AGO + 300},
}
"""In which claim the ID tokens of these people are wrong; all else is as the provider makes it."""
PEOPLE = {"grace": ["family"], "linus": ["family", "house-admins"], "ada": ["family"], "stranger": ["elsewhere"],
          **{name: ["family"] for name in SLIPS}}  # fmt: skip
ROLES = [{"group": "house-admins", "role": "operator"}, {"group": "family", "role": "viewer"}]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub that knows two providers: ``home`` makes accounts, gives roles by group and asks for second factors itself,
    ``strict`` does none of it."""
    folder, own, port, other = tmp_path_factory.mktemp("sso"), free_port(), free_port(), free_port()
    made = ApiHub(folder / "data", "--port", str(own))
    at = [f"http://127.0.0.1:{port}", f"http://127.0.0.1:{other}"]
    made.environment |= {
        "GLIMPSER_PLUGINS": "password,oidc,totp",
        "GLIMPSER_EGRESS_ALLOW": f"{LOOPBACK},identity=127.0.0.1:{port},identity=127.0.0.1:{other}",
        "GLIMPSER_OIDC__PROVIDERS": json.dumps(
            [
                settings(at[0], create=True, roles=ROLES, second_factor=True),
                settings(at[1]) | {"id": "strict", "title": "Strict"},
            ]
        ),
    }
    public = f"http://127.0.0.1:{own}"
    with (
        provider(port, public, people=PEOPLE, slips=SLIPS),
        provider(other, public, people=PEOPLE, ids=("strict",), algorithm="EdDSA"),
    ):
        made.start()
        yield made
        made.stop()


@pytest.fixture(autouse=True)
def person(hub: ApiHub) -> Iterator[Person]:
    """Somebody."""
    yield Person(hub.url)
    close_all()


def problem(answer: httpx.Response) -> str:
    """What the sign-in page is told."""
    _, found, code = answer.headers["Location"].partition("/login?problem=")
    assert found, answer.headers["Location"]
    return code


def fresh(hub: ApiHub, name: str, role: str = "viewer") -> Person:
    """Somebody with an account and a password, signed in."""
    hub.create_user(name, role)
    made = Person(hub.url)
    answer = made.browser.post("/api/auth/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 204
    return made


def link(person: Person, name: str) -> httpx.Response:
    """Link the person that one is at the provider."""
    answer = person.browser.post("/api/me/identities", json={"provider": "strict"})
    assert answer.status_code == 200, answer.text
    return person.arrive(person.visit(answer.json()["url"], name))


def test_the_sign_in_page_is_told_what_there_is(hub: ApiHub) -> None:
    assert hub.client().get("/api/auth/methods").json() == {
        "password": True,
        "providers": [
            {"id": "home", "title": "Home", "automatic": False},
            {"id": "strict", "title": "Strict", "automatic": False},
        ],
    }
    assert hub.client().get("/api/auth/sso/nowhere").status_code == 404


def test_the_way_there_and_back(hub: ApiHub, person: Person) -> None:
    answer = person.sign_in("grace", next="/events")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/events")
    me = person.me()
    assert me is not None
    assert (me["name"], me["role"], me["display_name"]) == ("grace", "viewer", "grace of the test")
    assert "httponly" in answer.headers["Set-Cookie"].lower()
    assert "glimpser_sso" not in person.browser.cookies, "a ticket is worth nothing afterwards"
    again = Person(hub.url)
    again.sign_in("grace")
    assert (again.me() or {})["id"] == me["id"], "one person, one account"


@pytest.mark.attack("A61", control=True)
def test_a_certified_provider_takes_a_code_once(hub: ApiHub, person: Person) -> None:
    back = person.visit(person.depart(), "grace")
    assert person.arrive(back).headers["Location"] == "/"
    thief = Person(hub.url)
    state = query_of(thief.depart())["state"]
    query = query_of(back)
    used = thief.arrive(f"/api/auth/sso/home/callback?code={query['code']}&state={state}&iss={query['iss']}")
    assert problem(used) == "auth.sso_refused"
    assert thief.me() is None


@pytest.mark.attack("A59", "A61", control=True)
def test_what_is_wrong_in_an_answer_of_a_certified_provider(hub: ApiHub, figure: Callable[[str, str], None]) -> None:
    """One thing at a time, in a sign-in that is good in all else."""

    def told(name: str, change: Callable[[str], str] = lambda back: back) -> str:
        somebody = Person(hub.url)
        where = somebody.arrive(change(somebody.visit(somebody.depart(), name))).headers["Location"]
        assert (somebody.me() is None) == where.startswith("/login"), name
        return where.partition("/login?problem=")[2]

    other, strict = Person(hub.url), "/api/auth/sso/strict"
    state = query_of(other.depart())["state"]
    code = query_of(other.visit(other.depart(strict), "grace"))["code"]
    issuer = query_of(Person(hub.url).visit(other.depart(strict), "grace"))["iss"]
    answers = {name: told(name) for name in SLIPS if name != "nothing-wrong"} | {
        "state": told("grace", lambda back: back.replace(query_of(back)["state"], state)),
        "code of another provider": told("grace", lambda back: back.replace(query_of(back)["code"], code)),
        "mix-up, its way back": told("grace", lambda back: back.replace("/sso/home/", "/sso/strict/")),
        "mix-up, its name": told("grace", lambda back: f"{back.partition('&iss=')[0]}&iss={issuer}"),
        "no name": told("grace", lambda back: back.partition("&iss=")[0]),
    }
    late = ("state", "mix-up, its way back")
    assert answers == {name: "auth.sso_expired" if name in late else "auth.sso_refused" for name in answers}
    assert told("nothing-wrong") == told("grace") == "", "controls"
    figure("wrong answers of a certified provider", f"{len(answers)} of {len(answers)} refused")


def test_roles_follow_the_groups_at_every_sign_in(hub: ApiHub, person: Person) -> None:
    person.sign_in("linus")
    me = person.me()
    assert me is not None
    assert me["role"] == "operator"
    with sqlite3.connect(hub.database) as rows:
        rows.execute("UPDATE users SET role = 'guest' WHERE id = ?", [me["id"]])
    assert (person.me() or {})["role"] == "guest"
    person.sign_in("linus")
    assert (person.me() or {})["role"] == "operator"


def test_who_is_in_no_group_is_refused(hub: ApiHub, person: Person) -> None:
    assert problem(person.sign_in("stranger")) == "auth.sso_no_role"
    assert person.me() is None


def test_a_name_that_is_taken_is_not_given_to_somebody_else(hub: ApiHub, person: Person) -> None:
    """ada administers this hub; whoever is called ada at the provider is not her."""
    assert problem(person.sign_in("ada")) == "auth.sso_name_taken"
    assert person.me() is None


def test_no_account_is_made_unless_asked_for(hub: ApiHub, person: Person) -> None:
    before = len(hub.get("/api/users"))
    assert problem(person.sign_in("grace", "/api/auth/sso/strict")) == "auth.sso_unknown"
    assert person.me() is None
    assert len(hub.get("/api/users")) == before


def test_linking_ones_own_account(hub: ApiHub) -> None:
    person = fresh(hub, "hedy")
    assert link(person, "hedy-at-strict").headers["Location"] == "/"
    [linked] = person.browser.get("/api/me/identities").json()
    assert linked["subject"] == "hedy-at-strict"

    elsewhere = Person(hub.url)
    elsewhere.sign_in("hedy-at-strict", "/api/auth/sso/strict")
    assert (elsewhere.me() or {})["name"] == "hedy"

    thief = fresh(hub, "thief")
    assert problem(link(thief, "hedy-at-strict")) == "auth.sso_taken"
    assert thief.browser.get("/api/me/identities").json() == []
    assert thief.browser.delete(f"/api/me/identities/{linked['id']}").status_code == 404

    assert person.browser.delete(f"/api/me/identities/{linked['id']}").status_code == 204
    assert elsewhere.me() is None, "what the link opened ends with it"
    assert problem(elsewhere.sign_in("hedy-at-strict", "/api/auth/sso/strict")) == "auth.sso_unknown"


def test_the_last_way_in_stays(hub: ApiHub, person: Person) -> None:
    person.sign_in("grace")
    assert person.sign_in("grace", fresh="true").headers["Location"] == "/"
    [linked] = person.browser.get("/api/me/identities").json()
    answer = person.browser.delete(f"/api/me/identities/{linked['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "identity.last")


def test_linking_for_somebody_else(hub: ApiHub, person: Person) -> None:
    admin = hub.sign_in("ada")
    hub.create_user("rosalind", "guest")
    [user] = admin.get("/api/users?search=rosalind").json()
    known = {"issuer": next(iter(issuers(hub))), "subject": "rosalind-at-strict"}
    path = f"/api/users/{user['id']}/identities"
    answer = admin.put(path, json={"identities": [known]})
    assert answer.status_code == 200, answer.text
    person.sign_in("rosalind-at-strict", "/api/auth/sso/strict")
    assert (person.me() or {})["name"] == "rosalind"
    wrong = admin.put(path, json={"identities": [{"issuer": "ldap:here", "subject": "x"}]})
    assert wrong.status_code == 422
    taken = f"/api/users/{admin.get('/api/me').json()['id']}/identities"
    answer = admin.put(taken, json={"identities": [known]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "/identities/0")
    assert admin.put(path, json={"identities": []}).json() == []
    assert person.me() is None


def issuers(hub: ApiHub) -> Iterator[str]:
    for entry in json.loads(hub.environment["GLIMPSER_OIDC__PROVIDERS"]):
        if entry["id"] == "strict":
            yield entry["issuer"]


def test_who_was_switched_off_stays_out(hub: ApiHub) -> None:
    person = fresh(hub, "emmy")
    link(person, "emmy-at-strict")
    with sqlite3.connect(hub.database) as rows:
        rows.execute("UPDATE users SET active = 0 WHERE name = 'emmy'")
    elsewhere = Person(hub.url)
    assert problem(elsewhere.sign_in("emmy-at-strict", "/api/auth/sso/strict")) == "auth.sso_unknown"
    assert elsewhere.me() is None


def test_a_fresh_proof(hub: ApiHub) -> None:
    """A sign-in at the provider proves nothing fresh by itself; one that was asked for does."""
    person = fresh(hub, "maria", "admin")
    link(person, "maria-at-strict")
    other = Person(hub.url)
    other.sign_in("maria-at-strict", "/api/auth/sso/strict")
    body = {"name": "made-by-maria", "password": PASSWORD}
    refused = other.browser.post("/api/users", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "auth.step_up_needed")

    assert other.sign_in("maria-at-strict", "/api/auth/sso/strict", fresh="true").headers["Location"] == "/"
    assert other.browser.post("/api/users", json=body).status_code == 201

    third = Person(hub.url)
    third.sign_in("maria-at-strict", "/api/auth/sso/strict")
    third.provider.cookies.clear()
    assert problem(third.sign_in("somebody-else", "/api/auth/sso/strict", fresh="true")) == "auth.sso_other_user"
    assert third.browser.post("/api/users", json=body).json()["code"] == "auth.step_up_needed"
    nobody = Person(hub.url)
    assert problem(nobody.browser.get("/api/auth/sso/strict", params={"fresh": "true"})) == "auth.sso_expired"


def enrol(person: Person) -> list[str]:
    """Set up an authenticator app: its recovery codes."""
    code = pyotp.TOTP(person.browser.post("/api/me/totp").json()["secret"]).now()
    done = person.browser.post("/api/auth/mfa/verify", json={"code": code})
    assert done.status_code == 200, done.text
    return list(done.json()["recovery_codes"])


@pytest.mark.attack("A60", control=True)
def test_a_second_factor_is_asked_for_after_a_provider_too(hub: ApiHub) -> None:
    owner = fresh(hub, "katherine")
    assert link(owner, "katherine-at-strict").headers["Location"] == "/"
    recovery, strict = enrol(owner), "/api/auth/sso/strict"

    def challenge(person: Person) -> str:
        answer = person.sign_in("katherine-at-strict", strict, next="/events")
        path, _, token = answer.headers["Location"].partition("#challenge=")
        assert (answer.status_code, path) == (303, "/login?next=%2Fevents")
        assert "glimpser_session" not in answer.headers.get("Set-Cookie", "")
        assert person.me() is None
        return token

    def verify(person: Person, token: str, code: str, **more: bool) -> httpx.Response:
        return person.browser.post("/api/auth/mfa/verify", json={"challenge": token, "code": code, **more})

    somebody = Person(hub.url)
    token = challenge(somebody)
    assert verify(somebody, token, "000000").status_code == 401
    assert verify(somebody, token, recovery[0], trust_device=True).status_code == 204
    assert (somebody.me() or {})["name"] == "katherine"
    assert verify(somebody, token, recovery[1]).json()["code"] == "auth.challenge_over", "once"
    assert somebody.browser.post("/api/auth/logout").headers["Location"], "the session is the provider's as well"
    # A browser that is trusted is known by its cookie on the way out: it does not come along on the way back. Signing
    # out ended the trust.
    again = Person(hub.url)
    assert verify(again, challenge(again), recovery[1], trust_device=True).status_code == 204
    back = again.visit(again.depart(strict), "katherine-at-strict")
    again.browser.cookies = httpx.Cookies({"glimpser_sso": again.browser.cookies["glimpser_sso"]})
    assert again.arrive(back).headers["Location"] == "/"
    assert (again.me() or {})["name"] == "katherine"


def test_a_provider_that_asks_for_second_factors_itself(hub: ApiHub, person: Person) -> None:
    person.sign_in("grace")
    person.sign_in("grace", fresh="true")  # proves again who it is, as setting one up needs
    enrol(person)
    again = Person(hub.url)
    assert again.sign_in("grace").headers["Location"] == "/"
    me = again.me()
    assert me is not None
    assert (me["name"], me["factor"]) == ("grace", "totp")


def test_signing_out_leads_to_the_provider(hub: ApiHub, person: Person) -> None:
    person.sign_in("grace")
    cookie = dict(person.browser.cookies)
    with sqlite3.connect(hub.database) as rows:
        [kept] = rows.execute("SELECT provider_keep FROM sessions ORDER BY created_at DESC, id DESC LIMIT 1").fetchone()
    assert "$enc" in json.loads(kept), "an ID token is kept encrypted"
    answer = person.browser.post("/api/auth/logout")
    assert answer.status_code == 204
    there = query_of(answer.headers["Location"])
    assert there["post_logout_redirect_uri"] == f"{hub.url}/login"
    assert there["client_id"] == "glimpser"
    assert there["id_token_hint"].count(".") == 2
    stolen = hub.client(Cookie="; ".join(f"{k}={v}" for k, v in cookie.items()))
    assert stolen.get("/api/me").status_code == 401
    page = person.provider.get(answer.headers["Location"])
    assert page.status_code == 200, "the provider knows the token and the address"
    with_password = fresh(hub, "annie")
    assert "Location" not in with_password.browser.post("/api/auth/logout").headers


def test_what_happened_is_in_the_audit_log(hub: ApiHub) -> None:
    newcomer = Person(hub.url)
    newcomer.sign_in("linus")
    wrong = Person(hub.url)
    wrong.sign_in("stranger")

    def actions() -> set[str]:
        with sqlite3.connect(hub.database) as rows:
            return {action for (action,) in rows.execute("SELECT action FROM audit_events")}

    end = time.monotonic() + 10
    while not {"sso.account_made", "sso.refused", "auth.sign_in"} <= actions() and time.monotonic() < end:
        time.sleep(0.2)
    assert {"sso.account_made", "sso.refused", "auth.sign_in"} <= actions()


def test_a_provider_that_does_not_answer(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The hub serves, passwords work, and the sign-in page says what is wrong."""
    made = ApiHub(tmp_path_factory.mktemp("dead") / "data")
    entry = settings(f"http://127.0.0.1:{free_port()}")
    made.environment |= {
        "GLIMPSER_PLUGINS": "password,oidc",
        "GLIMPSER_OIDC__PROVIDERS": json.dumps([entry]),
    }
    made.start()
    try:
        person = Person(made.url)
        answer = person.browser.get("/api/auth/sso/home")
        assert problem(answer) == "auth.sso_unavailable"
        assert "identity=127.0.0.1" in made.logged(), "the log says which exception is missing"
        assert made.sign_in("ada").get("/api/me").status_code == 200
    finally:
        made.stop()
