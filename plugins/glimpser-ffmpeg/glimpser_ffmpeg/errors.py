"""From FFmpeg's errors to the vocabulary of the house.

FFmpeg's number alone says little: its RTSP reader calls a time-out "invalid data". The lines that it logs on this
thread while a connection is opened say the rest.
"""

from __future__ import annotations

import re

import av.error

from glimpser_sdk.errors import AuthFailed, ConfigInvalid, GlimpserError, NotReady, StreamEnded, Unsupported

CODES: dict[str, str] = {
    "auth.failed": "The other side does not accept the user name and password.",
    "net.refused": "Nothing accepts connections there.",
    "net.timeout": "No connection came about in time, or there is no way there.",
    "net.silent": "The connection was accepted, but no answer came.",
    "net.half_open": "The server agreed to send and then sent nothing.",
    "net.trickle": "The answer came so slowly that it was never complete.",
    "net.endless_header": "The head of the answer never ended.",
    "net.closed": "The server closed the connection.",
    "net.not_found": "There is nothing at this address.",
    "net.rejected": "The server refused the request ({error}).",
    "net.redirected": "The answer leads to a protocol that is not allowed there.",
    "net.tls": "No secure connection could be made ({error}).",
    "net.failed": "The connection failed ({error}).",
    "media.not_video": "What came is not a video.",
    "media.no_video": "The stream has no picture.",
    "media.unsupported_codec": "Pictures in {codec} cannot be decoded here.",
    "media.unsupported_protocol": "This build of FFmpeg does not speak {scheme}.",
    "media.no_device": "The capture device is not there or cannot be used.",
    "file.outside": "The file is not below a media folder.",
    "file.not_found": "There is no such file.",
    "stream.ended": "The stream came to its end.",
}
"""Every reason that the source gives, with its text."""

_EGRESS = re.compile(r"\begress\.[a-z_]+")
_FROM_EGRESS = {
    "egress.connection_refused": "net.refused",
    "egress.connect_failed": "net.timeout",
    "egress.timeout": "net.timeout",
    "egress.too_large": "net.endless_header",
    "egress.trickle": "net.trickle",
}
_TEMPORARY = frozenset({"egress.resolve_failed", "egress.too_many", "egress.unavailable", "egress.auth"})
_TLS = re.compile(r"certificate|(?<!RTMP )handshake|\bTLS\b", re.IGNORECASE)


def interrupted(lines: str, *, overdue: bool) -> GlimpserError | None:
    """Why opening did not get to the end although it reports success: the server stopped, or the time ran out
    (``overdue``), while FFmpeg listened to the media."""
    if overdue:
        return NotReady(code="net.trickle")
    if "timed out" in lines:
        return NotReady(code="net.half_open")
    return None


def opening(error: av.error.FFmpegError, lines: str, scheme: str) -> GlimpserError:
    """Why a connection could not be opened. ``lines``: what FFmpeg logged meanwhile."""
    if match := _EGRESS.search(lines):
        return _from_egress(match[0], scheme)
    match error:
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            return AuthFailed(code="auth.failed")
        case av.error.HTTPNotFoundError():
            return NotReady(code="net.not_found")
        case av.error.HTTPError():
            return NotReady(code="net.rejected", error=_text(error))
        case av.error.ConnectionRefusedError():
            return NotReady(code="net.refused")
        case av.error.ProtocolNotFoundError() if scheme not in lines:
            return Unsupported(code="media.unsupported_protocol", scheme=scheme)
        case av.error.FileNotFoundError() | av.error.PermissionError() | av.error.OSError() if scheme == "v4l2":
            return NotReady(code="media.no_device")
        case av.error.ExitError():
            return NotReady(code="net.trickle")
        case av.error.TimeoutError() if "failed: " in lines and "Connection to" in lines:
            return NotReady(code="net.timeout")
        case av.error.TimeoutError():
            return NotReady(code="net.silent")
    if "Protocol '" in lines and "not on whitelist" in lines:
        return Unsupported(code="net.redirected")
    if "not on whitelist" in lines:
        return Unsupported(code="media.not_video")
    if _TLS.search(lines):
        return NotReady(code="net.tls", error=_text(error))
    if "timed out" in lines:
        return NotReady(code="net.silent")
    if "Immediate exit" in lines:
        return NotReady(code="net.trickle")
    if "unreachable" in lines or "No route" in lines:
        return NotReady(code="net.timeout")
    if "reset by peer" in lines or "RTMP handshake" in lines or "Failed reading RTSP data: End of file" in lines:
        return NotReady(code="net.closed")
    if isinstance(error, av.error.InvalidDataError | av.error.EOFError):
        return Unsupported(code="media.not_video")
    return NotReady(code="net.failed", error=_text(error))


def reading(error: av.error.FFmpegError) -> GlimpserError:
    """Why a running stream stopped."""
    match error:
        case av.error.TimeoutError():
            return NotReady(code="net.half_open")
        case av.error.ConnectionResetError() | av.error.BrokenPipeError():
            return NotReady(code="net.closed")
        case av.error.EOFError():
            return StreamEnded(code="stream.ended")
    return NotReady(code="net.failed", error=_text(error))


def ended(scheme: str) -> GlimpserError:
    """Why nothing more comes: an RTSP server says goodbye within the connection, so one that just ends it is gone."""
    return NotReady(code="net.closed") if scheme in ("rtsp", "rtsps") else StreamEnded(code="stream.ended")


def _from_egress(code: str, scheme: str) -> GlimpserError:
    if code == "egress.bad_message":
        # An answer that is no RTSP comes from something else; one that is no HTTP usually is no answer at all.
        return Unsupported(code="media.not_video") if scheme.startswith("rtsp") else NotReady(code="net.closed")
    if code == "egress.tls":
        return NotReady(code="net.tls", error="handshake")
    if code in _FROM_EGRESS or code in _TEMPORARY:
        return NotReady(code=_FROM_EGRESS.get(code, code))
    return ConfigInvalid("The outbound policy does not let this address through.", field="url", code=code)


def _text(error: av.error.FFmpegError) -> str:
    return error.strerror or type(error).__name__
