"""HTTP for plugins in a worker: a client whose every origin was allowed by the hub."""

from __future__ import annotations

import functools
import re
import ssl
from typing import TYPE_CHECKING, Any

import httpx

from glimpser_sdk.errors import ConfigInvalid, GlimpserError, NotReady

if TYPE_CHECKING:
    from glimpser_sdk.contexts import Opened

    from .egress import Egress


_MARK = "x-glimpser-egress"
_CODE = re.compile(r"\begress\.[a-z_]+")
_POLICY = frozenset(
    f"egress.{what}"
    for what in (
        "bad_url", "scheme", "userinfo", "purpose", "port", "loopback", "private", "link_local", "metadata", "shared",
        "reserved", "multicast", "unspecified", "redirect", "hops", "own_port", "not_named", "capability", "unpinnable",
    )
)  # fmt: skip


def _host(url: httpx.URL) -> str:
    """As it was written: a name that begins like a punycoded one need not be one."""
    return url.raw_host.decode("ascii")


def _refused(code: str, host: str, answer: dict[str, Any]) -> GlimpserError:
    """What the proxy's refusal means: ConfigInvalid where the policy forbids the address, else NotReady."""
    detail = str(answer.get("detail", ""))
    params = {"host": host, **answer.get("params", {})}
    if code in _POLICY:
        return ConfigInvalid(detail or code, field="url", code=code, **params)
    return NotReady(detail, code=code, **params)


@functools.cache
def _tls(verify: bool) -> ssl.SSLContext:
    """One for all streams of this worker: reading the authorities takes 40 ms, and they a megabyte."""
    return httpx.create_ssl_context(verify=verify, trust_env=False)


class _Transport(httpx.AsyncBaseTransport):
    """Asks once for each origin. Redirects pass here too, so a new origin is a new question."""

    def __init__(self, egress: Egress, verify_tls: bool) -> None:
        self._egress, self._verify = egress, verify_tls
        self._origins: dict[str, tuple[Opened, httpx.AsyncHTTPTransport]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request to the origin's pinned address, or through its proxy."""
        origin = f"{request.url.scheme}://{request.url.netloc.decode()}/"
        known = self._origins.get(origin)
        if known is None:
            target = await self._egress.open_async(origin)
            known = target, httpx.AsyncHTTPTransport(proxy=target.proxy, verify=_tls(self._verify))
            self._origins[origin] = known
        target, transport = known
        if target.proxy is None:
            pinned = httpx.URL(target.url)
            request = httpx.Request(
                request.method,
                request.url.copy_with(host=pinned.host, port=pinned.port),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": _host(request.url)},
            )
        try:
            response = await transport.handle_async_request(request)
        except httpx.ProxyError as error:
            if code := _CODE.search(str(error)):
                raise _refused(code[0], _host(request.url), {}) from None
            raise
        # The proxy takes this header out of what servers answer, except within a tunnel.
        if target.proxy is not None and request.url.scheme == "http" and _MARK in response.headers:
            await response.aread()
            await response.aclose()
            raise _refused(response.headers[_MARK], _host(request.url), response.json())
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        for _, transport in self._origins.values():
            await transport.aclose()


def client(egress: Egress, verify_tls: bool) -> httpx.AsyncClient:  # noqa: TID251 - asks the hub first
    """A client bound to one instance's egress."""
    transport = _Transport(egress, verify_tls)
    return httpx.AsyncClient(transport=transport, timeout=10.0, trust_env=False)  # noqa: TID251 - asks the hub first
