"""Real RTSP servers for tests, each a process of its own."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("rtsp_server.py")
PYTHON = "/usr/bin/python3"


class Cameras:
    """A server that can be killed and started again on the same port. ``url``: of its first stream."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it. Skips the test, with the reason, where it cannot run."""
        if not Path(PYTHON).exists():
            pytest.skip(f"no RTSP server: there is no {PYTHON}")
        command = [PYTHON, str(SCRIPT), "--port", str(self.port), *self._arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        if not said.startswith("ready"):
            self.kill()
            pytest.skip(f"no RTSP server: {said.strip() or 'it ended at once'}")
        self.port = int(said.split()[1])

    def kill(self) -> None:
        """End it as a power cut would: connections are reset by the system."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def freeze(self) -> None:
        """Stop its process: connections stay open and nothing comes any more."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def url(self, number: int = 0) -> str:
        """Address of one of its streams."""
        return f"rtsp://127.0.0.1:{self.port}/cam{number}"


@contextlib.contextmanager
def cameras(*arguments: str) -> Iterator[Cameras]:
    """A server, see ``rtsp_server.py`` for its arguments."""
    server = Cameras(*arguments)
    try:
        server.start()
        yield server
    finally:
        server.kill()
