"""Forged and altered tokens: none is accepted. The control is the token that they were made from."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.api.conftest import PASSWORD, ApiHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    made = ApiHub(tmp_path_factory.mktemp("tokens") / "data")
    made.environment["GLIMPSER_PLUGINS"] = "password"
    made.start()
    yield made
    made.stop()


class Bench:
    """A good token of the hub, the key that signed it, and a way to sign others."""

    def __init__(self, hub: ApiHub) -> None:
        self.token = str(hub.call("POST", "/api/auth/token", {"api_key": hub.key})["token"])
        self.header, self.claims = (_json(part) for part in self.token.split(".")[:2])
        kept = json.loads((hub.folder / "token-keys.json").read_text())
        self.key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(kept[-1]["key"]))
        self.public = self.key.public_key()
        self.pem = self.public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def signed(
        self, header: dict[str, Any] | None = None, claims: dict[str, Any] | None = None, key: Any = None
    ) -> str:
        """A token with a valid signature of the hub's own key, or of another; None takes a member out."""
        return _pack(_without(self.header | (header or {})), _without(self.claims | (claims or {})), key or self.key)


def _without(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _json(part: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return made


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _part(document: dict[str, Any] | str) -> str:
    return _encoded((document if isinstance(document, str) else json.dumps(document)).encode())


def _pack(header: dict[str, Any] | str, claims: dict[str, Any] | str, key: Ed25519PrivateKey) -> str:
    text = f"{_part(header)}.{_part(claims)}"
    return f"{text}.{_encoded(key.sign(text.encode()))}"


def _hmac(header: dict[str, Any], claims: dict[str, Any], secret: bytes, digest: str = "sha256") -> str:
    text = f"{_part(header)}.{_part(claims)}"
    return f"{text}.{_encoded(hmac.new(secret, text.encode(), getattr(hashlib, digest)).digest())}"


def _bits(token: str) -> str:
    """Another last character that stands for the same bytes, where unused bits are not looked at."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def _malleable(bench: Bench) -> str:
    """The signature with its second half grown by the order of the group: the same to a careless verifier."""
    head, _, signature = bench.token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    order = 2**252 + 27742317777372353535851937790883648493
    grown = (int.from_bytes(raw[32:], "little") + order) % 2**256
    return f"{head}.{_encoded(raw[:32] + grown.to_bytes(32, 'little'))}"


def forgeries(bench: Bench, other: Ed25519PrivateKey) -> dict[str, str]:
    """Kinds of forged and altered tokens by what was done."""
    header, claims, token, now = bench.header, bench.claims, bench.token, int(time.time())
    first, second, third = token.split(".")
    raw_public = bench.public.public_bytes_raw()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": _encoded(other.public_key().public_bytes_raw())}
    plain = f"{_part(header | {'alg': 'none'})}.{second}."
    made = {
        "alg none": plain,
        "alg None": f"{_part(header | {'alg': 'None'})}.{second}.",
        "alg nOnE with the signature": f"{_part(header | {'alg': 'nOnE'})}.{second}.{third}",
        "alg empty": bench.signed({"alg": ""}),
        "alg left out": bench.signed({"alg": None}),
        "alg in a list": bench.signed({"alg": ["EdDSA"]}),
        "alg Ed25519, the newer name": bench.signed({"alg": "Ed25519"}),
        "HS256 with the public key as PEM": _hmac(header | {"alg": "HS256"}, claims, bench.pem),
        "HS256 with the raw public key": _hmac(header | {"alg": "HS256"}, claims, raw_public),
        "HS512 with the public key": _hmac(header | {"alg": "HS512"}, claims, bench.pem, "sha512"),
        "HS256 with no secret": _hmac(header | {"alg": "HS256"}, claims, b""),
        "another key": bench.signed(key=other),
        "kid of nobody": bench.signed({"kid": "0" * 16}),
        "kid left out": bench.signed({"kid": None}),
        "kid a path": bench.signed({"kid": "../../../../dev/null"}),
        "kid SQL": bench.signed({"kid": "x' UNION SELECT 'a"}),
        "kid a number": bench.signed({"kid": 0}),
        "kid a list": bench.signed({"kid": [header["kid"]]}),
        "a key of its own in jwk": bench.signed({"jwk": jwk}, key=other),
        "a good key in jwk": bench.signed({"jwk": jwk}),
        "jku": bench.signed({"jku": "https://evil.example/keys"}, key=other),
        "x5u": bench.signed({"x5u": "https://evil.example/cert"}),
        "x5c": bench.signed({"x5c": ["MIIB"]}),
        "unknown crit": bench.signed({"crit": ["exp2"], "exp2": 1}),
        "crit of a known name": bench.signed({"crit": ["exp"]}),
        "crit empty": bench.signed({"crit": []}),
        "b64 false": bench.signed({"b64": False, "crit": ["b64"]}),
        "typ JWT": bench.signed({"typ": "JWT"}),
        "typ of an id token": bench.signed({"typ": "id_token+jwt"}),
        "typ left out": bench.signed({"typ": None}),
        "cty, a token in a token": bench.signed({"cty": "JWT"}),
        "expired": bench.signed(claims={"iat": now - 700, "nbf": now - 700, "exp": now - 100}),
        "expired just now": bench.signed(claims={"exp": now - 1}),
        "no exp": bench.signed(claims={"exp": None}),
        "exp as text": bench.signed(claims={"exp": "tomorrow"}),
        "exp in a year": bench.signed(claims={"exp": now + 31_536_000}),
        "not valid yet": bench.signed(claims={"nbf": now + 300}),
        "made in the future": bench.signed(claims={"iat": now + 300, "nbf": now + 300, "exp": now + 600}),
        "other aud": bench.signed(claims={"aud": "another-api"}),
        "a list of aud with ours": bench.signed(claims={"aud": ["another-api", claims["aud"]]}),
        "no aud": bench.signed(claims={"aud": None}),
        "other iss": bench.signed(claims={"iss": "glimpser:somewhere-else"}),
        "iss ours and more": bench.signed(claims={"iss": [claims["iss"], "x"]}),
        "no iss": bench.signed(claims={"iss": None}),
        "sub of another user": bench.signed(claims={"sub": "01M7YW8X72E3JAZDG68NWJCPQ2"}),
        "no sub": bench.signed(claims={"sub": None}),
        "for a session with a key's id": bench.signed(claims={"for": "session"}),
        "for everything": bench.signed(claims={"for": "admin"}),
        "proof of nobody": bench.signed(claims={"proof": "01M7YW8X72E3JAZDG68NWJCPQ2"}),
        "proof with a wildcard": bench.signed(claims={"proof": "%"}),
        "no proof": bench.signed(claims={"proof": None}),
        "no jti": bench.signed(claims={"jti": None}),
        "a claim more": bench.signed(claims={"role": "admin"}),
        "claims altered": f"{first}.{_part(claims | {'exp': now + 599})}.{third}",
        "header altered": f"{_part(header | {'x': 1})}.{second}.{third}",
        "signature left out": f"{first}.{second}.",
        "signature cut": token[:-4],
        "signature with unused bits": _bits(token),
        "signature grown by the order": _malleable(bench),
        "signature of zeros": f"{first}.{second}.{_encoded(bytes(64))}",
        "one byte changed": token[:-20] + ("A" if token[-20] != "A" else "B") + token[-19:],
        "trailing byte": token + "A",
        "trailing dot": token + ".",
        "trailing padding": token + "==",
        "trailing line": token + "\u00a0",
        "blank inside": f"{first}.{second} .{third}",
        "a part twice": f"{first}.{second}.{second}.{third}",
        "parts swapped": f"{second}.{first}.{third}",
        "a member twice in the claims": _twice(bench, "sub", "01M7YW8X72E3JAZDG68NWJCPQ2"),
        "a member twice in the header": _pack(json.dumps(header)[:-1] + ', "alg": "none"}', claims, bench.key),
        "claims that are a list": _pack(header, "[]", bench.key),
        "header that is text": _pack('"EdDSA"', claims, bench.key),
        "standard base64": token.replace("-", "+").replace("_", "/") + "+",
        "as JSON": json.dumps({"protected": first, "payload": second, "signature": third}),
        "compressed, a JWE": bench.signed({"zip": "DEF"}),
        "endless": bench.signed(claims={"jti": "x" * 8000}),
        "of an older hub's key": jwt.encode(claims, other, algorithm="EdDSA", headers={"kid": header["kid"]}),
    }
    assert len(set(made.values())) == len(made)
    return made


def _twice(bench: Bench, name: str, value: str) -> str:
    text = json.dumps(bench.claims)
    return _pack(bench.header, f'{text[:-1]}, "{name}": "{value}"}}', bench.key)


def secrets_of_another_kind(hub: ApiHub) -> dict[str, str]:
    """What is a secret here, and no bearer token; and API keys that were altered."""
    browser, key = hub.sign_in("ada"), hub.key
    mark, prefix, secret = key.split("_", 2)
    with closing(sqlite3.connect(hub.database)) as rows:
        [(digest, key_id)] = rows.execute("SELECT secret_hash, id FROM api_keys WHERE prefix = ?", (prefix,)).fetchall()
    return {
        "the session cookie": browser.cookies["glimpser_session"],
        "the device cookie": browser.cookies["glimpser_device"],
        "a key cut": key[:-1],
        "a key with a byte more": key + "A",
        "a key with its last byte changed": key[:-1] + ("A" if key[-1] != "A" else "B"),
        "a key in upper case": key.upper(),
        "a key with another mark": f"glx_{prefix}_{secret}",
        "a key with another prefix": f"{mark}_{'0' * 12}_{secret}",
        "a key with a wildcard": f"{mark}_{prefix[:-1]}%_{secret}",
        "a key without its secret": f"{mark}_{prefix}_",
        "the hash of a key": f"{mark}_{prefix}_{digest}",
        "the id of a key": key_id,
        "the secret alone": secret,
    }


def accepted(client: httpx.Client, value: str) -> bool:
    """Whether a bearer token opens anything. A byte that HTTP does not carry opens nothing."""
    try:
        answer = client.get("/api/me", headers={"Authorization": f"Bearer {value}".encode()})
    except (httpx.LocalProtocolError, httpx.RemoteProtocolError):
        return False
    assert answer.status_code < 500, f"{value}: {answer.text}"
    return answer.status_code == 200


@pytest.mark.attack("A58", "A59", control=True)
def test_no_forged_or_altered_token_is_accepted(hub: ApiHub, record_property: Callable[[str, object], None]) -> None:
    bench = Bench(hub)
    forged = forgeries(bench, Ed25519PrivateKey.generate()) | secrets_of_another_kind(hub)
    # The control: what all of them were made from, and the same signed here with nothing changed.
    with hub.client() as client:
        controls = [accepted(client, value) for value in (bench.token, bench.signed(), hub.key)]
        taken = [kind for kind, value in forged.items() if accepted(client, value)]
    print(f"forged or altered tokens refused: {len(forged) - len(taken)}/{len(forged)}, controls {sum(controls)}/3")
    assert not taken
    assert all(controls)
    assert len(forged) >= 40
    # They do no better where a cookie would be: the header counts, not what else is sent.
    browser = hub.sign_in("ada")
    assert accepted(browser, bench.token)
    assert not accepted(browser, forged["alg none"])
    assert bench.token not in hub.logged()


@pytest.mark.control("A59")
def test_a_naive_reader_takes_what_the_hub_refuses(hub: ApiHub) -> None:
    """The same forgeries bite where a token is read carelessly."""
    bench, other = Bench(hub), Ed25519PrivateKey.generate()
    forged = forgeries(bench, other)

    def naive(token: str) -> bool:
        header = jwt.get_unverified_header(token)
        if header["alg"].lower() == "none":
            return bool(jwt.decode(token, options={"verify_signature": False}))
        key: Any = bench.public
        if "jwk" in header:
            key = jwt.PyJWK(header["jwk"]).key
        return bool(jwt.decode(token, key, algorithms=["EdDSA"], options={"verify_aud": False, "verify_exp": False}))

    for kind in ("alg none", "alg None", "a key of its own in jwk", "other iss", "other aud", "expired", "typ JWT",
                 "kid of nobody", "a claim more"):  # fmt: skip
        assert naive(forged[kind]), kind


def drain(parts: Iterator[bytes]) -> None:
    """Read until the end, which may be in the middle."""
    with suppress(httpx.RemoteProtocolError):
        for _ in parts:
            pass


class TestExchange:
    """Ten minutes for a key or a password."""

    def test_for_a_key_it_may_what_the_key_may_and_ends_with_it(self, hub: ApiHub) -> None:
        person = hub.call("POST", "/api/users", {"name": "prog", "password": PASSWORD, "role": "operator"})
        browser = hub.sign_in("prog")
        made = browser.post("/api/api-keys", json={"name": "k", "scopes": ["streams.view"]})
        answer = hub.client().post("/api/auth/token", json={"api_key": made.json()["key"]})
        assert answer.status_code == 200
        assert 590 <= answer.json()["expires_in"] <= 600
        assert answer.headers["Cache-Control"] == "private, no-store"
        client = hub.client(answer.json()["token"])
        assert client.get("/api/me").json()["permissions"] == ["streams.view"]
        assert client.get("/api/events").status_code == 403
        # It is no way to more: not to keys, passwords or further tokens, and not past its key.
        assert client.post("/api/api-keys", json={"name": "more"}).status_code == 403
        body = {"current": PASSWORD, "new": "another horse battery staple"}
        assert client.put("/api/me/password", json=body).status_code == 403
        assert client.post("/api/auth/token", json={}).status_code == 409
        assert client.post("/api/auth/token", json={"api_key": answer.json()["token"]}).status_code == 401
        hub.call("PATCH", f"/api/users/{person['id']}", {"role": "guest"}, **{"If-Match": "*"})
        assert client.get("/api/me").json()["permissions"] == []
        assert browser.delete(made.headers["Location"]).status_code == 204
        assert client.get("/api/me").status_code == 401

    @pytest.mark.attack("A60", control=True)
    @pytest.mark.parametrize("ending", ["sign out everywhere", "new password", "disabled", "removed"])
    def test_for_a_password_it_ends_with_the_account_and_its_sessions(self, hub: ApiHub, ending: str) -> None:
        name = f"end-{ending.replace(' ', '-')}"
        person = hub.call("POST", "/api/users", {"name": name, "password": PASSWORD, "role": "viewer"})
        made = hub.client().post("/api/auth/token", json={"name": name, "password": PASSWORD}).json()
        client, browser = hub.client(made["token"]), hub.sign_in(name)
        assert client.get("/api/streams").status_code == 200
        assert [s["user_agent"].startswith("token: ") for s in browser.get("/api/me/sessions").json()] == [False, True]
        path, match = f"/api/users/{person['id']}", {"If-Match": "*"}
        with client.stream("GET", "/api/events/stream") as feed:
            parts = feed.iter_raw()
            next(parts)
            began = time.monotonic()
            match ending:
                case "sign out everywhere":
                    assert browser.delete("/api/me/sessions").status_code == 204
                case "new password":
                    body = {"current": PASSWORD, "new": "another horse battery staple"}
                    assert browser.put("/api/me/password", json=body).status_code == 204
                case "disabled":
                    hub.call("PATCH", path, {"active": False}, **match)
                case _:
                    hub.call("DELETE", path, **match)
            drain(parts)
            assert time.monotonic() - began < 1.0
        assert hub.client(made["token"]).get("/api/streams").status_code == 401

    def test_a_feed_ends_with_its_token(self, hub: ApiHub) -> None:
        bench, now = Bench(hub), int(time.time())
        client = hub.client(bench.signed(claims={"exp": now + 3}))
        with client.stream("GET", "/api/events/stream") as feed:
            assert feed.status_code == 200
            drain(feed.iter_raw())
        assert time.time() - (now + 3) < 1.2
        assert client.get("/api/me").status_code == 401

    @pytest.mark.attack("A68", control=True)
    def test_a_password_behind_it_counts_as_a_proof_for_five_minutes(self, hub: ApiHub) -> None:
        hub.call("POST", "/api/users", {"name": "boss", "password": PASSWORD, "role": "admin"})
        token = hub.client().post("/api/auth/token", json={"name": "boss", "password": PASSWORD}).json()["token"]
        client, body = hub.client(token), {"name": "boss", "password": PASSWORD}
        assert client.post("/api/users", json=body).status_code == 409
        old = (datetime.now(UTC) - timedelta(minutes=6)).isoformat(" ")
        with closing(sqlite3.connect(hub.database, timeout=10)) as rows, rows:
            rows.execute("UPDATE sessions SET step_up_at = ?", (old,))
        assert client.post("/api/users", json=body).json()["code"] == "auth.step_up_needed"
        assert client.post("/api/auth/step-up", json={"password": PASSWORD}).status_code == 403

    @pytest.mark.parametrize(
        ("body", "status"),
        [({}, 409), ({"name": "ada"}, 409), ({"api_key": "glm_x_y", "name": "ada"}, 409), ({"api_key": "x"}, 401),
         ({"name": "ada", "password": "wrong wrong"}, 401), ({"name": "nobody", "password": "wrong wrong"}, 401)],
    )  # fmt: skip
    def test_what_is_no_proof(self, hub: ApiHub, body: dict[str, str], status: int) -> None:
        assert hub.client().post("/api/auth/token", json=body).status_code == status

    def test_its_guesses_are_those_of_a_sign_in(self, hub: ApiHub) -> None:
        hub.call("POST", "/api/users", {"name": "target", "password": PASSWORD})
        for _ in range(5):
            hub.client().post("/api/auth/token", json={"name": "target", "password": "wrong wrong"})
        for path in ("token", "login"):
            locked = hub.client().post(f"/api/auth/{path}", json={"name": "target", "password": PASSWORD})
            assert (locked.status_code, bool(locked.headers["Retry-After"])) == (401, True)
        hub.glimpser("users", "unlock", "target")


class TestKeysOfTokens:
    """They are in a file of their own, and change."""

    def test_are_nowhere_but_in_a_private_file(self, hub: ApiHub) -> None:
        path = hub.folder / "token-keys.json"
        bench = Bench(hub)
        assert path.stat().st_mode & 0o077 == 0
        raw = bench.key.private_bytes_raw()
        for other in (p for p in hub.folder.rglob("*") if p.is_file() and p != path):
            content = other.read_bytes()
            assert raw not in content, other
            assert base64.b64encode(raw) not in content, other

    def test_a_restart_keeps_and_a_day_changes_them(self, tmp_path: Path) -> None:
        hub = ApiHub(tmp_path / "data")
        hub.environment["GLIMPSER_PLUGINS"] = "password"
        hub.start()
        path = hub.folder / "token-keys.json"
        try:
            bench = Bench(hub)
            hub.stop()
            kept = json.loads(path.read_text())
            kept[0]["made_at"] = (datetime.now(UTC) - timedelta(days=1, minutes=5)).isoformat()
            path.write_text(json.dumps(kept))
            hub.start()
            # The key of yesterday signs no more, and is still good for what it signed.
            assert accepted(hub.client(), bench.token)
            fresh = Bench(hub)
            assert fresh.header["kid"] != bench.header["kid"]
            assert [k["id"] for k in json.loads(path.read_text())] == [bench.header["kid"], fresh.header["kid"]]
            assert accepted(hub.client(), bench.token)
            hub.stop()
            path.write_text("torn")
            hub.start()
            assert not accepted(hub.client(), fresh.token)
            assert accepted(hub.client(), Bench(hub).token)
            assert "access tokens made before are not valid" in hub.logged()
        finally:
            hub.stop()
