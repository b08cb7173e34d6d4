"""The HTTP client of hub-side plugins and services: every request leaves through the filtering proxy."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from glimpser.egress.errors import CODES, Refused

TIMEOUT = httpx.Timeout(30.0, connect=20.0, pool=10.0)
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30.0)
MAX_REDIRECTS = 5


class RequestRefused(Refused, httpx.ProxyError):
    """A request the outbound policy did not let through; an httpx.HTTPError like any other failed request."""

    def __init__(self, refused: Refused, request: httpx.Request) -> None:
        Refused.__init__(self, refused.code, refused.params)
        self.request = request


class EgressTransport(httpx.AsyncHTTPTransport):
    """Sends by the proxy, after `granted` has seen to it that the token is valid, and turns its refusals into
    RequestRefused."""

    def __init__(self, proxy: str, token: str, granted: Callable[[], Awaitable[None]], tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls, trust_env=False, limits=LIMITS, proxy=httpx.Proxy(proxy, auth=("glimpser", token)))
        self._granted = granted

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            await self._granted()
        except Refused as refusal:
            raise RequestRefused(refusal, request) from None
        try:
            response = await super().handle_async_request(request)
        except httpx.ProxyError as error:
            code = str(error).rpartition(" ")[2]
            if code in CODES:
                host = request.url.raw_host.decode("ascii")
                raise RequestRefused(Refused(code, {"host": host}), request) from None
            raise
        code = response.headers.get("x-glimpser-egress", "")
        if code in CODES:
            await response.aread()
            await response.aclose()
            raise RequestRefused(Refused(code, response.json().get("params", {})), request)
        return response


@functools.cache
def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Checks certificates against the public authorities, and those in the PEM file. Raises ValueError where there are
    none in it."""
    # Reading the certificates takes long enough to be done once.
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except ssl.SSLError:
            raise ValueError(f"{ca_file} holds no certificates in PEM") from None
        except OSError as error:
            raise ValueError(f"{ca_file} cannot be read: {error.strerror}") from None
    return context


def make_client(
    proxy: str, token: str, granted: Callable[[], Awaitable[None]], ca_file: Path | None = None
) -> httpx.AsyncClient:
    """A client whose only way out is the proxy; redirects are followed only where a request asks for it. `ca_file`:
    see `trusting`."""
    return httpx.AsyncClient(
        transport=EgressTransport(proxy, token, granted, trusting(ca_file)),
        trust_env=False,
        timeout=TIMEOUT,
        follow_redirects=False,
        max_redirects=MAX_REDIRECTS,
    )
