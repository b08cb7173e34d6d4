"""A provider that is as strict as it must be with everybody, and hostile where a test says so.

Its tokens have real signatures. Nobody visits its pages: a test asks it for the code that a browser would come back
with, and may have everything changed that a wrong or hostile provider could change.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from .oidc import CLIENT, SECRET, query_of

Forge = Callable[[dict[str, Any]], str]


def signed(claims: dict[str, Any], key: Any, alg: str = "RS256", **header: Any) -> str:
    """A token with a real signature."""
    registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, claims, key, registry=registry)


def unsigned(claims: dict[str, Any], kid: str) -> str:
    """A token with ``alg: none``."""
    parts = ({"alg": "none", "kid": kid, "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + "."


class StrictProvider:
    """``issuer``: its address. ``metadata``: what it says of itself, to be changed. ``asked``: requests that came.
    ``lenient``: takes a code again and again, as a broken provider would."""

    def __init__(self) -> None:
        self.key, self.other_key = (RSAKey.generate_key(2048, auto_kid=True) for _ in range(2))
        self.published = [self.key]
        self.asked: list[str] = []
        self.lenient = False
        self._codes: dict[str, dict[str, Any]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(f"GET {self.path}")
                if self.path == "/.well-known/openid-configuration":
                    self._answer(200, outer.metadata)
                elif self.path == "/jwks":
                    self._answer(200, {"keys": [key.as_dict(private=False) for key in outer.published]})
                else:
                    self._answer(404, {})

            def do_POST(self) -> None:
                outer.asked.append(f"POST {self.path}")
                form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self._answer(*outer._token(form, self.headers.get("Authorization", "")))

            def _answer(self, status: int, body: Any) -> None:
                raw = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.metadata: dict[str, Any] = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
            "code_challenge_methods_supported": ["S256"], "authorization_response_iss_parameter_supported": True,
        }  # fmt: skip
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def consent(self, departure: str, subject: str = "alice", *, forge: Forge | None = None, **claims: Any) -> str:
        """The address that somebody's browser comes back to the hub with. ``departure``: where the hub sent it.
        ``claims``: other ones than the right ones, None: left out. ``forge``: makes the token."""
        asked = query_of(departure)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        now = int(time.time())
        token = {
            "iss": self.issuer, "sub": subject, "aud": asked["client_id"], "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "preferred_username": subject, "auth_time": now, **claims,
        }  # fmt: skip
        code = secrets.token_urlsafe(16)
        self._codes[code] = {
            "asked": asked, "token": {k: v for k, v in token.items() if v is not None}, "used": False,
            "forge": forge or (lambda claims: signed(claims, self.key)),
        }  # fmt: skip
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}&iss={self.issuer}"

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote_plus(name), unquote_plus(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        known = self._codes.get(form.get("code", ""))
        if known is None or (known["used"] and not self.lenient):
            return 400, {"error": "invalid_grant"}
        known["used"] = True
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if challenge != known["asked"]["code_challenge"] or form.get("redirect_uri") != known["asked"]["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "access_token": "opaque", "id_token": known["forge"](known["token"])}
