"""The vocabulary of failure between a plugin and the core. Anything else a plugin raises is a bug of the plugin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is: a documented code and its parameters. Text is rendered from one catalogue."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


class GlimpserError(Exception):
    """Base of the vocabulary. ``code`` is dotted lower case, ``params`` are JSON scalars without secrets."""

    default_code = "error"

    def __init__(self, message: str = "", /, *, code: str | None = None, **params: Any) -> None:
        super().__init__(message or code or self.default_code)
        self.reason = Reason(code or self.default_code, {**({"detail": message} if message else {}), **params})


class NotReady(GlimpserError):
    """Cannot work now, may work later. ``retry_after`` is in seconds; None leaves it to the supervisor's backoff."""

    default_code = "not_ready"

    def __init__(
        self, message: str = "", /, *, retry_after: float | None = None, code: str | None = None, **params: Any
    ) -> None:
        super().__init__(message, code=code, **params)
        self.retry_after = retry_after


class AuthFailed(GlimpserError):
    """The other side refused the credentials; retried slowly, because retrying fast locks accounts."""

    default_code = "auth_failed"


class ConfigInvalid(GlimpserError):
    """The configuration is wrong; not retried until it changes. ``field`` is a dotted path or JSON pointer."""

    default_code = "config_invalid"

    def __init__(self, message: str, /, *, field: str = "", code: str | None = None, **params: Any) -> None:
        super().__init__(message, code=code, field=field, **params)
        self.field = field


class Unsupported(GlimpserError):
    """The request is understood and cannot be done here (a codec, a device, a feature)."""

    default_code = "unsupported"


class StreamEnded(GlimpserError):
    """The stream came to its natural end; restarted with backoff where the source is continuous."""

    default_code = "stream_ended"
