"""What becomes of one plugin: its state, the stage it got to, and why it stopped there."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from glimpser.redaction import redactor
from glimpser_sdk.contributions import ContractBroken, Contribution
from glimpser_sdk.errors import ConfigInvalid, GlimpserError, NotReady, Reason, Unsupported

if TYPE_CHECKING:
    from glimpser.plugins.discover import Installed


class State(StrEnum):
    DISABLED = "disabled"
    BLOCKED = "blocked"
    INCOMPATIBLE = "incompatible"
    IMPORT_ERROR = "import_error"
    CONFIG_ERROR = "config_error"
    MIGRATION_ERROR = "migration_error"
    SETUP_RETRY = "setup_retry"
    RUNNING = "running"
    DEGRADED = "degraded"
    STOPPED = "stopped"


class Stage(StrEnum):
    DISCOVER = "discover"
    DECIDE = "decide"
    IMPORT = "import"
    VALIDATE = "validate"
    COLLECT = "collect"
    CONFIG = "config"
    MIGRATE = "migrate"
    SETUP = "setup"
    RUN = "run"
    TEARDOWN = "teardown"


class PluginExit(GlimpserError):
    """Plugin code tried to end the process (``sys.exit`` and the like)."""

    default_code = "plugin.exit"


_FAILED = {
    Stage.IMPORT: State.IMPORT_ERROR,
    Stage.VALIDATE: State.INCOMPATIBLE,
    Stage.COLLECT: State.IMPORT_ERROR,
    Stage.CONFIG: State.CONFIG_ERROR,
    Stage.MIGRATE: State.MIGRATION_ERROR,
    Stage.SETUP: State.SETUP_RETRY,
    Stage.RUN: State.DEGRADED,
    Stage.TEARDOWN: State.STOPPED,
}


@dataclass(slots=True, eq=False)
class Plugin:
    """One plugin id and how far it got. ``state`` is None while it is still on its way through the boot."""

    id: str
    installed: tuple[Installed, ...]
    state: State | None = None
    stage: Stage = Stage.DISCOVER
    reason: Reason | None = None
    traceback: str = ""
    durations: dict[Stage, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    contribution: Contribution | None = None
    config: Any = None

    @property
    def alive(self) -> bool:
        """Whether what it contributes counts: nothing has stopped it so far."""
        return self.state in (None, State.SETUP_RETRY, State.RUNNING, State.DEGRADED)

    @property
    def message(self) -> str:
        return redactor(str(self.reason.params.get("detail", ""))) if self.reason else ""

    def stop(self, state: State, code: str, detail: str, **params: Any) -> None:
        """Take it out for a reason that is no error of its own code."""
        self.state = state
        self.reason = Reason(code, {"detail": detail, **params})

    def fail(self, stage: Stage, error: BaseException) -> None:
        """Record what its code raised."""
        self.stage = stage
        self.state = _state(stage, error)
        detail = one_line(str(error))
        if isinstance(error, GlimpserError):
            extra = {"retry_after": error.retry_after} if isinstance(error, NotReady) and error.retry_after else {}
            self.reason = Reason(error.reason.code, {**error.reason.params, **extra, "detail": detail})
        else:
            named = f"{type(error).__name__}: {detail}" if detail else type(error).__name__
            self.reason = Reason(f"plugin.{self.state}", {"detail": named, "error": type(error).__name__})
        self.traceback = "".join(traceback.format_exception(error))

    def describe(self) -> dict[str, Any]:
        """Everything about it that people and programs may see, as JSON. ``traceback`` is for administrators."""
        return {
            "id": self.id,
            "title": self.contribution.manifest.title if self.contribution else self.id,
            "distributions": [{"name": i.dist, "version": i.version} for i in self.installed],
            "first_party": all(i.first_party for i in self.installed),
            "state": self.state,
            "stage": self.stage,
            "reason": {"code": self.reason.code, "params": redactor.clean(self.reason.params)} if self.reason else None,
            "traceback": redactor(self.traceback),
            "durations_s": {str(stage): round(seconds, 4) for stage, seconds in self.durations.items()},
            "warnings": redactor.clean(self.warnings),
        }


def _state(stage: Stage, error: BaseException) -> State:
    if isinstance(error, ContractBroken):
        return State.INCOMPATIBLE
    if stage is Stage.SETUP and isinstance(error, ConfigInvalid):
        return State.CONFIG_ERROR
    if stage is Stage.SETUP and isinstance(error, Unsupported):
        return State.INCOMPATIBLE
    return _FAILED[stage]


def one_line(text: str, limit: int = 500) -> str:
    """Text for one line of a log or a table: white space folded, control characters escaped, cut at ``limit``."""
    folded = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in " ".join(text.split()))
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


@contextmanager
def guard(plugin: Plugin, stage: Stage) -> Iterator[None]:
    """Run one plugin's step. Whatever it raises, exits included, is recorded and stops only this plugin."""
    plugin.stage = stage
    started = time.monotonic()
    try:
        yield
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise
    except BaseException as error:
        plugin.fail(stage, error)
    finally:
        plugin.durations[stage] = time.monotonic() - started
