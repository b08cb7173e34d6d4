"""Logging: one line per record, as JSON or for people, with secrets taken out and control characters escaped."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from glimpser.redaction import redactor


def configure(level: str = "info", form: str = "auto", stream: TextIO | None = None) -> None:
    """Send every record of ``logging`` and ``structlog`` to ``stream`` (standard error).

    ``form``: ``json``, ``console``, or ``auto``, which is console on a terminal and json elsewhere.
    """
    stream = stream or sys.stderr
    console = form == "console" or (form == "auto" and stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = _for_people if console else _as_json
    # Tracebacks become one escaped field of the record, so that no text of a stranger can fake a line of its own.
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _redact,
            last,
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(True)
    set_level(level)


def set_level(level: str) -> None:
    """Change what is logged from now on: debug, info, warning or error. Libraries speak from warning on."""
    logging.getLogger().setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
    logging.getLogger("glimpser").setLevel(level.upper())


def _redact(logger: Any, method: str, event: EventDict) -> EventDict:
    return {key: redactor.clean(value) for key, value in event.items()}


def _as_json(logger: Any, method: str, event: EventDict) -> str:
    return json.dumps(event, default=str)


def _for_people(logger: Any, method: str, event: EventDict) -> str:
    time, level, name = (str(event.pop(key, "")) for key in ("timestamp", "level", "logger"))
    message, trace = str(event.pop("event", "")), event.pop("exception", "")
    fields = " ".join(f"{key}={_escape(json.dumps(value, default=str))}" for key, value in event.items())
    line = f"{time[11:23]} {level:<7} {name}: {_escape(message)} {fields}".rstrip()
    # Indented, a traceback stays recognisable as part of the record above it.
    return "\n    ".join([line, *(_escape(part) for part in str(trace).splitlines())])


def _escape(text: str) -> str:
    escape: Callable[[str], str] = lambda c: c if c.isprintable() else c.encode("unicode_escape").decode()  # noqa: E731
    return "".join(map(escape, text))
