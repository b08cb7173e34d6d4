"""From what HTTP says to the vocabulary of the house."""

from __future__ import annotations

import ssl

import httpx

from glimpser_sdk.errors import AuthFailed, GlimpserError, NotReady

CODES: dict[str, str] = {
    "auth.failed": "The other side does not accept the user name and password.",
    "net.refused": "Nothing accepts connections there.",
    "net.timeout": "No connection came about in time.",
    "net.silent": "The connection was accepted, but no answer came.",
    "net.half_open": "The answer began and then stopped.",
    "net.trickle": "The answer came so slowly that it was never complete.",
    "net.endless_header": "The head of the answer never ended.",
    "net.closed": "The server closed the connection.",
    "net.not_found": "There is nothing at this address.",
    "net.rejected": "The server refused the request ({error}).",
    "net.redirected": "The answer leads to a protocol that is not allowed there.",
    "net.redirects": "The answer leads on and on.",
    "net.other_host": "The answer leads to {host}, and what was given for this address is not sent there.",
    "net.tls": "No secure connection could be made ({error}).",
    "net.failed": "The connection failed ({error}).",
    "media.not_image": "What came is not a picture.",
    "media.incomplete": "The picture is not complete.",
    "media.too_large": "The picture is larger than {limit}.",
}
"""Every reason that the source gives, with its text; those of the outbound policy (``egress.…``) come besides."""

_SAME_AS = {
    "egress.connection_refused": "net.refused",
    "egress.connect_failed": "net.timeout",
    "egress.timeout": "net.timeout",
    "egress.trickle": "net.trickle",
    "egress.too_large": "net.endless_header",
}
_LONGEST_WAIT_S = 3600


def refused(error: GlimpserError) -> GlimpserError:
    """A refusal of the way out. Where that only found the server away, it is named like any other failure."""
    code = _SAME_AS.get(error.reason.code)
    return NotReady(code=code) if code else error


def status(response: httpx.Response) -> GlimpserError:
    """Why a response is no picture."""
    code = response.status_code
    if code in (401, 403):
        return AuthFailed(code="auth.failed")
    if code in (404, 410):
        return NotReady(code="net.not_found")
    wait = response.headers.get("retry-after", "")
    retry_after = float(min(int(wait), _LONGEST_WAIT_S)) if wait.isdecimal() and len(wait) < 9 else None
    return NotReady(code="net.rejected", error=str(code), retry_after=retry_after)


def failure(error: httpx.HTTPError, answering: bool) -> GlimpserError:
    """Why an exchange failed. ``answering``: the head of the answer was there."""
    match error:
        case httpx.ConnectTimeout():
            return NotReady(code="net.timeout")
        case httpx.TimeoutException():
            return NotReady(code="net.half_open" if answering else "net.silent")
        case httpx.ConnectError() if (reason := _tls(error)) is not None:
            return NotReady(code="net.tls", error=reason)
        case httpx.ConnectError():
            return NotReady(code="net.refused")
        case httpx.ReadError() | httpx.WriteError():
            return NotReady(code="net.closed")
        case httpx.RemoteProtocolError() if "disconnected" in str(error) or "peer closed" in str(error):
            return NotReady(code="net.closed")
    return NotReady(code="net.failed", error=type(error).__name__)


def _tls(error: BaseException | None) -> str | None:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return getattr(error, "verify_message", "") or error.reason or "TLS"
        error = error.__cause__ or error.__context__
    return None
