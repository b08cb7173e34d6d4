"""The audit log as services use it: ``record`` writes at once, ``append`` inside a change, ``note`` soon."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from glimpser.database import Database, carrier
from glimpser.database.models import AuditEvent

from . import chain
from .entries import HUB, Entry, entry
from .pending import NotWritten, Pending
from .repeats import Repeats
from .sealing import HeadFile, Place, Seal
from .verify import Verdict, verify
from .views import Views, left_open

log = logging.getLogger("glimpser.audit")

HEAD_S = 60.0
TRIM_EVERY = timedelta(hours=24)
MOST_WAITING = 10_000
AT_ONCE = 500


class Audit:
    """The log of one hub. ``days``: how long entries are kept."""

    def __init__(self, db: Database, data_dir: Path, *, days: Callable[[], int] = lambda: 365) -> None:
        """SecretError when the key file cannot be used."""
        self._db = db
        self._days = days
        self.seal = Seal.of(data_dir)
        self.head = HeadFile(data_dir, self.seal)
        self.on_written: list[Callable[[Entry], None]] = []
        self.on_trouble: list[Callable[[str], None]] = []
        """Called, with what is wrong, when the log cannot be written or was tampered with."""
        self._waiting: deque[Entry] = deque()
        self._wake = asyncio.Event()
        self._writing = asyncio.Lock()
        self.repeats = Repeats(self.note_entry)
        self.views = Views(self.note_entry)
        self._trimmed_at: datetime | None = None
        self.troubled = ""
        """What is wrong with it now."""

    # --- writing ---------------------------------------------------------------------------------------------------

    async def record(self, action: str, **what: Any) -> None:
        """Write an entry, made from what ``entry()`` takes. NotWritten when that cannot be done."""
        await self.write(entry(action, **what))

    async def write(self, made: Entry) -> None:
        """Write one entry. NotWritten when that cannot be done."""
        token = carrier.set(None)  # an entry does not carry another one
        try:
            await self._db.write(lambda conn: self.append(conn, made))
        except NotWritten:
            raise
        except Exception as error:
            self._fail(error)
            raise NotWritten from error
        finally:
            carrier.reset(token)

    async def append(self, conn: Any, made: Entry) -> None:
        """Inside a change: add an entry to its transaction. Make the entry before: inside nobody knows who asks."""
        try:
            await chain.append(conn, self.seal, [made])
        except Exception as error:
            self._fail(error)
            raise NotWritten from error
        for hear in self.on_written:
            hear(made)

    @contextlib.contextmanager
    def along(self, made: Entry, *, makes: bool = False) -> Iterator[Pending]:
        """Within the block the first change of this task takes the entry with it; ``finish`` it at the end. ``makes``:
        the object is what that change returns."""
        pending = Pending(made, self.append, makes=makes)
        token = carrier.set(pending)
        try:
            yield pending
        finally:
            pending.close()
            carrier.reset(token)

    async def finish(self, pending: Pending) -> None:
        """Write an entry that no change took along. NotWritten when that cannot be done."""
        pending.close()
        if not pending.written:
            await self.write(pending.entry)

    def note(self, action: str, **what: Any) -> None:
        """Write an entry soon, for what must not wait for it: looking, and what went wrong."""
        self.note_entry(entry(action, **what))

    async def note_left_open(self) -> None:
        """Write the ends of what people looked at when the hub was killed, before it starts anew."""
        for made in await left_open():
            self.note_entry(made)

    def note_entry(self, made: Entry) -> None:
        """Write this entry soon."""
        if len(self._waiting) >= MOST_WAITING:
            self._fail(OverflowError(f"{MOST_WAITING} entries wait to be written"))
            return
        self._waiting.append(made)
        self._wake.set()

    def _fail(self, error: Exception) -> None:
        self._trouble(f"an entry of the audit log was not written: {error or type(error).__name__}")

    def _trouble(self, text: str) -> None:
        if text == self.troubled:
            return  # once is enough for people
        self.troubled = text
        log.error("%s", text)
        for hear in self.on_trouble:
            hear(text)

    # --- in the background -----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Write what was noted, the head every minute, and trim once a day."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            with contextlib.suppress(TimeoutError):
                # Not wait_for(): it forgets that it was cancelled when what it waits for comes at the same time.
                async with asyncio.timeout_at(due):
                    await self._wake.wait()
            self._wake.clear()
            if over := loop.time() >= due:
                self.repeats.flush()
                self.views.flush()
            await self._write_waiting()
            if over:
                await self.mark()
                due = loop.time() + HEAD_S

    async def close(self) -> None:
        """Write what waits, and the head."""
        self.repeats.flush(all_=True)
        self.views.flush(all_=True)
        await self._write_waiting()
        await self.mark()

    async def _write_waiting(self) -> None:
        # In a task of its own: who is cancelled half-way would not know what was written.
        await asyncio.shield(asyncio.create_task(self._write_all(), name="audit entries"))

    async def _write_all(self) -> None:
        async with self._writing:
            while self._waiting:
                taken = list(islice(self._waiting, AT_ONCE))
                try:
                    await self._db.write(partial(_append_all, self.seal, taken))
                except Exception as error:  # they wait for the next try
                    self._fail(error)
                    return
                for made in taken:
                    self._waiting.popleft()
                    for hear in self.on_written:
                        hear(made)

    async def mark(self) -> None:
        """Write down where the log is, unless it is not where it was: then the head stays, as evidence."""
        try:
            await self._mark()
        except Exception as error:
            self._trouble(f"the head of the audit log was not written: {error}")

    async def _mark(self) -> None:
        known = self.head.read()
        here = await chain.end(self.seal)
        if known is not None and not await self._still_there(known):
            self._trouble(
                f"entry {known.seq} of the audit log is not there any more, or is another: run glimpser audit verify"
            )
            return
        if known is None or here.seq > known.seq:
            await asyncio.to_thread(self.head.write, Place(here.seq, here.mac, _now()))
        self.troubled = ""
        await self._trim(here.seq)

    async def _still_there(self, known: Place) -> bool:
        if not known.seq or await AuditEvent.filter(seq=known.seq, mac=known.mac).exists():
            return True
        start = await chain.checkpoint(self.seal)
        return start is not None and (start.seq, start.mac) == (known.seq, known.mac)

    async def _trim(self, until: int) -> None:
        now = datetime.now(UTC)
        if self._trimmed_at is not None and now - self._trimmed_at < TRIM_EVERY:
            return
        self._trimmed_at = now
        before = now - timedelta(days=self._days())
        if not await AuditEvent.filter(at__lt=before).exists():
            return

        async def change(conn: Any) -> int:
            count = await chain.trim(conn, self.seal, before, until)
            if count:
                made = entry("audit.trimmed", who=HUB, entries=count, before=before.isoformat())
                await chain.append(conn, self.seal, [made])
            return count

        while await self._db.write(change) == chain.TRIM_AT_ONCE:
            log.info("trimming the audit log")

    async def verify(self) -> Verdict:
        """Look at every entry."""
        return await verify(self.seal, self.head)


async def _append_all(seal: Seal, entries: list[Entry], conn: Any) -> None:
    await chain.append(conn, seal, entries)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
