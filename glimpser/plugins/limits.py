"""Running plugin code that may never return: in a thread of its own, which is left behind when its time is up."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
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
    outcome: Future[T] = Future()
    thread = _start(function, what, outcome)
    try:
        return outcome.result(seconds)
    except TimeoutError:
        if outcome.done():  # the function's own
            raise
        raise TookTooLong(f"{what} took longer than {seconds:g} s{_where(thread)}") from None


async def in_thread(function: Callable[[], T], *, what: str) -> T:
    """Await ``function`` on a daemon thread, which unlike an executor's cannot hold up the end of the process."""
    outcome: Future[T] = Future()
    _start(function, what, outcome)
    return await asyncio.wrap_future(outcome)


def _start(function: Callable[[], T], what: str, outcome: Future[T]) -> threading.Thread:
    def call() -> None:
        try:
            result = function()
        except Exception as error:
            _settle(outcome, error)
        except BaseException as error:
            exit_ = PluginExit(f"{what} raised {type(error).__name__}({error})")
            exit_.__cause__ = error
            _settle(outcome, exit_)
        else:
            with contextlib.suppress(InvalidStateError):
                outcome.set_result(result)

    thread = threading.Thread(target=call, name=f"plugin {what}", daemon=True)
    thread.start()
    return thread


def _settle(outcome: Future[T], error: Exception) -> None:
    # Nobody may be waiting any more: the time was up, or the loop is closed.
    with contextlib.suppress(InvalidStateError):
        outcome.set_exception(error)


def _where(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return ""
    # The innermost frames belong to the standard library as often as not, so the chain is shown.
    lines = [f"{f.filename}:{f.lineno}" for f in traceback.extract_stack(frame) if "importlib" not in f.filename]
    return f", at {' > '.join(lines[-3:])}"
