"""What the hub holds: the child process that does the copying, and the calls that reach it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import secrets
import socket
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import httpx
import structlog

from glimpser.egress import wire
from glimpser.egress.client import make_client
from glimpser.egress.errors import Params, Refused
from glimpser.egress.policy import EgressPolicy, Purpose

_log = structlog.get_logger("glimpser.egress")

START_S = 15.0
ANSWER_S = 30.0
STOP_S = 2.0
RESTART_S = (0.1, 0.5, 2.0, 5.0)
A = TypeVar("A", wire.Granted, wire.Opened, wire.Counters)

_ENVIRONMENT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "TZ", "GLIMPSER_DATA_DIR", "RES_OPTIONS")


@dataclass(frozen=True)
class Opened:
    """A way to a target: the URL to use, the proxy to fetch it by (http and https only), what it was pinned to, and
    the User-Agent by which a relay knows its client ('' where there is none)."""

    url: str
    proxy: str | None
    address: str
    port: int
    agent: str = ""


@dataclass(frozen=True)
class _Credential:
    """What a lease may do and the token that stands for it."""

    token: str
    hosts: tuple[str, ...] = ()
    hourly_bytes: int = 0

    def grant(self, id: int, lease: str, purpose: Purpose) -> wire.Grant:
        return wire.Grant(id, lease, purpose, self.token, list(self.hosts), self.hourly_bytes)


class EgressService:
    """Opens targets for streams and hands out HTTP clients; restarts its child when it dies.

    The proxy's port and tokens stay the same over a restart; a relay is made again when its URL is opened again.
    `allow` is `GLIMPSER_EGRESS_ALLOW`; a mistake in it raises ValueError here. `own_ports` are those of the hub, which
    nothing may reach; add them before the start. `ca_file`: authorities that HTTP clients trust beside the public ones.
    """

    def __init__(self, allow: str = "", *, ca_file: Path | None = None, python: str = sys.executable) -> None:
        self._policy = EgressPolicy.parse(allow)
        self._allow = allow
        self._ca_file = ca_file
        self.own_ports: set[int] = set()
        self._python = python
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[wire.ToHub]] = {}
        self._credentials: dict[tuple[str, Purpose], _Credential] = {}
        self._settled: set[tuple[str, Purpose]] = set()
        """Those that the present child knows."""
        self._refusals: dict[str, Refused] = {}
        self._clients: list[httpx.AsyncClient] = []
        self._ready = asyncio.Event()
        self._listener: socket.socket | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._runner: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the child and wait until it is ready. Raises Refused `egress.unavailable`."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._runner = asyncio.create_task(self._keep_running(), name="egress")
        await self._until_ready()

    async def stop(self) -> None:
        """Close every client, end the child and free the port."""
        for client in self._clients:
            await client.aclose()
        if self._runner is not None:
            self._runner.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._runner
            self._runner = None
        if self._listener is not None:
            self._listener.close()

    async def open(
        self, url: str, purpose: Purpose, lease_id: str, *, hosts: Iterable[str] = (), hourly_bytes: int = 0
    ) -> Opened:
        """Check and pin a URL for a lease. `hosts`: those it names, for a purpose that reaches no others;
        `hourly_bytes`: what it may move, 0 for what its purpose may. Raises Refused: anything the policy refuses,
        `egress.unavailable`."""
        token = await self._granted(lease_id, purpose, hosts, hourly_bytes)
        self._refusals.pop(lease_id, None)
        answer = await self._ask(wire.Open(next(self._ids), lease_id, purpose, url), wire.Opened)
        proxy = f"http://glimpser:{token}@127.0.0.1:{self.proxy_port}" if answer.proxied else None
        return Opened(answer.url, proxy, answer.address, answer.port, token if answer.relayed else "")

    async def release(self, lease_id: str) -> wire.Counters:
        """Close all that a lease holds and return its figures. An unknown lease is no error."""
        for key in [key for key in self._credentials if key[0] == lease_id]:
            del self._credentials[key]
            self._settled.discard(key)
        self._refusals.pop(lease_id, None)
        try:
            return await self._ask(wire.Release(next(self._ids), lease_id), wire.Counters)
        except Refused:
            return wire.Counters()  # nothing of the lease survives without the child

    async def counters(self) -> wire.Counters:
        """The totals of the present child. Raises Refused `egress.unavailable`."""
        return await self._ask(wire.Count(next(self._ids)), wire.Counters)

    async def last_refusal(self, lease_id: str) -> Refused | None:
        """The latest refusal inside a lease since its last `open` (a redirect, a hop, no connection), or None.

        Whatever a client has noticed already is known here: notices come before the answer to a question.
        """
        with contextlib.suppress(Refused):
            await self.counters()
        return self._refusals.get(lease_id)

    async def proxy(self, purpose: Purpose, lease_id: str) -> str:
        """The proxy URL, credentials included, for programs such as a browser whose targets are not known before.
        Raises Refused `egress.purpose` or `egress.unavailable`."""
        return f"http://glimpser:{await self._granted(lease_id, purpose)}@127.0.0.1:{self.proxy_port}"

    def http_client(
        self, purpose: Purpose, lease_id: str = "hub", *, hosts: Callable[[], Iterable[str]] = tuple
    ) -> httpx.AsyncClient:
        """A client bound to the proxy under a lease. It is closed with the service; closing it before is allowed.
        `hosts`: those it names, asked before each request.

        A refused request raises RequestRefused, which is an httpx.ProxyError and a Refused. Raises Refused
        `egress.purpose` itself.
        """
        token = self._credential(lease_id, purpose, hosts(), 0).token

        async def granted() -> None:
            await self._granted(lease_id, purpose, hosts())

        client = make_client(f"http://127.0.0.1:{self.proxy_port}", token, granted, self._ca_file)
        self._clients.append(client)
        return client

    @property
    def proxy_port(self) -> int:
        """The proxy's loopback port; fixed from start to stop."""
        port: int = self._bound().getsockname()[1]
        return port

    @property
    def pid(self) -> int | None:
        """The child's process id while one runs."""
        return self._process.pid if self._process is not None else None

    def _credential(
        self, lease: str, purpose: Purpose, hosts: Iterable[str] = (), hourly_bytes: int = 0
    ) -> _Credential:
        self._policy.profile(purpose)
        known = self._credentials.get((lease, purpose))
        named = tuple(sorted(set(hosts)))
        if known is None:
            known = _Credential(secrets.token_urlsafe(24), named, hourly_bytes)
        elif named != known.hosts or hourly_bytes != known.hourly_bytes:
            known = replace(known, hosts=named, hourly_bytes=hourly_bytes)
            self._settled.discard((lease, purpose))
        self._credentials[lease, purpose] = known
        return known

    async def _granted(self, lease: str, purpose: Purpose, hosts: Iterable[str] = (), hourly_bytes: int = 0) -> str:
        """The token of a lease and purpose, valid when it is returned."""
        credential = self._credential(lease, purpose, hosts, hourly_bytes)
        if (lease, purpose) not in self._settled:
            try:
                await self._ask(credential.grant(next(self._ids), lease, purpose), wire.Granted)
            except Refused:
                # A child that ended meanwhile is followed by one that is told with its first message.
                await self._until_ready()
                if (lease, purpose) not in self._settled:
                    raise
            self._settled.add((lease, purpose))
        return credential.token

    async def _until_ready(self) -> None:
        try:
            async with asyncio.timeout(START_S):
                await self._ready.wait()
        except TimeoutError:
            raise Refused("egress.unavailable") from None

    def _bound(self) -> socket.socket:
        if self._listener is None:
            raise RuntimeError("the egress service was not started")
        return self._listener

    async def _ask(self, message: wire.Grant | wire.Open | wire.Release | wire.Count, expected: type[A]) -> A:
        if self._runner is None:
            raise Refused("egress.unavailable")
        await self._until_ready()
        waiting = self._waiting[message.id] = asyncio.get_running_loop().create_future()
        self._send(message)
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await waiting
        except TimeoutError:
            raise Refused("egress.unavailable") from None
        finally:
            del self._waiting[message.id]
        if isinstance(answer, wire.Failed):
            raise Refused(answer.code, answer.params)
        if not isinstance(answer, expected):
            raise TypeError(f"the egress process answered {type(answer).__name__}, not {expected.__name__}")
        return answer

    def _send(self, message: wire.ToChild) -> None:
        if self._writer is not None:
            wire.send(self._writer, message)

    async def _keep_running(self) -> None:
        delays = iter(RESTART_S)
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await self._run_child()
            finally:
                self._lose_child()
            if asyncio.get_running_loop().time() - started > 30.0:
                delays = iter(RESTART_S)
            delay = next(delays, RESTART_S[-1])
            _log.error("egress.child_ended", restart_in_s=delay)
            await asyncio.sleep(delay)

    def _lose_child(self) -> None:
        self._ready.clear()
        self._settled.clear()
        self._writer = None
        self._process = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Refused("egress.unavailable"))

    async def _run_child(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            handed = (theirs.fileno(), self._bound().fileno())
            environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
            # Nothing is imported from the folder that the hub was started in: it may be one that the hub writes to.
            environment["PYTHONSAFEPATH"] = "1"
            self._process = process = await asyncio.create_subprocess_exec(
                *(self._python, "-m", "glimpser.egress", str(os.getpid()), *map(str, handed)),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=handed,
                env=environment,
                start_new_session=True,
            )
        reader, self._writer = await asyncio.open_connection(sock=ours)
        try:
            grants = [credential.grant(0, *key) for key, credential in self._credentials.items()]
            self._settled = set(self._credentials)
            self._send(wire.Configure(wire.VERSION, self._allow, sorted(self.own_ports), grants))
            while (message := await wire.receive(reader, wire.to_hub)) is not None:
                self._take(message)
        finally:
            self._writer.close()
            await _end(process)

    def _take(self, message: wire.ToHub) -> None:
        match message:
            case wire.Hello():
                self._ready.set()
            case wire.Notice():
                self._note(message.lease, message.code, message.params)
            case _:
                answer = self._waiting.get(message.id)
                if answer is not None and not answer.done():
                    answer.set_result(message)

    def _note(self, lease: str, code: str, params: Params) -> None:
        if any(key[0] == lease for key in self._credentials):
            self._refusals[lease] = Refused(code, params)
            _log.warning("egress.refused", lease=lease, code=code, params=params)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Wait for a child whose control socket is closed, which ends it; kill it if it does not."""
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
