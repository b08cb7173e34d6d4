"""What the service and its child say to each other: MessagePack structs, each with its length before it."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec

from glimpser.egress.errors import Params

VERSION = 2
MAX_MESSAGE = 1 << 20


class Grant(msgspec.Struct, tag="grant", frozen=True):
    """A lease may go out for a purpose with this token. ``hosts``: those that the lease names, where its purpose
    reaches no others. ``hourly_bytes``: what it may move, 0 for what its purpose may. Answered by Granted."""

    id: int
    lease: str
    purpose: str
    token: str
    hosts: list[str] = []
    hourly_bytes: int = 0


class Configure(msgspec.Struct, tag="configure", frozen=True):
    """First message: the version of this protocol, the exceptions as in `GLIMPSER_EGRESS_ALLOW`, the hub's own ports,
    and the grants that hold before the first connection is accepted. Answered by Hello."""

    version: int
    allow: str
    own_ports: list[int]
    grants: list[Grant]


class Open(msgspec.Struct, tag="open", frozen=True):
    """Check and pin a URL for a lease that was granted, with a relay where its scheme needs one. Answered by Opened or
    Failed."""

    id: int
    lease: str
    purpose: str
    url: str


class Release(msgspec.Struct, tag="release", frozen=True):
    """Close all that a lease holds. Answered by Counters of the lease."""

    id: int
    lease: str


class Count(msgspec.Struct, tag="count", frozen=True):
    """Ask for the totals. Answered by Counters."""

    id: int


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """The child is ready."""

    version: int


class Granted(msgspec.Struct, tag="granted", frozen=True):
    """The token is valid now."""

    id: int


class Opened(msgspec.Struct, tag="opened", frozen=True):
    """The URL to use instead, whether it is to be fetched through the proxy or by a relay that asks for the token, and
    what was pinned."""

    id: int
    url: str
    proxied: bool
    address: str
    port: int
    relayed: bool = False


class Failed(msgspec.Struct, tag="failed", frozen=True):
    """A request was refused."""

    id: int
    code: str
    params: Params


class Counters(msgspec.Struct, tag="counters", frozen=True):
    """Cumulative figures of one lease or of the child: bytes to and from targets, connections made, refusals by code,
    and how many leases, relays and connections are open."""

    id: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    connections: int = 0
    refusals: dict[str, int] = {}
    leases: int = 0
    relays: int = 0
    links: int = 0


class Notice(msgspec.Struct, tag="notice", frozen=True):
    """Something was refused or failed inside a lease while nobody waited for an answer."""

    lease: str
    code: str
    params: Params


ToChild = Configure | Grant | Open | Release | Count
ToHub = Hello | Granted | Opened | Failed | Counters | Notice
M = TypeVar("M")

_encoder = msgspec.msgpack.Encoder()
to_child: msgspec.msgpack.Decoder[ToChild] = msgspec.msgpack.Decoder(ToChild)
to_hub: msgspec.msgpack.Decoder[ToHub] = msgspec.msgpack.Decoder(ToHub)


def send(writer: asyncio.StreamWriter, message: ToChild | ToHub) -> None:
    """Queue one message."""
    data = _encoder.encode(message)
    writer.write(len(data).to_bytes(4, "big") + data)


async def receive(reader: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[M]) -> M | None:
    """The next message, or None at the end. Raises ValueError for what is not a message."""
    try:
        size = int.from_bytes(await reader.readexactly(4), "big")
        if size > MAX_MESSAGE:
            raise ValueError(f"a message of {size} bytes")
        return decoder.decode(await reader.readexactly(size))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
