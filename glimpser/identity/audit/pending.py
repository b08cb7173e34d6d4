"""An entry that goes with a change: in the same transaction, so that neither is there without the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from glimpser.database.fields import Row
from glimpser_sdk.errors import NotReady

from .entries import Entry

Change = Callable[[Any], Awaitable[Any]]
Append = Callable[[Any, Entry], Awaitable[None]]


class NotWritten(NotReady):
    """The entry could not be written, and so the change was not made."""

    def __init__(self) -> None:
        super().__init__(
            "the entry in the audit log could not be written, so this was not done; the hub's log says why",
            code="audit.not_written",
        )


class Pending:
    """Rides on the first change that its task makes; a change that fails leaves it for the next one."""

    def __init__(self, entry: Entry, append: Append, *, makes: bool = False) -> None:
        """``makes``: the object is what the change returns."""
        self.entry = entry
        self._makes = makes
        self._append = append
        self._riding = False
        self.written = False

    async def __call__(self, write: Callable[[Change], Awaitable[Any]], change: Change) -> Any:
        """Write the change, and the entry with it if it is still to be written."""
        if self._riding:
            return await write(change)

        async def both(conn: Any) -> Any:
            result = await change(conn)
            if result is not False:  # a change that says so changed nothing
                self._name(result)
                await self._append(conn, self.entry)
                self.written = True
            return result

        self._riding = True
        try:
            result = await write(both)
        except Exception:
            self._riding = self.written = False
            raise
        self._riding = self.written
        return result

    def add(self, **data: Any) -> None:
        """More details, while it is not written."""
        self.entry = replace(self.entry, data={**self.entry.data, **data})

    def close(self) -> None:
        """Nothing rides any more, whatever the task has started."""
        self._riding = True

    def _name(self, result: Any) -> None:
        if not self._makes:
            return
        for made in result if isinstance(result, tuple | list) else (result,):
            if isinstance(made, Row):
                name = getattr(made, "name", "")
                self.entry = replace(
                    self.entry, object_id=str(made.pk), object_name=name[:200] if isinstance(name, str) else ""
                )
                return
