"""Running plugin code that may never return: in a thread of its own, which is left behind when its time is up."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import TypeVar

from glimpser.plugins.state import PluginExit

T = TypeVar("T")


class TookTooLong(TimeoutError):
    """The time is up. The text ends with the line of code that was being executed."""


def run_limited(function: Callable[[], T], seconds: float, *, what: str) -> T:
    """Call ``function`` in a daemon thread and wait ``seconds`` at most.

    What it raises comes back unchanged, except that an attempt to end the process becomes PluginExit. TookTooLong
    when it does not come back; its thread then goes on unheeded, because Python cannot stop one.
    """
    result: list[T] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            result.append(function())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=call, name=f"plugin {what}", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TookTooLong(f"{what} took longer than {seconds:g} s{_where(thread)}")
    if errors:
        error = errors[0]
        if isinstance(error, Exception):
            raise error
        raise PluginExit(f"{what} raised {type(error).__name__}({error})") from error
    return result[0]


def _where(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return ""
    # The innermost frames belong to the standard library as often as not, so the chain is shown.
    lines = [f"{f.filename}:{f.lineno}" for f in traceback.extract_stack(frame) if "importlib" not in f.filename]
    return f", at {' > '.join(lines[-3:])}"
