"""What is open for whom: a lease holds the relays, proxy tokens and connections of one stream or one hub service."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from glimpser.egress.errors import Refused
from glimpser.egress.pipe import Conn, Link
from glimpser.egress.policy import Purpose
from glimpser.egress.resolve import Pinned
from glimpser.egress.wire import Counters

MAX_LINKS = 256
MAX_HOPS = 10
HOUR_S = 3600.0
SLICE = 1 << 20
"""Bytes that a connection takes from its lease's budget at once, so that a chunk costs one comparison."""

Report = Callable[[str, Refused], None]


class Endpoint(Protocol):
    """A relay as its lease sees it; `pinned` may be renewed."""

    pinned: Pinned
    port: int

    def close(self) -> None:
        """Accept no more connections."""


@dataclass
class Totals:
    """Cumulative figures. Bytes of open links are added when asked for."""

    bytes_sent: int = 0
    bytes_received: int = 0
    connections: int = 0
    refusals: Counter[str] = field(default_factory=Counter)


class Lease:
    """All that is open under one id for one purpose. `token` is the credential that stands for it, `hosts` are those
    that it names, `hourly_bytes` what it may move. `report` is told of every refusal nobody waits for."""

    def __init__(self, name: str, purpose: Purpose, report: Report, *, hourly_bytes: int) -> None:
        self.name = name
        self.purpose = purpose
        self.token = secrets.token_urlsafe(24)
        self.hosts: frozenset[str] = frozenset()
        self.hourly_bytes = hourly_bytes
        self.links: set[Link] = set()
        self.relays: dict[tuple[str, str, str, int], Endpoint] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.origins: set[tuple[str, int]] = set()
        self.totals = Totals()
        self._report = report
        self._redirects = 0
        self._spent = 0
        self._hour = time.monotonic()

    def refuse(self, refusal: Refused) -> None:
        """Count and report a refusal."""
        self._redirects = 0
        self.totals.refusals[refusal.code] += 1
        self._report(self.name, refusal)

    def admit(self) -> None:
        """Make room for one more connection. Raises Refused `egress.too_many` or `egress.budget`."""
        if len(self.links) + len(self.tasks) >= MAX_LINKS:
            raise Refused("egress.too_many", {"limit": MAX_LINKS})
        if self._left() <= 0:
            raise self._overspent()

    def spend(self, need: int) -> int:
        """Take at least that many bytes from the budget, and some more; 0, and a report, when there are not as many."""
        left = self._left()
        if need > left:
            self.refuse(self._overspent())
            return 0
        taken = max(need, min(SLICE, left))
        self._spent += taken
        return taken

    def _left(self) -> int:
        now = time.monotonic()
        if now - self._hour >= HOUR_S:
            self._hour, self._spent = now, 0
        return self.hourly_bytes - self._spent

    def _overspent(self) -> Refused:
        return Refused("egress.budget", {"limit": self.hourly_bytes, "purpose": self.purpose})

    def link(self, client: Conn, target: Conn) -> Link:
        """Join a client's connection with a target's and keep the pair until it closes.

        It is to be joined before anything else is awaited."""
        link = Link(client, target, self._closed, self.spend)
        self.links.add(link)
        self.totals.connections += 1
        return link

    def run(self, task: asyncio.Task[None]) -> None:
        """Keep a task that serves this lease; it is cancelled with the lease."""
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def hop(self, host: str, status: int) -> None:
        """Count redirects in a row. Raises Refused `egress.hops`."""
        self._redirects = self._redirects + 1 if status in {301, 302, 303, 307, 308} else 0
        if self._redirects > MAX_HOPS:
            self._redirects = 0
            raise Refused("egress.hops", {"host": host, "limit": MAX_HOPS})

    def drop_idle(self) -> None:
        """End the links over which nothing moved since the last call."""
        for link in [link for link in self.links if link.is_idle()]:
            link.abort()

    def counters(self) -> Counters:
        """The figures of this lease, open connections included."""
        sent, received = self.totals.bytes_sent, self.totals.bytes_received
        for link in self.links:
            sent, received = sent + link.moved[0], received + link.moved[1]
        return Counters(
            bytes_sent=sent,
            bytes_received=received,
            connections=self.totals.connections,
            refusals=dict(self.totals.refusals),
            leases=1,
            relays=len(self.relays),
            links=len(self.links),
        )

    def close(self) -> None:
        """Close every listener and connection."""
        for relay in self.relays.values():
            relay.close()
        self.relays.clear()
        for task in self.tasks:
            task.cancel()
        for link in list(self.links):
            link.abort()

    def _closed(self, link: Link) -> None:
        self.links.discard(link)
        self._spent = max(0, self._spent - link.unspent)
        sent, received = link.moved
        self.totals.bytes_sent += sent
        self.totals.bytes_received += received
