"""The heart of the child process: leases with their relays, and the proxy that serves them all."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter

from glimpser.egress.errors import Refused
from glimpser.egress.leases import Lease, Report
from glimpser.egress.policy import Address, EgressPolicy, Purpose
from glimpser.egress.proxy import Proxy
from glimpser.egress.relay import RELAYED, Relay
from glimpser.egress.resolve import Lookup, Pinned, Resolver, is_own
from glimpser.egress.urls import Target, parse_url
from glimpser.egress.wire import Counters, Grant, Opened

IDLE_S = 300.0


class Gateway:
    """Opens the way to targets under leases. Everything runs on the event loop it was made on."""

    def __init__(self, policy: EgressPolicy, lookup: Lookup, report: Report) -> None:
        self._policy = policy
        self._resolver = Resolver(policy, lookup)
        self._report = report
        self._proxy = Proxy(self._resolver)
        self._leases: dict[tuple[str, Purpose], Lease] = {}
        self._gone: Counter[str] = Counter()
        self._gone_refusals: Counter[str] = Counter()
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self, listener: socket.socket) -> None:
        """Serve the proxy on a bound loopback socket."""
        self._policy.own_ports.add(listener.getsockname()[1])
        self._server = await self._proxy.serve(listener)
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep())

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None and self._sweeper is not None:
            self._server.close()
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        self._proxy.close()
        for name, _ in list(self._leases):
            self.release(name)
        await asyncio.sleep(0)

    def grant(self, grant: Grant) -> None:
        """Let a lease out for a purpose, with its token. Raises Refused `egress.purpose`."""
        lease = self._lease(grant.lease, grant.purpose)
        lease.hosts = frozenset(grant.hosts)
        lease.hourly_bytes = grant.hourly_bytes or lease.hourly_bytes
        self._proxy.revoke(lease)
        lease.token = grant.token
        self._proxy.grant(lease)

    async def open(self, lease: str, purpose: Purpose, url: str) -> Opened:
        """Check and pin a URL; the answer's id is 0. Raises Refused.

        A URL that is opened again under the same lease and purpose keeps its relay, which is pinned anew.
        """
        held = self._lease(lease, purpose)
        try:
            target = self.check(url, purpose)
            pinned = await self._resolver.pin(purpose, target.host, target.port, held.hosts)
        except Refused as refusal:
            held.totals.refusals[refusal.code] += 1
            raise
        address = str(pinned.address)
        if target.scheme in RELAYED:
            port = await self._relay(held, target, pinned)
            return Opened(0, target.at("127.0.0.1", port, "rtsp"), False, address, target.port, relayed=True)
        if target.scheme in {"http", "https"}:
            held.origins.add((target.host, target.port))
            return Opened(0, url, True, address, target.port)
        return Opened(0, target.at(address, target.port), False, address, target.port)

    def check(self, url: str, purpose: Purpose) -> Target:
        """Read a URL as strictly as its purpose demands. Raises Refused."""
        profile = self._policy.profile(purpose)
        return parse_url(url, schemes=profile.schemes, userinfo=profile.userinfo)

    def release(self, name: str) -> Counters:
        """Close all that a lease holds; its figures are returned and stay in the totals."""
        held = [self._leases.pop(key) for key in list(self._leases) if key[0] == name]
        for lease in held:
            self._proxy.revoke(lease)
            self._policy.own_ports.difference_update(relay.port for relay in lease.relays.values())
            lease.close()
        figures = _sum([lease.counters() for lease in held])
        self._gone.update(
            bytes_sent=figures.bytes_sent, bytes_received=figures.bytes_received, connections=figures.connections
        )
        self._gone_refusals.update(figures.refusals)
        return figures

    def counters(self) -> Counters:
        """The totals over every lease, the released ones included."""
        gone = Counters(
            bytes_sent=self._gone["bytes_sent"],
            bytes_received=self._gone["bytes_received"],
            connections=self._gone["connections"],
            refusals=dict(self._gone_refusals),
        )
        return _sum([gone, *(lease.counters() for lease in self._leases.values())])

    def _lease(self, name: str, purpose: Purpose) -> Lease:
        lease = self._leases.get((name, purpose))
        if lease is None:
            allowance = self._policy.profile(purpose).hourly_bytes
            lease = self._leases[name, purpose] = Lease(name, purpose, self._report, hourly_bytes=allowance)
        return lease

    async def _relay(self, lease: Lease, target: Target, pinned: Pinned) -> int:
        key = (lease.purpose, target.scheme, target.host, target.port)

        def judge(address: Address, port: int) -> None:
            self._policy.judge(
                lease.purpose,
                target.host,
                address,
                port,
                own=is_own(address),
                named=target.host in lease.hosts,
                udp=True,
            )

        if key not in lease.relays:
            relay = Relay(lease, target.scheme, pinned, judge)
            await relay.listen()
            if self._leases.get((lease.name, lease.purpose)) is not lease or key in lease.relays:
                relay.close()  # released, or opened by another request, in the meantime
            else:
                lease.relays[key] = relay
                self._policy.own_ports.add(relay.port)
        if key not in lease.relays:
            raise Refused("egress.unavailable")
        lease.relays[key].pinned = pinned
        return lease.relays[key].port

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(IDLE_S)
            for lease in self._leases.values():
                lease.drop_idle()


def _sum(figures: list[Counters]) -> Counters:
    refusals: Counter[str] = Counter()
    for one in figures:
        refusals.update(one.refusals)
    return Counters(
        bytes_sent=sum(f.bytes_sent for f in figures),
        bytes_received=sum(f.bytes_received for f in figures),
        connections=sum(f.connections for f in figures),
        refusals=dict(refusals),
        leases=sum(f.leases for f in figures),
        relays=sum(f.relays for f in figures),
        links=sum(f.links for f in figures),
    )
