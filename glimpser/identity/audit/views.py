"""Who looked at what: an entry when somebody begins, and one when they are gone for a while."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from glimpser.database.models import AuditEvent

from .entries import FIELDS, Entry, moment

GONE_S = 60.0
"""After live pictures: a page that is loaded again goes on."""
GONE_FILES_S = 600.0
"""After single pictures and clips."""
ENDED = "_ended"
MOST_LEFT = 20_000


@dataclass(slots=True)
class _View:
    entry: Entry
    gone_s: float
    open: int = 0
    count: int = 0
    left: float = 0.0
    left_at: datetime | None = None


class Views:
    """Counts the open pictures of each principal, stream and session."""

    def __init__(self, write: Callable[[Entry], None]) -> None:
        self._write = write
        self._views: dict[tuple[str, str, str, str], _View] = {}

    def looked(self, made: Entry) -> None:
        """Its principal got one picture or clip of its object."""
        view = self._of(made, GONE_FILES_S)
        view.count += 1
        view.left, view.left_at = time.monotonic(), made.at

    def _of(self, made: Entry, gone_s: float) -> _View:
        key = (made.action, made.actor, str(made.data.get("via", "")), made.object_id)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = _View(made, gone_s)
            self._write(made)
        return view

    @contextmanager
    def watching(self, made: Entry) -> Iterator[None]:
        """Within the block its principal watches its object."""
        view = self._of(made, GONE_S)
        view.open += 1
        try:
            yield
        finally:
            view.open -= 1
            view.left, view.left_at = time.monotonic(), datetime.now(UTC)

    def flush(self, *, all_: bool = False) -> None:
        """Write the ends of what is over; ``all_``: of everything, the hub stops."""
        now = time.monotonic()
        for key, view in list(self._views.items()):
            if all_ or (not view.open and now - view.left >= view.gone_s):
                del self._views[key]
                ended = view.left_at if not view.open and view.left_at else datetime.now(UTC)
                seconds = round((ended - view.entry.at).total_seconds())
                data = {**view.entry.data, "since": moment(view.entry.at), "seconds": seconds}
                if view.count:
                    data["count"] = view.count
                self._write(replace(view.entry, action=view.entry.action + ENDED, at=ended, data=data))


async def left_open(actions: tuple[str, ...] = ("live.view", "media.read")) -> list[Entry]:
    """The ends that a hub which was killed did not write. When people really left nobody knows."""
    began = await AuditEvent.filter(action="hub.started").order_by("-seq").first()
    rows = AuditEvent.filter(
        seq__gt=began.seq if began else 0, action__in=[a + e for a in actions for e in ("", ENDED)]
    )
    ended: Counter[tuple[str, str, str, str]] = Counter()
    found = []
    for row in await rows.order_by("-seq").limit(MOST_LEFT):
        key = (row.action.removesuffix(ENDED), row.actor, str(row.data.get("via", "")), row.object_id)
        if row.action.endswith(ENDED):
            ended[key] += 1
        elif ended[key]:
            ended[key] -= 1
        else:
            kept = {name: getattr(row, name) for name in FIELDS}
            kept |= {"action": row.action + ENDED, "data": {**row.data, "since": moment(row.at), "killed": True}}
            found.append(Entry(at=datetime.now(UTC), **kept))
    return found[::-1]
