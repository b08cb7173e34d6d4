"""A worker's operating-system process: how it is started, listened to and ended with all its children."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from collections.abc import Mapping
from pathlib import Path

import psutil

log = logging.getLogger("glimpser.worker")

MARKER = "GLIMPSER_DATA_DIR"
"""Every worker has this in its environment; the sweep knows its own leftovers by it."""
TERM_S = 1.5
"""How long a process group may take to end after SIGTERM."""

_PASSED = frozenset({
    "PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SSL_CERT_FILE",
    "SSL_CERT_DIR", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "LIBVA_DRIVER_NAME", "LIBVA_DRIVERS_PATH",
})  # fmt: skip
_PASSED_PREFIXES = ("LC_", "PYTHON", "NVIDIA_")
_THREADS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
    "OPENCV_LOG_LEVEL": "ERROR",
}


def environment(
    data_dir: Path, python_path: tuple[str, ...] = (), base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What a worker may know of the hub's environment: no secret of it, and one thread for each library. It imports
    nothing from the folder that it is started in, which may be one that the hub writes to."""
    source = os.environ if base is None else base
    passed = {k: v for k, v in source.items() if k in _PASSED or k.startswith(_PASSED_PREFIXES)}
    if python_path:
        passed["PYTHONPATH"] = os.pathsep.join([*python_path, *filter(None, [passed.get("PYTHONPATH")])])
    return {**passed, **_THREADS, "PYTHONSAFEPATH": "1", MARKER: str(data_dir)}


def end_group(pid: int, number: int) -> None:
    """Signal a process group; no error when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def sweep(data_dir: Path) -> list[int]:
    """Kill workers that another hub left behind in this data folder; returns their process ids."""
    killed = []
    for process in psutil.process_iter(["cmdline", "ppid"]):
        command = process.info["cmdline"] or []
        if "glimpser.worker" not in command or process.info["ppid"] == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARKER) != str(data_dir):
                continue
            if os.getpgid(process.pid) == process.pid and process.is_running():
                end_group(process.pid, signal.SIGKILL)
            else:
                process.kill()
            killed.append(process.pid)
    return killed


class WorkerProcess:
    """A running ``python -m glimpser.worker`` with the hub's ends of its two sockets."""

    def __init__(self, process: Process, control: socket.socket, bulk: socket.socket, name: str) -> None:
        self._process = process
        self._name = name
        self._stats = psutil.Process(process.pid)
        self._output = asyncio.create_task(self._read_output(), name=f"worker output {name}")
        self.control = control
        self.bulk = bulk
        self.last_lines: deque[str] = deque(maxlen=20)

    @classmethod
    async def spawn(cls, name: str, python: str, env: dict[str, str]) -> WorkerProcess:
        """Start one; call it on the main thread, or the worker takes the thread's end for the hub's. OSError when the
        interpreter cannot be started."""
        control, control_child = socket.socketpair()
        bulk, bulk_child = socket.socketpair()
        try:
            process = await asyncio.create_subprocess_exec(
                python or sys.executable,
                "-m",
                "glimpser.worker",
                "--control-fd",
                str(control_child.fileno()),
                "--bulk-fd",
                str(bulk_child.fileno()),
                "--parent",
                str(os.getpid()),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                env=env,
                pass_fds=(control_child.fileno(), bulk_child.fileno()),
                start_new_session=True,
            )
        except BaseException:
            control.close()
            bulk.close()
            raise
        finally:
            control_child.close()
            bulk_child.close()
        control.setblocking(False)
        bulk.setblocking(False)
        try:
            return cls(process, control, bulk, name)
        except psutil.NoSuchProcess:
            control.close()
            bulk.close()
            raise OSError("the process ended at once") from None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> int:
        """The exit code; negative: the signal that ended it. Ends its children too."""
        code = await self._process.wait()
        end_group(self.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._output, 0.5)
        return code

    def kill(self) -> None:
        """End the whole group now."""
        end_group(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the whole group to end."""
        end_group(self.pid, signal.SIGTERM)

    def measure(self) -> int:
        """Resident bytes, 0 when it is gone. Measured from outside: a worker too busy to answer counts too."""
        try:
            return int(self._stats.memory_info().rss)
        except psutil.Error:
            return 0

    async def _read_output(self) -> None:
        output = self._process.stdout
        rest = b""
        while output is not None and (chunk := await output.read(8192)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._log_line(line)
            if len(rest) > 8192:
                self._log_line(rest)
                rest = b""
        self._log_line(rest)

    def _log_line(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()[:2000]
        if text:
            self.last_lines.append(text)
            log.info("%s: %s", self._name, text)
