"""The one writer: every change of every row goes through it, many writes to one commit."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connections
from tortoise.transactions import in_transaction

from glimpser.database import catalog
from glimpser.database.errors import DatabaseClosed, NestedWrite
from glimpser.database.target import READ, WRITE

GROUP_WRITES = 500
GROUP_SECONDS = 0.010
WRITE_SECONDS = 30.0
_ONE_WRITER = "SELECT pg_advisory_xact_lock(x'676C6D77'::int, hashtext(coalesce(current_schema(), '')))"
"""One process writes at a time, as on SQLite: what a change reads stays true until it is committed."""

T = TypeVar("T")
WriteFunction = Callable[[BaseDBAsyncClient], Awaitable[T]]

_inside: ContextVar[bool] = ContextVar("glimpser_inside_write", default=False)


@dataclass(slots=True)
class _Write:
    function: WriteFunction[Any]
    done: asyncio.Future[Any]
    result: Any = None

    def succeed(self) -> None:
        if not self.done.done():
            self.done.set_result(self.result)

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error if isinstance(error, Exception) else DatabaseClosed("the write was cut off"))


class Writer:
    """Runs writes one after the other, in the order they were asked for, in shared transactions.

    A group takes what is waiting when its turn comes, at most 500 writes or 10 ms, and nobody waits for company: while
    one group is being synced to disk the next one gathers. Each write has its own savepoint, so one that fails takes
    only its own changes back.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Write] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write. The connections must be configured."""
        self._task = asyncio.create_task(self._run(), name="database-writer")

    async def close(self) -> None:
        """Finish what was asked for; everything later is refused."""
        self._closing = True
        self._wake.set()
        if self._task:
            await self._task

    async def write(self, function: WriteFunction[T]) -> T:
        """Run ``function(connection)`` in a transaction and return its result once that is committed.

        Inside, plain ORM calls (reads too) use the transaction; ``connection`` is for raw SQL. Keep it short: no
        network, no files, 30 s at most (TimeoutError). An exception of the function comes back unchanged and undoes
        only this write; when the commit fails, every write of the group gets that error. A caller cancelled before
        its write began has not written; one cancelled later does not stop it.

        DatabaseClosed when the database is not open, NestedWrite when called from inside a write.
        """
        if _inside.get():
            raise NestedWrite("already inside a write: call the ORM directly")
        if self._closing or self._task is None or self._task.done():
            raise DatabaseClosed("the database is not open")
        write = _Write(function, asyncio.get_running_loop().create_future())
        self._waiting.append(write)
        self._wake.set()
        return await write.done  # type: ignore[no-any-return]

    async def _run(self) -> None:
        _inside.set(True)
        try:
            while self._waiting or not self._closing:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await self._commit_group()
        finally:
            for write in self._drain():
                write.fail(DatabaseClosed("the database was closed"))

    async def _commit_group(self) -> None:
        taken: list[_Write] = []
        try:
            async with in_transaction(WRITE) as transaction:
                if catalog.is_postgres(transaction):
                    await transaction.execute_script(_ONE_WRITER)
                token = get_connections().set(READ, transaction)
                try:
                    for write in self._group():
                        taken.append(write)
                        await _run_one(transaction, write)
                finally:
                    get_connections().reset(token)
        except BaseException as error:
            # Nothing taken: the transaction did not even begin, and would not for the others that wait.
            for write in taken or self._drain():
                write.fail(error)
            if not isinstance(error, Exception):
                raise
        else:
            for write in taken:
                write.succeed()

    def _group(self) -> Iterator[_Write]:
        end = time.monotonic() + GROUP_SECONDS
        for _ in range(GROUP_WRITES):
            if not self._waiting or time.monotonic() > end:
                return
            write = self._waiting.popleft()
            if not write.done.cancelled():
                yield write

    def _drain(self) -> list[_Write]:
        writes = list(self._waiting)
        self._waiting.clear()
        return writes


async def _run_one(transaction: BaseDBAsyncClient, write: _Write) -> None:
    """Run one write in its savepoint. An error leaves here only when the whole transaction is lost."""
    await transaction.execute_script("SAVEPOINT one_write")
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            write.result = await write.function(transaction)
        # Fails when the function hid an error after which the transaction cannot go on.
        await transaction.execute_script("RELEASE SAVEPOINT one_write")
    except (Exception, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        await transaction.execute_script("ROLLBACK TO SAVEPOINT one_write")
        await transaction.execute_script("RELEASE SAVEPOINT one_write")
        write.fail(error)
