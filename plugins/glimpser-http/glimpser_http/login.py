"""Digest and Basic authentication, whichever the server asks for."""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import unquote

import httpx

from glimpser_http.config import HttpConfig
from glimpser_sdk.errors import ConfigInvalid

Flow = Generator[httpx.Request, httpx.Response, None]


class Login:
    """Credentials of one stream, sent only when asked for; what worked is used at once the next time."""

    def __init__(self, username: str, password: str) -> None:
        self._digest = httpx.DigestAuth(username, password)
        self._basic = httpx.BasicAuth(username, password)
        self._use_basic = False

    def flow(self, request: httpx.Request) -> Flow:
        """Yields requests to send in turn, takes their responses; the last response is the answer."""
        if self._use_basic:
            yield from self._basic.auth_flow(request)
            return
        try:
            response = yield from self._try_digest(request)
        except (KeyError, NotImplementedError):
            # An algorithm or a protection that httpx does not know: the refusal stands.
            return
        if response.status_code == httpx.codes.UNAUTHORIZED and _offers(response, "basic"):
            self._use_basic = True
            request.headers.pop("Authorization", None)
            yield from self._basic.auth_flow(request)

    def _try_digest(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, httpx.Response]:
        flow = self._digest.auth_flow(request)
        response = yield next(flow)
        try:
            while True:
                response = yield flow.send(response)
        except StopIteration:
            return response


def login_of(config: HttpConfig) -> tuple[httpx.URL, Login | None]:
    """The address without credentials, and the credentials: the configured ones, else those in the address.

    ConfigInvalid when the address cannot be read.
    """
    try:
        url = httpx.URL(config.url)
        url.host  # noqa: B018 - raises for a host that only looks punycoded
    except (httpx.InvalidURL, UnicodeError):
        raise ConfigInvalid("the address cannot be read", field="url") from None
    bare = url.copy_with(userinfo=b"", fragment=None)
    if config.username or config.password:
        return bare, Login(config.username or "", config.password.get_secret_value() if config.password else "")
    if url.userinfo:
        name, _, password = url.userinfo.decode("ascii").partition(":")
        return bare, Login(unquote(name), unquote(password))
    return bare, None


def _offers(response: httpx.Response, scheme: str) -> bool:
    return any(line.lower().startswith(scheme) for line in response.headers.get_list("www-authenticate"))
