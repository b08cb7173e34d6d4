"""Events of this hub: what workers report, what the hub itself has to say, and what other systems tell it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from glimpser.database import Database
from glimpser.database.models import Event, Stream
from glimpser.protocol.messages import EventChanged, Notice
from glimpser.redaction import redactor
from glimpser_sdk.ids import new_id

from . import log
from .feed import Change, Feed
from .types import EventTypes


class Events:
    """Records events, keeps activities, and feeds those who listen."""

    def __init__(self, db: Database, *, node_id: str, types: EventTypes) -> None:
        self._db = db
        self._node_id = node_id
        self.types = types
        self.feed = Feed()

    async def start(self) -> None:
        """Close what a previous run left open, and find the end of the log."""
        await self.feed.start()
        left: Any = await Event.filter(state="open", node_id=self._node_id).values_list("id", flat=True)
        await self.interrupt(left)

    def stop(self) -> None:
        """End all feeds."""
        self.feed.close()

    async def _commit(self, change: Callable[[Any], Awaitable[list[Change]]]) -> list[Change]:
        changes: list[Change] = await self._db.write(change)
        self.feed.announce(changes)
        return changes

    async def on_event(self, message: EventChanged) -> None:
        """A worker's event changed. Idempotent: the same or an older revision changes nothing."""
        at = datetime.now(UTC)
        part = message.event

        async def change(conn: Any) -> list[Change]:
            if not await Stream.filter(id=part.stream_id).using_db(conn).exists():
                return []
            return await log.upsert(conn, part, node_id=self._node_id, types=self.types, at=at)

        await self._commit(change)

    async def on_notice(self, notice: Notice) -> None:
        """A plugin told something once about a stream."""
        await self.publish(
            notice.code if notice.code in self.types else "stream.notice",
            stream_id=notice.stream_id,
            data={"plugin": notice.plugin, "code": notice.code, "params": redactor.clean(notice.params)},
            at=notice.at,
        )

    async def publish(
        self, type: str, *, stream_id: str | None = None, score: float | None = None,
        data: dict[str, Any] | None = None, at: datetime | None = None, severity: str | None = None,
        ended: bool = True, ended_at: datetime | None = None,
    ) -> str:  # fmt: skip
        """Record an event of the hub, a plugin or another system; returns its id after commit.

        ``ended``: it has no duration (or ended at ``ended_at``); else it stays open until :meth:`end`.
        """
        now = datetime.now(UTC)
        started = at or now
        event = Event(
            id=new_id(), node_id=self._node_id, stream_id=stream_id, type=type, started_at=started,
            ended_at=(ended_at or started) if ended else None, state="ended" if ended else "open", score=score,
            severity=severity or self.types.get(type).severity, data=data or {}, revision=1,
        )  # fmt: skip

        async def change(conn: Any) -> list[Change]:
            return await log.save(conn, event, change="ended" if ended else "started",
                                  last_at=event.ended_at or started, at=now, create=True)  # fmt: skip

        await self._commit(change)
        return event.id

    async def end(self, event_id: str, *, at: datetime | None = None) -> None:
        """End an open event; nothing happens when it has ended already."""
        now = at or datetime.now(UTC)

        async def change(conn: Any) -> list[Change]:
            event = await Event.filter(id=event_id, state="open").using_db(conn).first()
            if event is None:
                return []
            event.ended_at, event.state, event.revision = max(now, event.started_at), "ended", event.revision + 1
            return await log.save(conn, event, change="ended", last_at=event.ended_at, at=now)

        await self._commit(change)

    async def interrupt(self, event_ids: Iterable[str]) -> None:
        """Close these events as interrupted where they are still open."""
        ids = list(event_ids)
        if not ids:
            return

        async def change(conn: Any) -> list[Change]:
            found = await Event.filter(id__in=ids, state="open").using_db(conn).order_by("id")
            return await log.interrupt(conn, list(found), datetime.now(UTC))

        await self._commit(change)

    async def on_lost(self, stream_ids: Iterable[str]) -> None:
        """The worker of these streams is gone: their open events will hear no more."""
        wanted = list(stream_ids)
        ids: Any = await Event.filter(stream_id__in=wanted, state="open").exclude(type="stream.lost").values_list(
            "id", flat=True
        )  # fmt: skip
        await self.interrupt(ids)

    async def attach(self, event_id: str, **values: str) -> None:
        """Set ``snapshot_id`` or ``clip_id`` of an event once the file is kept."""

        async def change(conn: Any) -> list[Change]:
            event = await Event.filter(id=event_id).using_db(conn).first()
            if event is None:
                return []
            event.update_from_dict(values)
            await event.save(using_db=conn, update_fields=[*values, "updated_at"])
            return [
                await log.append(conn, topic="event", change="updated", object_id=event.id, stream_id=event.stream_id,
                                 at=datetime.now(UTC), payload=log.event_view(event), revision=event.revision)
            ]  # fmt: skip

        await self._commit(change)

    async def announce(
        self, topic: str, change: str, object_id: str, *, stream_id: str | None = None, payload: dict[str, Any]
    ) -> None:
        """Put a change of something that is no event into the log and the feed."""

        async def write(conn: Any) -> list[Change]:
            return [await log.append(conn, topic=topic, change=change, object_id=object_id, stream_id=stream_id,
                                     at=datetime.now(UTC), payload=payload)]  # fmt: skip

        await self._commit(write)
