"""ID tokens: one that holds, and everything that makes it hold no more."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from glimpser_oidc.tokens import UnknownKey, key_set, verified
from glimpser_sdk.errors import AuthFailed

pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")

ISSUER, CLIENT, NONCE = "https://login.example", "glimpser", "n-0S6_WzA2Mj"
ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
RSA = RSAKey.generate_key(2048, auto_kid=True)
EC = ECKey.generate_key("P-256", auto_kid=True)
ED = OKPKey.generate_key("Ed25519", auto_kid=True)
OTHER = RSAKey.generate_key(2048, auto_kid=True)
NOW = 1_800_000_000
GOOD = {
    "iss": ISSUER, "sub": "248289761001", "aud": CLIENT, "exp": NOW + 300, "iat": NOW, "auth_time": NOW, "nonce": NONCE,
}  # fmt: skip
PUBLISHED = {"keys": [key.as_dict(private=False) for key in (RSA, EC, ED)]}


def signed(claims: dict[str, Any], key: Any = RSA, alg: str = "RS256", **header: Any) -> str:
    """A token with a real signature."""
    head = {"alg": alg, "kid": key.kid, **header}
    registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode({k: v for k, v in head.items() if v is not None}, claims, key, registry=registry)


def check(token: str, keys: KeySet | None = None, **changed: Any) -> dict[str, Any]:
    wanted = {
        "algorithms": ALGORITHMS,
        "issuer": ISSUER,
        "client_id": CLIENT,
        "nonce": NONCE,
        "access_token": None,
        "now": NOW,
    }
    return verified(token, keys or key_set(PUBLISHED), **wanted | changed)


@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (EC, "ES256"), (ED, "EdDSA"), (ED, "Ed25519")])
def test_a_token_that_holds(key: Any, alg: str) -> None:
    assert check(signed(GOOD, key, alg))["sub"] == GOOD["sub"]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT]}, {"aud": [CLIENT, "other"], "azp": CLIENT}, {"azp": CLIENT}, {"exp": NOW - 30},
        {"iat": NOW + 30}, {"more": {"than": ["needed"]}},
    ],
    ids=str,
)  # fmt: skip
def test_variants_that_hold(claims: dict[str, Any]) -> None:
    assert check(signed({**GOOD, **claims}))["sub"] == GOOD["sub"]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"}, {"iss": ISSUER + "/"}, {"iss": [ISSUER, "https://evil.example"]},
        {"iss": None},
        {"aud": "other"}, {"aud": ["other"]}, {"aud": []}, {"aud": None}, {"aud": [CLIENT, "other"]},
        {"aud": [CLIENT, "other"], "azp": "other"}, {"azp": "other"}, {"aud": "other", "azp": CLIENT},
        {"exp": NOW - 120}, {"exp": None}, {"exp": "tomorrow"}, {"iat": None}, {"iat": NOW + 3600}, {"nbf": NOW + 3600},
        {"nonce": "another"}, {"nonce": None}, {"nonce": [NONCE]},
        {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": ["248289761001"]}, {"sub": "x" * 300},
        {"auth_time": "today"}, {"at_hash": "wrong"},
    ],
    ids=str,
)  # fmt: skip
def test_claims_that_do_not_hold(claims: dict[str, Any]) -> None:
    changed = {k: v for k, v in {**GOOD, **claims}.items() if v is not None}
    with pytest.raises(AuthFailed):
        check(signed(changed), access_token="an access token")


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def by_hand(**header: Any) -> str:
    """With a good signature by the provider's own key, which no library would make."""
    said = f"{b64({'alg': 'RS256', 'kid': RSA.kid, **header})}.{b64(GOOD)}"
    return f"{said}.{b64(RSA.private_key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _confused() -> str:
    """Signed by HMAC with the public key's own bytes."""
    said = f"{b64({'alg': 'HS256', 'kid': RSA.kid})}.{b64(GOOD)}"
    return f"{said}.{b64(hmac.digest(RSA.as_pem(private=False), said.encode(), 'sha256'))}"


FORGED = {
    "alg none": lambda: f"{b64({'alg': 'none', 'kid': RSA.kid})}.{b64(GOOD)}.",
    "alg None": lambda: f"{b64({'alg': 'None', 'kid': RSA.kid})}.{b64(GOOD)}.",
    "alg null": lambda: f"{b64({'alg': None, 'kid': RSA.kid})}.{b64(GOOD)}.",
    "no alg": lambda: f"{b64({'kid': RSA.kid})}.{b64(GOOD)}.",
    "no signature": lambda: signed(GOOD).rpartition(".")[0] + ".",
    "public key as secret": _confused,
    "another key with a known id": lambda: signed(GOOD, OTHER, kid=RSA.kid),
    "another key": lambda: signed(GOOD, OTHER),
    "another key, no id": lambda: signed(GOOD, OTHER, kid=None),
    "key in the header": lambda: signed(GOOD, OTHER, kid=RSA.kid, jwk=OTHER.as_dict(private=False)),
    "key in the header, own id": lambda: signed(GOOD, OTHER, jwk=OTHER.as_dict(private=False)),
    "address of keys in the header": lambda: signed(GOOD, OTHER, kid=RSA.kid, jku="https://evil.example/jwks"),
    "certificate in the header": lambda: signed(GOOD, OTHER, kid=RSA.kid, x5c=["AAAA"]),
    "unknown extension": lambda: by_hand(crit=["exp2"], exp2=1),
    "unencoded payload": lambda: by_hand(crit=["b64"], b64=False),
    "compressed": lambda: by_hand(alg="RS256", crit=["zip"], zip="DEF"),
    "RS384": lambda: signed(GOOD, RSA, "RS384"),
    "PS256": lambda: signed(GOOD, RSA, "PS256"),
    "key of another kind": lambda: signed(GOOD, EC, "ES256", kid=RSA.kid),
    "claims changed": lambda: ".".join((lambda h, _, s: (h, b64({**GOOD, "sub": "1"}), s))(*signed(GOOD).split("."))),
    "signature changed": lambda: signed(GOOD)[:-6] + "AAAAAA",
    "five parts": lambda: "a.b.c.d.e",
    "empty": lambda: "",
    "no text": lambda: "\ud800.é.\0",
    "not an object": lambda: f"{b64([1])}.{b64(GOOD)}.AAAA",
    "huge": lambda: "A" * 2_000_000,
}


@pytest.mark.parametrize("kind", FORGED)
def test_forged(kind: str) -> None:
    token = FORGED[kind]()
    with pytest.raises(AuthFailed):
        check(token)


def test_made_by_hand_without_all_that_it_holds() -> None:
    assert check(by_hand())["sub"] == GOOD["sub"]


def test_a_header_that_brings_a_key_along_does_no_harm_to_a_good_signature() -> None:
    assert check(signed(GOOD, RSA, jwk=OTHER.as_dict(private=False)))["sub"] == GOOD["sub"]


def test_an_algorithm_that_was_not_configured() -> None:
    assert check(signed(GOOD, EC, "ES256"), algorithms=["ES256"])
    with pytest.raises(AuthFailed, match="RS256"):
        check(signed(GOOD), algorithms=["ES256"])


def test_an_unknown_key_is_told_from_a_wrong_one() -> None:
    with pytest.raises(UnknownKey):
        check(signed(GOOD, OTHER))
    with pytest.raises(AuthFailed) as caught:
        check(signed(GOOD, OTHER, kid=RSA.kid))
    assert not isinstance(caught.value, UnknownKey)


def test_only_usable_keys_are_taken() -> None:
    secret = OctKey.import_key(b"x" * 32).as_dict(private=True)
    encryption = {**RSA.as_dict(private=False), "use": "enc"}
    private = RSA.as_dict(private=True)
    weak = RSAKey.generate_key(1024).as_dict(private=False)
    nonsense: list[Any] = [
        {"kty": "RSA"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": "!"},
        {},
        None,
        "key",
        {"kty": []},
    ]
    for published in ({"keys": [secret, encryption, private, weak, *nonsense]}, {}, {"keys": "none"}):
        assert list(key_set(published)) == []
    assert len(list(key_set(PUBLISHED))) == 3


def test_a_single_key_needs_no_name() -> None:
    keys = key_set({"keys": [RSA.as_dict(private=False)]})
    assert check(signed(GOOD, RSA, kid=None), keys)["sub"] == GOOD["sub"]
    with pytest.raises(UnknownKey):
        check(signed(GOOD, RSA, kid=None))
