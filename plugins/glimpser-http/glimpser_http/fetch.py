"""One exchange after the other with the server that has the picture."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from glimpser_http import errors
from glimpser_http.login import login_of
from glimpser_sdk.errors import GlimpserError, NotReady, Unsupported

if TYPE_CHECKING:
    from glimpser_http.config import HttpConfig
    from glimpser_sdk.contexts import WorkerContext

MAX_BYTES = 20 * 10**6
MAX_REDIRECTS = 5
# Nothing is unpacked: a picture does not get smaller, and a small answer could get huge.
_HEADERS = {"Accept": "image/*, */*;q=0.5", "Accept-Encoding": "identity", "User-Agent": "Glimpser"}


class Fetcher:
    """Fetches a picture again and again, keeping the connection, the login and what the server said of its age."""

    def __init__(self, ctx: WorkerContext, config: HttpConfig) -> None:
        self._config = config
        self._url, self._login = login_of(config)
        self._client = ctx.egress.http(verify_tls=config.verify_tls)
        self._conditions: dict[str, str] = {}
        self._answering = False

    async def fetch(self) -> bytes | None:
        """The picture's bytes; None when the server says that it has not changed."""
        self._answering = False
        try:
            async with asyncio.timeout(2 * self._config.timeout_s):
                return await self._fetch()
        except TimeoutError:
            # A server that says nothing at all is noticed in half the time.
            raise NotReady(code="net.trickle") from None
        except (httpx.InvalidURL, UnicodeError):  # a host that only looks punycoded is a UnicodeError
            raise Unsupported(code="net.redirected") from None
        except httpx.HTTPError as error:
            raise errors.failure(error, self._answering) from error
        except GlimpserError as error:
            raise errors.refused(error) from error

    async def _fetch(self) -> bytes | None:
        url = self._url
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._exchange(url)
            try:
                if not response.has_redirect_location:
                    return await self._take(response)
                url = self._next(url, response.headers["location"])
            finally:
                await response.aclose()
        raise NotReady(code="net.redirects")

    async def _exchange(self, url: httpx.URL) -> httpx.Response:
        """The open response to a request, after a login where one is asked for and may be given."""
        request = self._client.build_request(
            "GET",
            url,
            headers={**_HEADERS, **self._config.headers, **self._conditions},
            timeout=self._config.timeout_s,
        )
        flow = self._login.flow(request) if self._login is not None else None
        current = request if flow is None else next(flow)
        while True:
            response = await self._client.send(current, stream=True, auth=None, follow_redirects=False)
            try:
                if flow is None:
                    return response
                current = flow.send(response)
            except StopIteration:
                return response
            await response.aclose()

    def _next(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads, if it may be followed."""
        target = url.join(location).copy_with(userinfo=b"", fragment=None)
        if target.scheme not in ("http", "https") or not target.raw_host:
            raise Unsupported(code="net.redirected")
        if (self._login is not None or self._config.headers) and not _same_place(self._url, target):
            raise Unsupported(code="net.other_host", host=target.raw_host.decode("ascii"))
        return target

    async def _take(self, response: httpx.Response) -> bytes | None:
        self._answering = True
        if response.status_code == httpx.codes.NOT_MODIFIED and self._conditions:
            return None
        if not response.is_success:
            raise errors.status(response)
        kind = response.headers.get("content-type", "").lower()
        if kind.startswith(("multipart/", "video/", "audio/")):
            raise Unsupported(code="media.not_image", type=kind.partition(";")[0])
        data = bytearray()
        async for part in response.aiter_raw():
            data += part
            if len(data) > MAX_BYTES:
                raise Unsupported(code="media.too_large", limit=f"{MAX_BYTES // 10**6} MB")
        self._remember(response)
        return bytes(data)

    def _remember(self, response: httpx.Response) -> None:
        asked = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        self._conditions = {
            condition: response.headers[name]
            for name, condition in asked.items()
            if _can_be_said(response.headers.get(name, ""))
        }

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()


def _can_be_said(value: str) -> bool:
    return 0 < len(value) <= 1024 and value.isascii() and value.isprintable()


def _same_place(configured: httpx.URL, other: httpx.URL) -> bool:
    """Whether what was given for one address may go to another: the same server, or the same host behind TLS."""
    if configured.raw_host != other.raw_host:
        return False
    if configured.scheme == other.scheme:
        return _port(configured) == _port(other)
    return other.scheme == "https"


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
