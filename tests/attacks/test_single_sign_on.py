"""Attacks on signing in by a provider or a proxy, through a real hub; each beside the same way that leads in.

The provider signs its tokens for real and is strict, so that what is refused is refused by the hub.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import OctKey
from support.hub import LOOPBACK
from support.oidc import Person, close_all, query_of, settings
from support.strict_provider import StrictProvider, signed, unsigned

from tests.api.conftest import ApiHub

COOKIE = "glimpser_session"


class Setting:
    """A hub with two providers; ``evil`` is one that its administrator trusted by mistake."""

    def __init__(self, hub: ApiHub, home: StrictProvider, evil: StrictProvider) -> None:
        self.hub, self.home, self.evil = hub, home, evil


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    home, evil = StrictProvider(), StrictProvider()
    hub = ApiHub(tmp_path_factory.mktemp("sso") / "data")
    providers = [
        settings(home.issuer, create=True),
        settings(evil.issuer, create=True) | {"id": "evil", "title": "Evil"},
    ]
    hub.environment |= {
        "GLIMPSER_PLUGINS": "password,oidc",
        "GLIMPSER_EGRESS_ALLOW": f"{LOOPBACK},identity=127.0.0.1:{home.port},identity=127.0.0.1:{evil.port}",
        "GLIMPSER_OIDC__PROVIDERS": json.dumps(providers),
    }
    hub.start()
    yield Setting(hub, home, evil)
    hub.stop()
    home.close()
    evil.close()


@pytest.fixture(autouse=True)
def person(setting: Setting) -> Iterator[Person]:
    yield Person(setting.hub.url)
    close_all()


def refused(person: Person, answer: Any, code: str = "auth.sso_refused") -> None:
    """Nobody is signed in, and the sign-in page is told why."""
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/login?problem={code}"
    assert COOKIE not in person.browser.cookies
    assert person.me() is None


def let_in(person: Person, answer: Any, name: str = "alice") -> None:
    """The control: the good way, by the same browser."""
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    me = person.me()
    assert me is not None
    assert me["name"] == name


NOW = int(time.time())
CLAIMS: dict[str, dict[str, Any]] = {
    "nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "issuer": {"iss": "https://elsewhere.example"},
    "issuer among others": {"iss": ["https://elsewhere.example"]},
    "audience": {"aud": "another-client"},
    "audience and authorized party": {"aud": ["glimpser", "another"], "azp": "another"},
    "several audiences": {"aud": ["glimpser", "another"]},
    "expired": {"iat": NOW - 7200, "exp": NOW - 3600},
    "not yet": {"iat": NOW + 7200, "exp": NOW + 7500},
    "no expiry": {"exp": None},
    "no subject": {"sub": None},
    "subject that is none": {"sub": {"a": 1}},
}


@pytest.mark.attack("A59", control=True)
@pytest.mark.parametrize("kind", CLAIMS)
def test_a_token_with_wrong_claims(setting: Setting, person: Person, kind: str) -> None:
    refused(person, person.arrive(setting.home.consent(person.depart(), **CLAIMS[kind])))
    let_in(person, person.arrive(setting.home.consent(person.depart())))


FORGED: dict[str, Callable[[StrictProvider, dict[str, Any]], str]] = {
    "another key": lambda p, claims: signed(claims, p.other_key),
    "another key with the known id": lambda p, claims: signed(claims, p.other_key, kid=p.key.kid),
    "a key of its own in the header": lambda p, claims: signed(
        claims, p.other_key, kid=p.key.kid, jwk=p.other_key.as_dict(private=False)
    ),
    "the address of keys in the header": lambda p, claims: signed(
        claims, p.other_key, kid=p.key.kid, jku=f"{p.issuer}/other-keys"
    ),
    "no signature": lambda p, claims: unsigned(claims, p.key.kid),
    "another algorithm": lambda p, claims: signed(claims, p.key, "PS256"),
    "the client secret as a key": lambda p, claims: signed(claims, OctKey.import_key("x" * 32), "HS256", kid=p.key.kid),
    "no token": lambda p, claims: "",
}


@pytest.mark.attack("A59", control=True)
@pytest.mark.parametrize("kind", FORGED)
def test_a_token_that_the_provider_did_not_sign(setting: Setting, person: Person, kind: str) -> None:
    home = setting.home
    before = len(home.asked)
    refused(person, person.arrive(home.consent(person.depart(), forge=lambda claims: FORGED[kind](home, claims))))
    assert "GET /other-keys" not in home.asked[before:]
    let_in(person, person.arrive(home.consent(person.depart())))


@pytest.mark.attack("A61", control=True)
def test_a_state_of_somebody_else(setting: Setting, person: Person) -> None:
    departure = person.depart()
    back = setting.home.consent(departure)
    wrong = back.replace(query_of(departure)["state"], "A" * 43)
    refused(person, person.arrive(wrong), "auth.sso_expired")
    refused(person, person.arrive(back.replace("state=", "other=")), "auth.sso_expired")
    assert person.arrive(f"{back}&state={query_of(departure)['state']}").status_code == 422
    refused(person, person.arrive(f"{back}&unknown=1&unknown=2"))
    let_in(person, person.arrive(back))


@pytest.mark.attack("A61", control=True)
def test_a_way_back_in_another_browser(setting: Setting, person: Person) -> None:
    """An attacker sends a victim the end of the attacker's own sign-in."""
    attacker = Person(setting.hub.url)
    back = setting.home.consent(attacker.depart(), "mallory")
    refused(person, person.arrive(back), "auth.sso_expired")
    person.depart()
    refused(person, person.arrive(back), "auth.sso_expired")
    let_in(attacker, attacker.arrive(back), "mallory")


@pytest.mark.attack("A61", control=True)
@pytest.mark.parametrize("lenient", [False, True], ids=["a strict provider", "a provider that takes codes again"])
def test_a_code_is_good_once(setting: Setting, person: Person, lenient: bool) -> None:
    home = setting.home
    back = home.consent(person.depart())
    ticket = person.browser.cookies["glimpser_sso"]
    home.lenient = lenient
    try:
        let_in(person, person.arrive(back))
        thief = Person(setting.hub.url, Cookie=f"glimpser_sso={ticket}")
        refused(thief, thief.arrive(back), "auth.sso_expired")
        # The same code in a sign-in that the thief began.
        own = Person(setting.hub.url)
        code, state = query_of(back)["code"], query_of(own.depart())["state"]
        answer = own.arrive(f"/api/auth/sso/home/callback?code={code}&state={state}&iss={home.issuer}")
        refused(own, answer)
    finally:
        home.lenient = False


@pytest.mark.attack("A61", control=True)
def test_mixing_two_providers_up(setting: Setting, person: Person) -> None:
    """What one provider was asked for, another answers; the hub must not hand its code over there."""
    back = setting.home.consent(person.depart())
    evil, before = setting.evil, len(setting.evil.asked)
    # The hub's own state, at the way back of another provider.
    path = urlsplit(back)
    refused(person, person.arrive(f"/api/auth/sso/evil/callback?{path.query}"), "auth.sso_expired")
    # The right way back, with an answer that comes from the other.
    refused(person, person.arrive(back.replace(f"iss={setting.home.issuer}", f"iss={evil.issuer}")))
    assert [asked for asked in evil.asked[before:] if asked.startswith("POST")] == [], "a code went to the wrong one"
    departure = person.depart()
    refused(person, person.arrive(setting.home.consent(departure).replace("&iss=", "&is=")))
    let_in(person, person.arrive(setting.home.consent(person.depart())))


@pytest.mark.attack("A61", control=True)
def test_a_token_of_another_provider_is_another_person(setting: Setting, person: Person) -> None:
    """Both know an alice. The second is refused, for the name is taken, and nothing is linked by it."""
    let_in(person, person.arrive(setting.home.consent(person.depart())))
    other = Person(setting.hub.url)
    departure = other.depart("/api/auth/sso/evil")
    refused(other, other.arrive(setting.evil.consent(departure)), "auth.sso_name_taken")
    departure = other.depart("/api/auth/sso/evil")
    refused(other, other.arrive(setting.evil.consent(departure, iss=setting.home.issuer)))
    departure = other.depart("/api/auth/sso/evil")
    let_in(other, other.arrive(setting.evil.consent(departure, "bob")), "bob")


@pytest.mark.attack("A61")
def test_a_stolen_code_without_its_verifier(setting: Setting, person: Person) -> None:
    """PKCE: who saw the way back cannot use its code in a sign-in of their own."""
    seen = query_of(setting.home.consent(person.depart()))["code"]
    thief = Person(setting.hub.url)
    back = setting.home.consent(thief.depart(), "mallory")
    refused(thief, thief.arrive(back.replace(query_of(back)["code"], seen)))


@pytest.mark.attack("A69", control=True)
@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example", "/x\r\nSet-Cookie: a=b",
     "\\/evil", "/\t/evil.example", "javascript:alert(1)", "", "evil.example", "/%0d%0a\n", "/\\/evil", "/a\\..\\evil"],
)  # fmt: skip
def test_a_way_on_that_leads_elsewhere(setting: Setting, person: Person, path: str) -> None:
    answer = person.browser.get("/api/auth/sso/home", params={"next": path})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].endswith("next")
    good = person.arrive(setting.home.consent(person.depart(next="/streams/1?a=b")))
    assert good.headers["Location"] == "/streams/1?a=b"


def test_a_provider_that_refuses_is_told_as_such(setting: Setting, person: Person) -> None:
    state = query_of(person.depart())["state"]
    answer = person.arrive(f"/api/auth/sso/home/callback?error=access_denied&state={state}&iss={setting.home.issuer}")
    refused(person, answer, "auth.sso_denied")


def test_a_new_key_of_the_provider_is_looked_up(setting: Setting, person: Person) -> None:
    home = setting.home
    let_in(person, person.arrive(home.consent(person.depart())))
    home.published = [home.other_key, home.key]
    try:
        forge: Callable[[dict[str, Any]], str] = lambda claims: signed(claims, home.other_key)  # noqa: E731
        answers = []
        for _ in range(40):
            answers.append(person.arrive(home.consent(person.depart(), forge=forge)).headers["Location"])
            if answers[-1] == "/":
                break
            time.sleep(1)
        assert answers[-1] == "/", answers
        assert home.asked.count("GET /jwks") < 6, "strangers' tokens make it ask again and again"
    finally:
        home.published = [home.key]


def test_nothing_of_it_is_in_the_log(setting: Setting, person: Person) -> None:
    back = setting.home.consent(person.depart())
    let_in(person, person.arrive(back))
    from support.oidc import SECRET

    logged = setting.hub.logged()
    for secret in (SECRET, query_of(back)["code"], query_of(back)["state"], person.browser.cookies[COOKIE]):
        assert secret not in logged
