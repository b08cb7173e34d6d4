"""Ways of misbehaving that source, analyzer and sink have in common."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from typing import Any

STEP_BYTES = 32 * 1024 * 1024
_eaten: list[Any] = []


class Act:
    """Misbehaves from ``after_s`` seconds after it was made on."""

    def __init__(self, mode: str, after_s: float) -> None:
        self.mode = mode
        self._at = time.monotonic() + after_s
        if mode == "raise-make":
            raise RuntimeError("chaos: cannot be made")

    @property
    def due(self) -> str:
        """The mode when its time has come, else ''."""
        return self.mode if time.monotonic() >= self._at else ""

    def step(self) -> None:
        """Misbehave, if it is time for one of the ways that all have."""
        match self.due:
            case "segfault":
                ctypes.string_at(0)
            case "exit":
                os._exit(3)
            case "sys-exit":
                sys.exit(3)
            case "memory":
                _eaten.append(bytearray(b"x") * STEP_BYTES)
            case "hang":
                threading.Event().wait()
            case "raise":
                raise RuntimeError("chaos: failed")
