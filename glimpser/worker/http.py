"""HTTP for plugins in a worker: a client whose every origin was allowed by the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from glimpser_sdk.contexts import Opened

    from .egress import Egress


class _Transport(httpx.AsyncBaseTransport):
    """Asks once for each origin. Redirects pass here too, so a new origin is a new question."""

    def __init__(self, egress: Egress, purpose: str) -> None:
        self._egress, self._purpose = egress, purpose
        self._origins: dict[str, tuple[Opened, httpx.AsyncHTTPTransport]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request to the origin's pinned address, or through its proxy."""
        origin = f"{request.url.scheme}://{request.url.netloc.decode()}/"
        known = self._origins.get(origin)
        if known is None:
            target = await self._egress.open_async(origin, self._purpose)
            known = target, httpx.AsyncHTTPTransport(proxy=target.proxy)
            self._origins[origin] = known
        target, transport = known
        if target.proxy is None:
            pinned = httpx.URL(target.url)
            request = httpx.Request(
                request.method,
                request.url.copy_with(host=pinned.host, port=pinned.port),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": request.url.host},
            )
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        for _, transport in self._origins.values():
            await transport.aclose()


def client(egress: Egress, purpose: str) -> httpx.AsyncClient:  # noqa: TID251 - asks the hub first
    """A client bound to one instance's egress."""
    transport = _Transport(egress, purpose)
    return httpx.AsyncClient(transport=transport, timeout=10.0, trust_env=False)  # noqa: TID251 - asks the hub first
