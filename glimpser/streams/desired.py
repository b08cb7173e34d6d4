"""Desired state for capture: each stream's row as what a worker runs, or why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from glimpser.capture.desired import Desired
from glimpser.database.models import Stream
from glimpser.engine.groups import group_of
from glimpser.protocol.messages import WhyNot
from glimpser_sdk.errors import GlimpserError

from .store import StreamStore


class DesiredStreams:
    """Reads rows for ``glimpser.capture``; ``first_party`` gives the ids of our own plugins."""

    def __init__(self, store: StreamStore, first_party: Callable[[], Iterable[str]]) -> None:
        self._store = store
        self._first_party = first_party

    async def desired(self, stream_id: str) -> Desired | None:
        """One stream; None when there is none."""
        row = await Stream.filter(id=stream_id, deleted_at=None).first()
        return None if row is None else self._desired(row)

    async def all_desired(self) -> list[Desired]:
        """All streams, the oldest first."""
        return [self._desired(row) for row in await Stream.filter(deleted_at=None).order_by("id")]

    def _desired(self, row: Stream) -> Desired:
        enabled = row.desired == "running"
        try:
            part = self._store.part(row)
        except GlimpserError as error:
            why = WhyNot(code=error.reason.code, params=error.reason.params)
            return Desired(id=row.id, enabled=enabled, problem=why)
        return Desired(id=row.id, enabled=enabled, group=group_of(part, self._first_party()), stream=part)
