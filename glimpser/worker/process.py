"""What a worker process does to itself before it runs anything."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
NICE = 5


def settle(parent: int | None) -> None:
    """Lower the priority, die with the parent and adopt orphaned grandchildren. ``parent``: the expected parent's
    process id; when it is already gone the process exits at once (None: it is not checked)."""
    os.nice(max(0, NICE - os.nice(0)))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        # The parent died before the death signal was set. Process 1 may be the hub itself, in a container.
        os._exit(0)
    # Ctrl-C in a terminal reaches the whole group; the hub decides when workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def single_threaded() -> None:
    """One thread for each library that would start a pool. Costs nothing where the library is not installed."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    try:
        import cv2
    except ImportError:
        return
    cv2.setNumThreads(1)


def reap_orphans(own: set[int]) -> int:
    """Collect ended grandchildren that were handed to this process; returns how many. ``own``: children that someone
    else waits for."""
    count = 0
    for child in _children() - own:
        try:
            pid, _ = os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            continue
        count += pid != 0
    return count


def _children() -> set[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return {int(pid) for pid in file.read().split()}
    except OSError:
        return set()


def inherited(fd: int) -> socket.socket:
    """The inherited end of a socket pair, not passed on to children."""
    os.set_inheritable(fd, False)
    end = socket.socket(fileno=fd)
    end.setblocking(False)
    return end


def usage() -> tuple[int, float, int, int]:
    """Resident bytes, CPU seconds, threads and open files of this process."""
    times = os.times()
    try:
        with open("/proc/self/statm") as file:
            rss = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        threads = len(os.listdir("/proc/self/task"))
        files = len(os.listdir("/proc/self/fd")) - 1
    except OSError:
        import resource
        import threading

        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        threads, files = threading.active_count(), 0
    return rss, times.user + times.system, threads, files
