"""From FFmpeg's errors to the vocabulary of the house."""

from __future__ import annotations

import av.error

from glimpser_sdk.errors import AuthFailed, GlimpserError, NotReady, StreamEnded, Unsupported


def translate(error: BaseException, *, opening: bool) -> GlimpserError:
    """The failure that an exception of PyAV means. ``opening``: nothing had been received yet."""
    match error:
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            return AuthFailed(code="auth.failed")
        case av.error.HTTPNotFoundError() | av.error.FileNotFoundError():
            return NotReady(code="net.not_found")
        case av.error.HTTPError():
            return NotReady(code="net.refused_request")
        case av.error.ConnectionRefusedError():
            return NotReady(code="net.refused")
        case av.error.TimeoutError():
            return NotReady(code="net.silent")
        case av.error.ExitError():
            return NotReady(code="net.endless_header" if opening else "net.silent")
        case av.error.InvalidDataError():
            return Unsupported(code="media.not_video")
        case av.error.EOFError():
            return StreamEnded(code="stream.ended")
        case av.error.FFmpegError():
            return NotReady(code="net.lost" if not opening else "net.failed", error=error.strerror or "")
    return NotReady(code="net.failed", error=type(error).__name__)
