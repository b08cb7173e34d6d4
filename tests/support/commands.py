"""The hub's commands, run in this process: what a test only needs to begin with takes a tenth of the time so. Tests of
the commands themselves start a process, as people do."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from click.testing import CliRunner, Result


def run_here(*arguments: str, environment: Mapping[str, str], stdin: str = "") -> str:
    """What a command prints to its standard output."""
    done: list[Result] = []
    # A thread of its own: a test may have an event loop that runs in this one.
    thread = threading.Thread(target=lambda: done.append(_run(arguments, environment, stdin)))
    thread.start()
    thread.join()
    (result,) = done
    assert result.exit_code == 0, f"{arguments}: {result.output} {result.exception!r}"
    return result.stdout


def _run(arguments: tuple[str, ...], environment: Mapping[str, str], stdin: str) -> Result:
    from glimpser.cli import cli

    own: dict[str, Any] = {key: value for key, value in environment.items() if key.startswith("GLIMPSER_")}
    return CliRunner(env=own).invoke(cli, arguments, input=stdin)
