"""When a failed connection is tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from glimpser_sdk.errors import AuthFailed, ConfigInvalid, GlimpserError, NotReady, Reason, Unsupported

from .components import PluginFailure

FIRST_S, LONGEST_S, SLOW_S, GOOD_S = 1.0, 60.0, 30.0, 30.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a failure: why, when to try again (None = not before a new Start), and whose bug it was."""

    why: Reason
    delay_s: float | None
    suspect: str = ""


class Supervisor:
    """Full-jitter backoff from 1 to 60 s that starts over after 30 s of good pictures."""

    def __init__(self, plugin: str, rng: random.Random | None = None) -> None:
        self._plugin = plugin
        self._random = rng or random.Random()
        self._good_since: int | None = None
        self.attempts = 0
        """Failures in a row."""

    def good(self, mono_ns: int) -> None:
        """Something useful arrived."""
        if self._good_since is None:
            self._good_since = mono_ns
        elif self.attempts and mono_ns - self._good_since > GOOD_S * 1e9:
            self.attempts = 0

    def failed(self, error: BaseException) -> Verdict:
        """A connection ended by ``error``."""
        self._good_since = None
        self.attempts += 1
        ceiling = min(LONGEST_S, FIRST_S * 2 ** min(self.attempts - 1, 10))
        delay: float | None = self._random.uniform(ceiling / 10, ceiling)
        if isinstance(error, PluginFailure):
            return Verdict(Reason(error.code, {"plugin": error.plugin, "detail": str(error)}), delay, error.plugin)
        if not isinstance(error, GlimpserError):
            detail = f"{type(error).__name__}: {error}"
            return Verdict(Reason("plugin.failed", {"plugin": self._plugin, "detail": detail}), delay, self._plugin)
        if isinstance(error, ConfigInvalid):
            delay = None
        elif isinstance(error, (AuthFailed, Unsupported)):
            delay = self._random.uniform(SLOW_S, LONGEST_S)
        elif isinstance(error, NotReady) and error.retry_after is not None:
            delay = max(0.1, error.retry_after)
        return Verdict(error.reason, delay)
