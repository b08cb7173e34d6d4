"""The child process: `python -m glimpser.egress CONTROL_FD LISTENER_FD`, started by EgressService only.

It ends when its control socket ends or its parent dies, and holds nothing that outlives it.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import signal
import socket
import sys

import msgspec
import uvloop

from glimpser.egress import wire
from glimpser.egress.errors import Refused
from glimpser.egress.gateway import Gateway
from glimpser.egress.policy import EgressPolicy
from glimpser.egress.resolve import SystemLookup

_PR_SET_PDEATHSIG = 1


def _bind_to_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the signal was set
            sys.exit(0)


def _raise_file_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _answer(gateway: Gateway, writer: asyncio.StreamWriter, message: wire.Open) -> None:
    try:
        opened = await gateway.open(message.lease, message.purpose, message.url)
        wire.send(writer, msgspec.structs.replace(opened, id=message.id))
    except Refused as refusal:
        wire.send(writer, wire.Failed(message.id, refusal.code, refusal.params))


def _numbered(id: int, figures: wire.Counters) -> wire.Counters:
    return msgspec.structs.replace(figures, id=id)


async def _main(control: socket.socket, listener: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=control)
    first = await wire.receive(reader, wire.to_child)
    if not isinstance(first, wire.Configure) or first.version != wire.VERSION:
        sys.exit("this process is started by Glimpser only")
    lookup = SystemLookup()
    policy = EgressPolicy.parse(first.allow)
    policy.own_ports.update(first.own_ports)
    gateway = Gateway(
        policy,
        lookup,
        lambda lease, refusal: wire.send(writer, wire.Notice(lease, refusal.code, refusal.params)),
    )
    for grant in first.grants:
        gateway.grant(grant)
    await gateway.start(listener)
    wire.send(writer, wire.Hello(wire.VERSION))
    opening: set[asyncio.Task[None]] = set()
    while (message := await wire.receive(reader, wire.to_child)) is not None:
        match message:
            case wire.Grant():
                gateway.grant(message)
                wire.send(writer, wire.Granted(message.id))
            case wire.Open():
                task = asyncio.create_task(_answer(gateway, writer, message))
                opening.add(task)
                task.add_done_callback(opening.discard)
            case wire.Release():
                wire.send(writer, _numbered(message.id, gateway.release(message.lease)))
            case wire.Count():
                wire.send(writer, _numbered(message.id, gateway.counters()))
    # The hub is gone: nothing is worth finishing.
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent_pid, control_fd, listener_fd = (int(argument) for argument in sys.argv[1:4])
    _bind_to_parent(parent_pid)
    _raise_file_limit()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(socket.socket(fileno=control_fd), socket.socket(fileno=listener_fd)))
