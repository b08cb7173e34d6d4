"""Start-up spreads: no host and no processor gets all connections at once."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

HOST_INTERVAL_S = 0.5
"""At most two connects a second to one host."""
CORE_RATE = 50
"""At most so many a second for each processor core, over all hosts."""
_SLOT_S = 0.1


def paced(host: str) -> str:
    """The host that connects are paced by; '' for none and for this machine itself."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return ""
    try:
        return "" if ipaddress.ip_address(name).is_loopback else name
    except ValueError:
        return name


class Pacer:
    """Gives out start times."""

    def __init__(self, cores: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._per_slot = max(1, int(cores * CORE_RATE * _SLOT_S))
        self._hosts: dict[str, float] = {}
        self._slots: dict[int, int] = {}

    def delay(self, host: str) -> float:
        """Seconds to wait before connecting to ``host`` ('' = only the rate over all counts). Reserves the time."""
        now = self._clock()
        at = now
        if name := paced(host):
            at = max(now, self._hosts.get(name, now))
            self._hosts[name] = at + HOST_INTERVAL_S
        slot = int(at / _SLOT_S)
        while self._slots.get(slot, 0) >= self._per_slot:
            slot += 1
        self._slots[slot] = self._slots.get(slot, 0) + 1
        self._forget(now)
        return max(at, slot * _SLOT_S) - now

    def _forget(self, now: float) -> None:
        if len(self._slots) > 256 or len(self._hosts) > 256:
            self._slots = {s: n for s, n in self._slots.items() if (s + 1) * _SLOT_S > now}
            self._hosts = {h: t for h, t in self._hosts.items() if t > now}
