"""Slows down guessing. Failures are counted in the database, so that a restart forgives nothing, by three counters:

- of a name from an address (IPv6 by /64), and from a device that signed in before by that device instead, so that
  strangers cannot lock the owner out;
- of an address over all names;
- of a name over all devices that are unknown to it, however many addresses they come from.

Names that nobody has are counted alike.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from glimpser.database import Database
from glimpser.database.models import SignInFailure

WINDOW = timedelta(days=1)
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Until somebody unlocks the account."""
LONGEST_WAIT_S = 86_400.0
UNTIL_UNLOCKED: timedelta | None = None
Ladder = tuple[tuple[int, timedelta | None], ...]
NAME: Ladder = ((20, UNTIL_UNLOCKED), (10, timedelta(hours=1)), (5, timedelta(minutes=15)))
STRANGERS: Ladder = ((20, UNTIL_UNLOCKED),)
"""All unknown devices together get no more guesses at a name; the steps before are for each address by itself."""
SHARED: Ladder = ((20, timedelta(days=1)), (10, timedelta(hours=1)), (5, timedelta(minutes=15)))
SHARED_BY_ALL: Ladder = ((20, timedelta(days=1)),)
"""What is no account is unlocked by nobody but time."""
ADDRESS: Ladder = ((100, timedelta(days=1)), (50, timedelta(hours=1)), (25, timedelta(minutes=15)))
"""More than for a name: a household shares an address."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A row of failures, and after how many of them it locks for how long (None: until somebody unlocks)."""

    key: str
    ladder: Ladder
    forgiven: bool
    """Whether a good sign-in sets it back."""
    of_address: bool = False
    """Whether it counts an address over all names, and so tells nothing of any of them."""


def counters(name: str, address: str, device_id: str | None) -> list[Counter]:
    """What a failure of a name from an address counts towards; ``device_id``: of a device known to the name."""
    folded = name.casefold()[:200]
    if device_id is not None:
        return [Counter(f"{folded}|device {device_id}", NAME, forgiven=True)]
    network = network_of(address)
    return [
        Counter(f"{folded}|{network}", NAME, forgiven=True),
        Counter(f"{folded}|unknown devices", STRANGERS, forgiven=False),
        Counter(f"|{network}", ADDRESS, forgiven=False, of_address=True),
    ]


def of_share(name: str, address: str) -> list[Counter]:
    """What a wrong password of something that is shared counts towards."""
    network = network_of(address)
    return [
        Counter(f"{name.casefold()}|{network}", SHARED, forgiven=True),
        Counter(f"{name.casefold()}|everybody", SHARED_BY_ALL, forgiven=False),
        Counter(f"|{network}", ADDRESS, forgiven=False, of_address=True),
    ]


def of_links(address: str) -> list[Counter]:
    """What a guess at the token of a link counts towards: its own counter, so that an old link in a browser keeps
    nobody from signing in."""
    return [Counter(f"token of a link|{network_of(address)}", ADDRESS, forgiven=False, of_address=True)]


def network_of(address: str) -> str:
    """What counts as one place: an address, and of IPv6 the /64 that one machine has to itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


@dataclass(frozen=True, slots=True)
class Guess:
    """A try that was counted before it is looked at, so that many at once are no more than one after the other.

    ``wait_s``: it is not to count for anything, because of a lock that lasts so long. ``refused``: it is the address
    that is locked, whatever the name, so that it need not be looked at. ``made``: what it counted towards, with the
    count that it made and the lock before.
    """

    wait_s: float
    refused: bool
    made: tuple[tuple[Counter, int, datetime | None], ...]


class SignInLimiter:
    """By name: 5 failures lock for 15 minutes, 10 for an hour, 20 until somebody unlocks. By address: 25, 50, 100.

    No name is guessed at more than 20 times a day by devices that it does not know."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, counted: Iterable[Counter]) -> Guess:
        """Count a failure, which :meth:`undo` takes back. While a name is locked only its address counts on."""
        counters, now = list(counted), datetime.now(UTC)

        async def change(conn: Any) -> Guess:
            await _forget_old(conn, now)
            keys = [counter.key for counter in counters]
            rows = {row.key: row for row in await SignInFailure.filter(key__in=keys).using_db(conn)}
            ends = {key: row.locked_until for key, row in rows.items() if row.locked_until and row.locked_until > now}
            refused = any(counter.key in ends for counter in counters if counter.of_address)
            made = []
            for counter in counters:
                if refused or (ends and not counter.of_address):
                    continue
                row = rows.get(counter.key) or SignInFailure(key=counter.key, count=0, window_start=now)
                before = row.locked_until
                row.count += 1
                for count, lock in counter.ladder:
                    if row.count >= count:
                        row.locked_until = FOREVER if lock is None else now + lock
                        break
                await row.save(using_db=conn)
                made.append((counter, row.count, before))
            left = max(((end - now).total_seconds() for end in ends.values()), default=0.0)
            return Guess(min(max(0.0, left), LONGEST_WAIT_S), refused, tuple(made))

        guess: Guess = await self._db.write(change)
        return guess

    async def undo(self, guess: Guess, *, forgive: bool) -> None:
        """It was a good one. ``forgive``: what came before is forgotten as well, as far as a good sign-in does that."""

        async def change(conn: Any) -> None:
            for counter, count, before in guess.made:
                row = await SignInFailure.filter(key=counter.key).using_db(conn).first()
                if row is None:
                    continue
                if row.count == count:  # nobody failed meanwhile
                    row.locked_until = before
                row.count -= 1
                if row.count <= 0 or (forgive and counter.forgiven):
                    await SignInFailure.filter(key=counter.key).using_db(conn).delete()
                else:
                    await row.save(using_db=conn)

        await self._db.write(change)

    async def locks(self, names: Collection[str]) -> dict[str, datetime]:
        """Until when sign-ins are refused from somewhere, by folded name."""
        wanted = {name.casefold() for name in names}
        found: dict[str, datetime] = {}
        for row in await SignInFailure.filter(locked_until__gt=datetime.now(UTC)):
            name = row.key.rpartition("|")[0]
            if name in wanted and row.locked_until is not None:
                found[name] = max(row.locked_until, found.get(name, row.locked_until))
        return found

    async def unlock(self, name: str) -> None:
        """Forget all failures of a name, from wherever they came."""
        start = f"{name.casefold()}|"
        await self._db.write(lambda conn: SignInFailure.filter(key__startswith=start).using_db(conn).delete())


async def _forget_old(conn: Any, now: datetime) -> None:
    """Counts begin anew a day after their first failure, once no lock is left."""
    unlocked = Q(locked_until__isnull=True) | Q(locked_until__lt=now)
    await SignInFailure.filter(unlocked, window_start__lt=now - WINDOW).using_db(conn).delete()
