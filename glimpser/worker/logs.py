"""Log records of the worker and of plugins in it, sent to the hub without secrets and without floods."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from glimpser.protocol.messages import Log
from glimpser.redaction import Redactor

LONGEST = 8000
BURST, WINDOW_S = 50, 10.0


class HubHandler(logging.Handler):
    """Posts records as Log messages; at most 50 in 10 s from one instance."""

    def __init__(
        self, post: Callable[[Any], None], stream_id: str = "", plugin: str = "", secrets: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self._post, self._stream_id, self._redact = post, stream_id, Redactor(secrets)
        self._params = {"plugin": plugin} if plugin else {}
        self._window = 0.0
        self._sent = self._left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        now = time.monotonic()
        if now - self._window > WINDOW_S:
            left_out, self._window, self._sent, self._left_out = self._left_out, now, 0, 0
            if left_out:
                self._send("WARNING", record.name, f"{left_out} more messages were left out")
        self._sent += 1
        if self._sent > BURST:
            self._left_out += 1
            return
        try:
            text = self.format(record)
        except Exception as error:
            text = f"{record.msg!r} (its arguments do not fit: {error})"
        self._send(record.levelname, record.name, text)

    def _send(self, level: str, name: str, text: str) -> None:
        text = self._redact(text)[:LONGEST]
        self._post(Log(level=level, logger=name, text=text, stream_id=self._stream_id, params=self._params))


def instance_logger(name: str, level: int, handler: logging.Handler) -> logging.Logger:
    """A logger that lives as long as its instance; registered nowhere, so that many starts and stops leave none."""
    logger = logging.Logger(name, level)
    logger.addHandler(handler)
    return logger
