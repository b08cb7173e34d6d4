"""A provider that publishes its description and its keys, and gives no tokens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc.jwk import RSAKey


class Published:
    """``url``: the issuer. ``metadata``: what it says of itself, to be changed. ``asked``: paths."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                found = {
                    "/.well-known/openid-configuration": outer.metadata,
                    "/jwks": {"keys": [outer.key.as_dict(private=False)]},
                }.get(self.path)
                self._answer(200 if found is not None else 404, found or {})

            def do_POST(self) -> None:
                outer.asked.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(400, {"error": "invalid_grant"})

            def _answer(self, status: int, body: Any) -> None:
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.metadata: Any = {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize", "jwks_uri": f"{self.url}/jwks",
            "token_endpoint": f"{self.url}/token", "end_session_endpoint": f"{self.url}/out",
            "authorization_response_iss_parameter_supported": True,
        }  # fmt: skip
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def published() -> Iterator[Published]:
    """A provider on this machine."""
    made = Published()
    yield made
    made.close()
