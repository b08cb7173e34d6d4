"""Hubs begin as copies of a process that has imported what a hub imports: half of what a start costs is spent on that,
and tests start hundreds of them. The copy then does all that ``glimpser`` does when people start it."""

from __future__ import annotations

import atexit
import functools
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

GLIMPSER = str(Path(sys.executable).with_name("glimpser"))
# What ``glimpser run`` has imported when it is ready, plugins' modules included.
PRELOADED = (
    "glimpser.commands.run", "glimpser.serve", "glimpser.app", "glimpser.logging", "hypercorn.asyncio", "uvloop",
    "glimpser_access.routes", "glimpser_dashboard.plugin", "glimpser_dashboard.walls.routes", "glimpser_notes.routes",
    "glimpser_oidc.backend", "glimpser_password.backend", "glimpser_proxyauth.config", "glimpser_totp.factor",
)  # fmt: skip


class Forked:
    """A process, with what `subprocess.Popen` has of it."""

    def __init__(self, pid: int, parent: Parent) -> None:
        self.pid, self._parent = pid, parent
        self.returncode: int | None = None
        self._ended = os.pidfd_open(pid)  # it stays a zombie until its parent is asked, so the number is not another's

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._end(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, when it has ended. subprocess.TimeoutExpired after ``timeout`` seconds."""
        if self._end(timeout) is None:
            raise subprocess.TimeoutExpired("glimpser", timeout or 0.0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Nothing happens when it has ended."""
        if self._end(0) is None:
            signal.pidfd_send_signal(self._ended, number)

    def kill(self) -> None:
        """End it without a chance to say a word."""
        self.send_signal(signal.SIGKILL)

    def _end(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], timeout)[0]:
            self.returncode = self._parent.ask({"wait": self.pid})
            os.close(self._ended)
        return self.returncode


class Parent:
    """The process that copies are made of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            environment = {key: value for key, value in os.environ.items() if not key.startswith("GLIMPSER_")}
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__)), str(theirs.fileno())], pass_fds=[theirs.fileno()],
                env=environment, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], *files: int) -> Forked:
        """``glimpser`` with these arguments. ``files``: its standard input, output and error."""
        order = {"arguments": arguments, "environment": dict(environment), "folder": os.getcwd()}
        return Forked(self.ask(order, *files), self)

    def ask(self, order: Mapping[str, Any], *files: int) -> int:
        """Its answer to an order."""
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(order).encode()], list(files))
            return int(self._socket.recv(64))

    def end(self) -> None:
        """End it; copies go on."""
        self._socket.close()
        self._process.wait()


@functools.cache
def _parent() -> Parent:
    """The one of this process, started when it is first asked for."""
    made = Parent()
    atexit.register(made.end)
    return made


def start(
    command: Sequence[str], environment: Mapping[str, str], log: IO[bytes]
) -> tuple[Forked | subprocess.Popen[str], IO[str]]:
    """A process and what it prints; its standard error goes to ``log``."""
    if not _as_here(command, environment):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        return process, process.stdout
    read, write = os.pipe()
    with open(os.devnull) as nothing, os.fdopen(write, "w"):
        return _parent().start(command[1:], environment, nothing.fileno(), write, log.fileno()), os.fdopen(read)


def run(
    command: Sequence[str], environment: Mapping[str, str], stdin: str = "", timeout_s: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """What a process said, once it ended. subprocess.TimeoutExpired when it takes longer, and it is ended then."""
    if not _as_here(command, environment):
        return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, timeout=timeout_s)
    with ExitStack() as stack:
        given, said, told = (stack.enter_context(tempfile.TemporaryFile("w+")) for _ in range(3))
        given.write(stdin)
        given.seek(0)
        process = _parent().start(command[1:], environment, *(file.fileno() for file in (given, said, told)))
        try:
            code = process.wait(timeout_s)
        finally:
            process.kill()
        said.seek(0)
        told.seek(0)
        return subprocess.CompletedProcess(command, code, said.read(), told.read())


def _as_here(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether a copy does: it is ``glimpser`` of this environment, and what is read while modules are imported is the
    same."""
    names = {name for name in (*environment, *os.environ) if not name.startswith(("GLIMPSER_", "PYTEST_"))}
    return command[0] == GLIMPSER and all(environment.get(name) == os.environ.get(name) for name in names)


def serve(orders: socket.socket) -> list[str]:
    """Make copies until nobody asks any more, which ends the process. In a copy it gives the arguments."""
    while True:
        asked, files, *_ = socket.recv_fds(orders, 1 << 20, 3)
        if not asked:
            sys.exit()
        order = json.loads(asked)
        if "wait" in order:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
        elif (answer := os.fork()) == 0:
            orders.close()
            for target, file in enumerate(files):
                os.dup2(file, target)
                os.close(file)
            os.environ.clear()
            os.environ.update(order["environment"])
            os.chdir(order["folder"])
            return list(order["arguments"])
        for file in files:
            os.close(file)
        orders.send(str(answer).encode())


if __name__ == "__main__":
    del sys.path[0]  # this folder, which the command does not look into
    for name in PRELOADED:
        __import__(name)
    gc.freeze()
    sys.argv = ["glimpser", *serve(socket.socket(fileno=int(sys.argv[1])))]
    from glimpser.cli import main

    main()
