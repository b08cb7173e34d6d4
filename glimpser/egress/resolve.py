"""Names to addresses, once: resolved, judged and pinned here, and connected to what was pinned."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Container
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar

from glimpser.egress.errors import Refused
from glimpser.egress.policy import Address, EgressPolicy, Purpose
from glimpser.egress.urls import literal

Lookup = Callable[[str], Awaitable[list[Address]]]
P = TypeVar("P", bound=asyncio.BaseProtocol)

RESOLVE_S = 5.0
CONNECT_S = 5.0
REMEMBER_S = 30.0
_MAX_REMEMBERED = 4096
_MAX_ADDRESSES = 3


@dataclass(frozen=True)
class Pinned:
    """Where a name points, already judged: connections go to these addresses and nowhere else."""

    host: str
    port: int
    addresses: tuple[Address, ...]

    @property
    def address(self) -> Address:
        return self.addresses[0]


def is_own(address: Address) -> bool:
    """Whether this machine holds the address: a datagram socket "connected" to an own address has it as its source."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ip_address(probe.getsockname()[0]) == address
    except OSError:
        return False


class SystemLookup:
    """The system's resolver in threads, so that a slow name delays only who asked for it."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(16, thread_name_prefix="resolve")

    async def __call__(self, host: str) -> list[Address]:
        """Every address of the name in the system's order of preference. Raises OSError."""
        found = await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, host)
        return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found if "%" not in str(entry[4][0])))

    @staticmethod
    def _ask(host: str) -> list[tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]]:
        return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)  # type: ignore[return-value]

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class Resolver:
    """Pins targets: one look-up (remembered for 30 s), every address judged each time, only allowed ones kept."""

    def __init__(self, policy: EgressPolicy, lookup: Lookup) -> None:
        self.policy = policy
        self._lookup = lookup
        self._known: dict[str, tuple[float, list[Address]]] = {}

    async def pin(self, purpose: Purpose, host: str, port: int, named: Container[str] = ()) -> Pinned:
        """Pin a normalized host for a purpose; `named` are the hosts that who asks was given. Raises Refused: the
        address class, `egress.own_port`, `egress.not_named`, `egress.port`, `egress.resolve_failed` or
        `egress.timeout`."""
        fixed = literal(host)
        candidates = [fixed] if fixed is not None else await self._addresses(host)
        allowed: list[Address] = []
        refusal: Refused | None = None
        for address in candidates:
            try:
                self.policy.judge(purpose, host, address, port, own=is_own(address), named=host in named)
                allowed.append(address)
            except Refused as error:
                refusal = refusal or error
        if not allowed:
            raise refusal or Refused("egress.resolve_failed", {"host": host})
        return Pinned(host, port, tuple(allowed[:_MAX_ADDRESSES]))

    async def _addresses(self, host: str) -> list[Address]:
        now = time.monotonic()
        known = self._known.get(host)
        if known is not None and now - known[0] < REMEMBER_S:
            return known[1]
        try:
            async with asyncio.timeout(RESOLVE_S):
                found = await self._lookup(host)
        except TimeoutError:
            raise Refused("egress.timeout", {"host": host}) from None
        except (OSError, UnicodeError):
            raise Refused("egress.resolve_failed", {"host": host}) from None
        if len(self._known) >= _MAX_REMEMBERED:
            self._known.clear()
        self._known[host] = (now, found)
        return found


async def dial(pinned: Pinned, factory: Callable[[], P], tls: ssl.SSLContext | None = None) -> P:
    """Connect to the first pinned address that answers; all of them together get CONNECT_S.

    Raises Refused, as the last address failed: `egress.connection_refused`, `egress.connect_failed`, `egress.tls` or
    `egress.timeout`.
    """
    loop = asyncio.get_running_loop()
    code = "egress.connect_failed"
    for address in pinned.addresses:
        try:
            async with asyncio.timeout(CONNECT_S / len(pinned.addresses)):
                _, protocol = await loop.create_connection(
                    factory, str(address), pinned.port, ssl=tls, server_hostname=pinned.host if tls else None
                )
            return protocol
        except TimeoutError:
            code = "egress.timeout"
        except ConnectionRefusedError:
            code = "egress.connection_refused"
        except (ssl.SSLError, ConnectionResetError, ConnectionAbortedError):
            code = "egress.tls"
        except OSError:
            code = "egress.connect_failed"
    raise Refused(code, {"host": pinned.host, "port": pinned.port})
