"""Streams as they are configured: made, changed, removed, read. Secrets are sealed before they reach the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from glimpser.database import Database
from glimpser.database.models import Stream, StreamGroup, StreamGroupMember
from glimpser.plugins.documents import escape
from glimpser.plugins.registry import Registry, pick
from glimpser.protocol.messages import StreamPart
from glimpser.secrets import Place
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.ids import new_id

from . import parts
from .documents import Documents
from .inputs import StreamIn

MOST_MASKED = 5000


def place(stream_id: str, field: str) -> Place:
    """Where the secrets of a stream's field belong."""
    return Place(f"streams/{stream_id}", field)


def part(field: str, identifier: str) -> str:
    """The field of one analyzer or sink."""
    return f"{field}/{escape(identifier)}"


class StreamStore:
    """The streams of this hub. ``documents`` checks, seals, masks and patches configurations."""

    def __init__(
        self, db: Database, registry: Callable[[], Registry], documents: Documents, *, node_id: str, data_dir: Path,
        media_roots: list[str], max_idle_gap_s: Callable[[], float],
    ) -> None:  # fmt: skip
        self._db = db
        self._registry = registry
        self.documents = documents
        self._node_id = node_id
        self._data_dir = data_dir
        self.media_roots = media_roots
        self._max_idle_gap_s = max_idle_gap_s
        self._masked: dict[str, tuple[tuple[int, datetime, Registry], dict[str, Any]]] = {}

    def checked(self, given: StreamIn) -> StreamIn:
        """The stream with its configurations validated and defaults filled in. ConfigInvalid names the field."""
        registry = self._registry()
        offer = pick(registry.sources, given.kind, "source kind", "/kind")
        analyzers, sinks = parts.defaults(registry)
        analyzers = given.analyzers if given.analyzers is not None else analyzers
        sinks = given.sinks if given.sinks is not None else sinks
        parts.check_known(registry, list(analyzers), "analyzers")
        parts.check_known(registry, list(sinks), "sinks")
        check = self.documents.check
        return given.model_copy(update={
            "config": check(offer.spec.config, given.config, "/config"),
            "analyzers": {i: check(registry.analyzers[i].spec.config, c, f"/analyzers/{i}")
                          for i, c in analyzers.items()},
            "sinks": {i: check(registry.sinks[i].spec.config, c, f"/sinks/{i}") for i, c in sinks.items()},
        })  # fmt: skip

    async def create(self, given: StreamIn) -> Stream:
        """Keep a new stream; returns after commit."""
        checked = self.checked(given)
        identifier = new_id()

        async def change(conn: Any) -> Stream:
            await self._check_key(conn, checked.external_key, None)
            row = Stream(id=identifier, node_id=self._node_id, **self._columns(checked, identifier))
            await row.save(using_db=conn, force_create=True)
            await self._set_groups(conn, identifier, checked.groups)
            return row

        row: Stream = await self._db.write(change)
        return row

    async def change(self, stream: Stream, given: StreamIn, check: Callable[[Stream], None]) -> Stream:
        """Replace a stream's configuration; ``check(row)`` runs inside the transaction and may refuse."""
        checked = self.checked(given)

        async def change(conn: Any) -> Stream:
            row = await Stream.filter(id=stream.id, deleted_at=None).using_db(conn).get()
            check(row)
            await self._check_key(conn, checked.external_key, row.id)
            row.update_from_dict({**self._columns(checked, row.id), "version": row.version + 1})
            await row.save(using_db=conn)
            await self._set_groups(conn, row.id, checked.groups)
            return row

        row: Stream = await self._db.write(change)
        return row

    async def desire(self, stream: Stream, running: bool) -> Stream:
        """Write down whether the stream should run."""

        async def change(conn: Any) -> Stream:
            row = await Stream.filter(id=stream.id).using_db(conn).get()
            row.desired = "running" if running else "stopped"
            if running:
                row.suspect = False
            await row.save(using_db=conn, update_fields=["desired", "suspect", "updated_at"])
            return row

        row: Stream = await self._db.write(change)
        return row

    async def suspect(self, stream_id: str) -> None:
        """Write down that the stream crashed its worker twice."""
        await self._db.write(lambda conn: Stream.filter(id=stream_id).using_db(conn).update(suspect=True))

    async def delete(self, stream: Stream, check: Callable[[Stream], None]) -> None:
        """Mark the stream as deleted; its media and events stay until they age out, unless purged by the caller."""

        async def change(conn: Any) -> None:
            row = await Stream.filter(id=stream.id, deleted_at=None).using_db(conn).get()
            check(row)
            row.update_from_dict({"deleted_at": datetime.now(UTC), "desired": "stopped", "external_key": None})
            await row.save(using_db=conn)
            await StreamGroupMember.filter(stream_id=row.id).using_db(conn).delete()

        await self._db.write(change)

    async def given(self, stream: Stream) -> StreamIn:
        """The stream as it was written, with its secrets in clear; never shown to anybody. A secret that does not open
        with this installation's key stays encrypted."""
        registry = self._registry()

        def opened(offers: Any, name: str, document: dict[str, Any], field: str) -> dict[str, Any]:
            return self.documents.opened(document, place(stream.id, field)) if name in offers else document

        groups = StreamGroupMember.filter(stream_id=stream.id).order_by("id")
        return StreamIn.model_construct(
            name=stream.name, kind=stream.kind,
            config=opened(registry.sources, stream.kind, stream.config, "config"),
            analyzers={i: opened(registry.analyzers, i, c, part("analyzers", i)) for i, c in stream.analyzers.items()},
            sinks={i: opened(registry.sinks, i, c, part("sinks", i)) for i, c in stream.sinks.items()},
            regions=stream.regions, groups=[str(g) for g in await groups.values_list("group_id", flat=True)],
            tags=stream.tags, enabled=stream.desired == "running", timezone=stream.timezone,
            location=stream.location, external_key=stream.external_key,
            unmasked_recording=stream.unmasked_recording,
        )  # fmt: skip

    def part(self, stream: Stream) -> StreamPart:
        """What a worker runs. ConfigInvalid when no running plugin offers the kind or a secret cannot be read."""
        registry = self._registry()

        def clear(offers: Any, name: str, document: dict[str, Any], field: str) -> dict[str, Any]:
            if name not in offers:
                return {}
            opened = self.documents.unseal(document, place(stream.id, field))
            model = offers[name].spec.config
            # Whatever it looked like when it was checked: the plugin may be another now, the row somebody else's.
            return self.documents.in_clear(model, opened, None if field == "config" else f"/{field}")

        return parts.stream_part(
            registry, stream_id=stream.id, name=stream.name, kind=stream.kind,
            config=clear(registry.sources, stream.kind, stream.config, "config"),
            analyzers={i: clear(registry.analyzers, i, c, part("analyzers", i)) for i, c in stream.analyzers.items()},
            sinks={i: clear(registry.sinks, i, c, part("sinks", i)) for i, c in stream.sinks.items()},
            regions=stream.regions, unmasked_recording=stream.unmasked_recording,
            max_idle_gap_s=self._max_idle_gap_s(), media_roots=self.media_roots,
            folder=self._data_dir / "work" / stream.id,
        )  # fmt: skip

    def masked(self, stream: Stream) -> dict[str, Any]:
        """``config``, ``analyzers`` and ``sinks`` with their secrets masked, to be shown and not to be changed.

        Kept until the stream or the plugins change: a list has hundreds of streams, and masking one takes longer than
        all the rest of its answer."""
        registry = self._registry()
        state = (stream.version, stream.updated_at, registry)
        known = self._masked.get(stream.id)
        if known is not None and known[0][:2] == state[:2] and known[0][2] is registry:
            return known[1]
        if len(self._masked) >= MOST_MASKED:
            self._masked.clear()
        parts = self._mask(stream, registry)
        self._masked[stream.id] = (state, parts)
        return parts

    def _mask(self, stream: Stream, registry: Registry) -> dict[str, Any]:
        def mask(offers: Any, name: str, document: dict[str, Any], field: str) -> dict[str, Any]:
            offer = offers.get(name)
            return self.documents.mask(offer.spec.config if offer else None, document, place(stream.id, field))

        return {
            "config": mask(registry.sources, stream.kind, stream.config, "config"),
            "analyzers": {i: mask(registry.analyzers, i, c, part("analyzers", i)) for i, c in stream.analyzers.items()},
            "sinks": {i: mask(registry.sinks, i, c, part("sinks", i)) for i, c in stream.sinks.items()},
        }

    def _columns(self, given: StreamIn, identifier: str) -> dict[str, Any]:
        registry = self._registry()
        seal = self.documents.seal
        return {
            "name": given.name,
            "kind": given.kind,
            "config": seal(registry.sources[given.kind].spec.config, given.config, place(identifier, "config")),
            "analyzers": {i: seal(registry.analyzers[i].spec.config, c, place(identifier, part("analyzers", i)))
                          for i, c in (given.analyzers or {}).items()},
            "sinks": {i: seal(registry.sinks[i].spec.config, c, place(identifier, part("sinks", i)))
                      for i, c in (given.sinks or {}).items()},
            "regions": [r.model_dump(mode="json") for r in given.regions],
            "tags": given.tags,
            "desired": "running" if given.enabled else "stopped",
            "timezone": given.timezone,
            "location": given.location.model_dump() if given.location else None,
            "external_key": given.external_key,
            "unmasked_recording": given.unmasked_recording,
        }  # fmt: skip

    async def _check_key(self, conn: Any, key: str | None, own: str | None) -> None:
        if key is None:
            return
        other = await Stream.filter(external_key=key).using_db(conn).first()
        if other is not None and other.id != own:
            raise ConfigInvalid("another stream has this key already", field="/external_key", code="stream.key_taken")

    async def _set_groups(self, conn: Any, stream_id: str, groups: list[str]) -> None:
        known = {str(i) for i in await StreamGroup.filter(id__in=groups).using_db(conn).values_list("id", flat=True)}
        for missing in (g for g in groups if g not in known):
            raise ConfigInvalid(f"there is no group {missing}", field="/groups", code="group.not_found")
        members = StreamGroupMember.filter(stream_id=stream_id).using_db(conn)
        had = {str(i) for i in await members.values_list("group_id", flat=True)}
        await members.filter(group_id__not_in=sorted(known)).delete() if known else await members.delete()
        for group_id in sorted(known - had):
            position = await StreamGroupMember.filter(group_id=group_id).using_db(conn).count()
            await StreamGroupMember.create(using_db=conn, group_id=group_id, stream_id=stream_id, position=position)
