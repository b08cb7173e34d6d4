"""Linux's filter of system calls with a supervisor (``seccomp_unotify(2)``), which needs no privilege.

A thread's calls that name an address wait until somebody has looked at them. C libraries make the same calls as Python.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import re
import struct
import sys
from dataclasses import dataclass

CALLS = {
    "x86_64": {"seccomp": 317, "connect": 42, "sendto": 44, "sendmsg": 46, "sendmmsg": 307, "io_uring_setup": 425},
    "aarch64": {"seccomp": 277, "connect": 203, "sendto": 206, "sendmsg": 211, "sendmmsg": 269, "io_uring_setup": 425},
}
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CONTINUES_SINCE = (5, 5)

_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8
_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101
_GO_ON = 1

_ALLOW, _ASK, _REFUSE = 0x7FFF0000, 0x7FC00000, 0x00050000 | errno.EPERM
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _ARCHITECTURE, _FIFTH_LOW, _FIFTH_HIGH = 0, 4, 48, 52

_UNSPEC, _INET, _INET6 = 0, 2, 10
_MAX_MESSAGES = 1024


@dataclass(frozen=True, slots=True)
class Call:
    """A call that waits for :func:`answer`. ``thread``: its id. ``name``: of the call."""

    id: int
    thread: int
    name: str
    arguments: tuple[int, ...]


def confine_this_thread() -> int:
    """From now on this thread, and every thread and process that it starts, asks before it names an address.

    io_uring, which makes no calls, is refused, and so is every call of a program for another architecture. Returns the
    descriptor on which they ask; nothing takes it back. OSError where the system has no such filter, or has one with a
    supervisor already.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in CALLS or sys.maxsize < 2**32:
        raise OSError(errno.ENOSYS, "no filter for this system")
    version = re.match(r"(\d+)\.(\d+)", platform.release())
    if version is None or (int(version[1]), int(version[2])) < _CONTINUES_SINCE:
        raise OSError(errno.ENOSYS, "the kernel is too old")
    libc = ctypes.CDLL(None, use_errno=True)
    program = b"".join(struct.pack("=HBBI", *line) for line in _program(machine))
    lines = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(lines)))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    descriptor: int = libc.syscall(CALLS[machine]["seccomp"], _SET_MODE_FILTER, _NEW_LISTENER, header)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return descriptor


def _program(machine: str) -> list[tuple[int, int, int, int]]:
    """The filter: code, lines to skip when equal and when not, operand."""
    calls = CALLS[machine]
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, 12, _ARCH[machine]),
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 8, 0, calls["connect"]),
        (_EQUAL, 7, 0, calls["sendmsg"]),
        (_EQUAL, 6, 0, calls["sendmmsg"]),
        (_EQUAL, 7, 0, calls["io_uring_setup"]),
        (_EQUAL, 0, 5, calls["sendto"]),
        # send() is a sendto() without an address.
        (_LOAD, 0, 0, _FIFTH_LOW),
        (_EQUAL, 0, 2, 0),
        (_LOAD, 0, 0, _FIFTH_HIGH),
        (_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, _ASK),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]


def receive(descriptor: int) -> Call | None:
    """Wait for the next call; None when whoever made it is gone again."""
    asked = bytearray(80)
    try:
        fcntl.ioctl(descriptor, _RECEIVE, asked, True)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EINTR):
            return None
        raise
    id, thread, _, number, _, _, *arguments = struct.unpack("=QIIiIQ6Q", asked)
    names = {value: name for name, value in CALLS[platform.machine()].items()}
    return Call(id, thread, names[number], tuple(arguments))


def answer(descriptor: int, call: Call, *, refused: bool) -> None:
    """Let the call go on, or let it fail with "permission denied"."""
    said = struct.pack("=QqiI", call.id, 0, -errno.EACCES if refused else 0, 0 if refused else _GO_ON)
    try:
        fcntl.ioctl(descriptor, _ANSWER, bytearray(said), True)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise


def addresses(call: Call) -> list[bytes]:
    """The addresses that a call names, as the system has them. OSError when they cannot be read."""
    _, second, third, _, fifth, sixth = call.arguments
    with open(f"/proc/{call.thread}/mem", "rb", buffering=0) as memory:

        def read(place: int, size: int) -> bytes:
            data = os.pread(memory.fileno(), size, place) if size else b""
            if len(data) != size:
                raise OSError(errno.EFAULT, "not all of it can be read")
            return data

        def named(header: int) -> bytes:
            place, size = struct.unpack("@PI", read(header, 12))
            return read(place, min(size, 128)) if place else b""

        match call.name:
            case "connect":
                return [read(second, min(third & 0xFFFFFFFF, 128))]
            case "sendto":
                return [read(fifth, min(sixth & 0xFFFFFFFF, 128))]
            case "sendmsg":
                return [named(second)]
        return [named(second + 64 * number) for number in range(min(third & 0xFFFFFFFF, _MAX_MESSAGES))]


def network_place(raw: bytes, *, sends: bool) -> tuple[str, int] | None:
    """Address and port of a socket address; None for what is no network address (sockets of this machine, none)."""
    family = int.from_bytes(raw[:2], sys.byteorder)
    if family == _INET6 and len(raw) >= 24:
        return _text6(raw[8:24]), int.from_bytes(raw[2:4], "big")
    # To a datagram's sender an address without a family is one of IPv4.
    if (family == _INET or (family == _UNSPEC and sends)) and len(raw) >= 8:
        return ".".join(map(str, raw[4:8])), int.from_bytes(raw[2:4], "big")
    if family in (_UNSPEC, 1, 16):
        return None
    return f"address family {family}", 0


def _text6(packed: bytes) -> str:
    from ipaddress import IPv6Address

    address = IPv6Address(packed)
    return str(address.ipv4_mapped or address)
