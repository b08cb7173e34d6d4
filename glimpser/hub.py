"""The composition root: makes every service, starts and stops them in one readable order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from glimpser.api.resources import all_routes
from glimpser.api.responses import OpenResponses
from glimpser.capture.desired import Outlets, StreamState
from glimpser.capture.service import Capture
from glimpser.database import (
    AppModels,
    Database,
    DatabaseError,
    Ownership,
    Target,
    copy_when_due,
    migrate_all,
)
from glimpser.database.models import Setting, Stream
from glimpser.egress.errors import Refused
from glimpser.egress.purposes import hosts_in, purpose_of
from glimpser.egress.service import EgressService
from glimpser.engine.local import LocalEngine, LocalOptions
from glimpser.events.service import Events
from glimpser.events.types import CORE as CORE_EVENTS
from glimpser.events.types import EventTypes
from glimpser.identity import admission, backends
from glimpser.identity.audit import Audit
from glimpser.identity.limits import Limits as UseLimits
from glimpser.identity.passwords import factor_backends, first_backend
from glimpser.identity.permissions import CORE as CORE_PERMISSIONS
from glimpser.identity.permissions import Catalogue
from glimpser.identity.roles import RANKS
from glimpser.identity.service import Identity
from glimpser.identity.single_sign_on import SingleSignOn
from glimpser.identity.watch import Watch
from glimpser.logging import set_level
from glimpser.media.pruner import Limits, Pruner, remove_orphans
from glimpser.media.service import Media
from glimpser.media.storage import LocalStorage
from glimpser.metrics import HubMetrics
from glimpser.pages.site import Site
from glimpser.plugins.config import References
from glimpser.plugins.context import Services
from glimpser.plugins.host import PluginHost
from glimpser.plugins.policy import policy_of, switches_of
from glimpser.plugins.registry import CoreNames
from glimpser.plugins.rows import Values
from glimpser.plugins.runtime import Runtime
from glimpser.plugins.search import PluginSearch
from glimpser.plugins.state import Stage
from glimpser.protocol.messages import EventChanged
from glimpser.redaction import redactor
from glimpser.sealed import open_box
from glimpser.secrets import SecretBox
from glimpser.settings import Settings
from glimpser.streams.desired import DesiredStreams
from glimpser.streams.documents import Documents
from glimpser.streams.health import StreamHealth
from glimpser.streams.offline import node_id
from glimpser.streams.store import StreamStore
from glimpser_sdk.errors import ConfigInvalid, Reason

log = logging.getLogger("glimpser.hub")

PRUNE_S = 60.0
COPY_S = 600.0


class Hub:
    """Everything that runs in the hub's process. ``state``: starting, ready, draining, stopped."""

    db: Database
    audit: Audit
    events: Events
    identity: Identity
    sso: SingleSignOn
    limits: UseLimits
    media: Media
    pruner: Pruner
    streams: StreamStore
    capture: Capture
    runtime: Runtime
    plugin_search: PluginSearch
    health: StreamHealth
    box: SecretBox
    site: Site

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = HubMetrics()
        self.responses = OpenResponses()
        self.plugins = PluginHost(
            policy_of(settings.origins, switches_of(settings.origins)),
            core=CoreNames(
                event_types=frozenset(spec.type for spec in CORE_EVENTS),
                permissions=frozenset(spec.id for spec in CORE_PERMISSIONS),
                paths=frozenset(route.path for route in all_routes()),
            ),
        )
        self.egress = EgressService(settings.egress_allow, ca_file=settings.ca_file)
        self.egress.own_ports.add(settings.port)
        self.state = "starting"
        self.started_at = datetime.now(UTC)
        self.started_mono = time.monotonic()
        self.node_id = ""
        self.ownership = Ownership(Target.parse(settings.database_url, settings.data_dir))
        self.failed = ""
        """Why it has to end."""
        self.on_failed: Callable[[], None] = lambda: None
        self._background: list[asyncio.Task[None]] = []

    @property
    def live(self) -> Any:
        """Viewers and snapshots."""
        return self.capture.live

    # --- start ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start every service, lower layers first. A failure of the core is raised, one of a plugin is its own."""
        try:
            await self._start()
        except BaseException:
            # The threads of its connections would keep a process that has nothing more to do.
            if hasattr(self, "db"):
                await self.db.close()
            raise

    async def _start(self) -> None:
        settings = self.settings
        egress = asyncio.create_task(self.egress.start())
        await asyncio.to_thread(self.plugins.load)
        await self._open_database()
        await self._load_stored()
        self.audit = Audit(self.db, settings.data_dir, days=lambda: self.settings.audit_retention_days)
        self.audit.on_written.append(lambda made: self.metrics.audited(made.action))
        self.audit.on_trouble.append(self._audit_trouble)
        registry = self.plugins.registry
        self.events = Events(self.db, node_id=self.node_id,
                             types=EventTypes(o.spec for o in registry.event_types.values()))  # fmt: skip
        await self.events.start()
        self.box = box = await open_box(settings.key_path)
        self._make_media()
        await egress
        self.runtime = self._make_runtime(box)
        await self.runtime.configure()
        await self.runtime.start()
        self.plugin_search = PluginSearch(self.runtime.contexts, self.metrics.plugin_searches)
        self._make_identity(await admission.lost(self.db, self.plugins, settings.origins))
        await self.limits.start()
        self._make_capture(box)
        await self.capture.start()
        self._background = [
            asyncio.create_task(self.audit.run(), name="audit"),
            asyncio.create_task(self._prune(), name="prune"),
            asyncio.create_task(
                Watch(self.responses, self.admission.admits, self.identity.ended, self.identity.shares.unchanged).run(),
                name="watch what is open",
            ),
            asyncio.create_task(self._copy_database(), name="copy the database"),
            asyncio.create_task(self.health.run(), name="stream health"),
            asyncio.create_task(self.limits.run(), name="limits"),
            asyncio.create_task(self._keep_database(), name="hold the database"),
        ]
        await self._report_plugins()
        await self.audit.note_left_open()
        self.audit.note("hub.started")

    async def _open_database(self) -> None:
        models = {i: AppModels(models=s.modules, migrations=s.migrations) for i, s in self.plugins.models.items()}
        await self.ownership.take()
        failed = await migrate_all(self.settings.database_url, self.settings.data_dir, models)
        for plugin_id, error in failed.items():
            self.plugins.fail(plugin_id, Stage.MIGRATE, error)
        self.db = Database(self.settings.database_url, self.settings.data_dir)
        await self.db.open({i: m for i, m in models.items() if i in self.plugins.models})

    async def _load_stored(self) -> None:
        """Settings that the database holds, and this installation's id."""
        await self.reload_settings()
        self.node_id = await node_id(self.db)

    def _make_media(self) -> None:
        storage = LocalStorage(self.settings.data_dir / "media")
        self.pruner = Pruner(storage, self.media_limits, self.events)
        work = self.settings.data_dir / "work"
        self.media = Media(self.db, storage, self.events, node_id=self.node_id, room=self.pruner.room, work=work)

    def _make_runtime(self, box: SecretBox) -> Runtime:
        services = Services(
            data_dir=self.settings.data_dir, http=self._plugin_http,
            publish=self._publish, write=self.db.write, values=lambda plugin: Values(self.db, plugin, self.box),
        )  # fmt: skip
        references = References.of(self.settings.data_dir, self.settings.key_path)
        return Runtime(self.plugins, services, origins=self.settings.origins, box=box, references=references,
                       redactor=redactor)  # fmt: skip

    def _purpose(self, plugin_id: str, serves: str) -> str:
        """What a plugin's connections are for. Refused where it declares nothing that fits what it serves."""
        plugin = self.plugins.plugins.get(plugin_id)
        found = plugin.contribution if plugin else None
        return purpose_of(plugin_id, found.manifest.capabilities if found else (), serves)

    def _plugin_http(self, plugin_id: str) -> httpx.AsyncClient:  # noqa: TID251  # the type of what egress hands out
        try:
            purpose = self._purpose(plugin_id, "plugin")
        except Refused as refusal:
            raise ConfigInvalid(str(refusal), field="capabilities", code=refusal.code, **refusal.params) from None
        plugin = self.plugins.plugins[plugin_id]
        return self.egress.http_client(purpose, f"plugin:{plugin_id}", hosts=lambda: hosts_in(plugin.config))

    async def _publish(
        self, plugin_id: str, type: str, *, stream_id: str | None, score: float | None, data: dict[str, Any]
    ) -> str:
        return await self.events.publish(type, stream_id=stream_id, score=score, data={**data, "plugin": plugin_id})

    def media_limits(self) -> Limits:
        s = self.settings
        return Limits(event_days=s.event_retention_days, max_bytes=s.max_media_bytes,
                      max_percent=s.max_media_percent, min_free_percent=s.min_free_percent)  # fmt: skip

    def _make_identity(self, lost: list[str]) -> None:
        registry = self.plugins.registry
        catalogue = Catalogue(offer.spec for offer in registry.permissions.values())
        context = self.runtime.contexts.__getitem__
        passwords = first_backend(registry, context)
        self.identity = Identity(
            self.db, self.settings.data_dir, permissions=catalogue, passwords=passwords, audit=self.audit,
            factors=factor_backends(registry, context),
            factor_rank=lambda: RANKS.get(self.settings.require_factor), issuer=f"glimpser:{self.node_id}",
            backends=backends.make(registry, context, self._part_failed),
        )  # fmt: skip
        self.admission = admission.make(self.plugins, context, self._part_failed, lost)
        self.sso = SingleSignOn(self.identity, self.db, self.box)
        self.identity.on_revoked.append(self.responses.end_sessions)
        self.limits = UseLimits(self.db, catalogue, node_id=self.node_id)

    def _part_failed(self, plugin_id: str, error: Exception) -> None:
        self.plugins.fail_part(plugin_id, error)

    def _make_capture(self, box: SecretBox) -> None:
        settings = self.settings
        roots = [str(p) for p in (*settings.media_roots, settings.data_dir / "demo")]
        self.streams = StreamStore(
            self.db, lambda: self.plugins.registry, Documents(box, References.of(settings.data_dir, settings.key_path)),
            node_id=self.node_id,
            data_dir=settings.data_dir, media_roots=roots, max_idle_gap_s=lambda: self.settings.max_idle_gap_s,
        )  # fmt: skip
        engine = LocalEngine(
            LocalOptions(
                data_dir=settings.data_dir,
                node_id=self.node_id,
                log_level=settings.log_level.upper(),
                cores=settings.worker_count,
            )
        )
        outlets = Outlets(event=self._on_event, file=self.media.on_file, notice=self.events.on_notice,
                          best=self.media.on_best, interrupted=self.events.on_lost, system=self._on_system)  # fmt: skip
        self.capture = Capture(engine, DesiredStreams(self.streams, self.first_party), self.egress, outlets,
                               purposes=self._purpose)  # fmt: skip
        self.health = StreamHealth(self.events)
        self.capture.observe(self.health.changed)

    def first_party(self) -> list[str]:
        return [p.id for p in self.plugins.plugins.values() if all(i.first_party for i in p.installed)]

    async def reload_settings(self) -> None:
        """Settings that the database holds were changed: use them from now on."""
        stored = {row.key: row.value for row in await Setting.all()}
        self.settings = self.settings.with_stored(stored)
        set_level(self.settings.log_level)

    def resync(self) -> None:
        """Streams were changed behind the hub's back (``glimpser apply``): read all of them again."""
        self._background.append(asyncio.create_task(self._resync(), name="resync"))

    async def _resync(self) -> None:
        known = {state.id for state in self.capture.states()}
        rows = await Stream.filter(deleted_at=None)
        for stream_id in known | {row.id for row in rows}:
            await self.capture.apply(stream_id)
        for row in rows:
            await self.events.announce("stream", "updated", row.id, stream_id=row.id, payload={"name": row.name})

    # --- what capture hands over ------------------------------------------------------------------------------------

    async def _on_event(self, message: EventChanged) -> None:
        await self.events.on_event(message)
        self.metrics.events.labels(message.change).inc()

    async def _on_system(self, code: str, stream_id: str | None, params: dict[str, Any]) -> None:
        known, params = code if code in self.events.types else "worker.crashed", redactor.clean(params)
        await self.events.publish(known, stream_id=stream_id, data={"code": code, "params": params, **params})
        if code == "stream.suspect" and stream_id is not None:
            await self.streams.suspect(stream_id)

    def _audit_trouble(self, reason: str) -> None:
        self.metrics.audit_troubles.inc()
        self._background.append(asyncio.create_task(self._tell_audit_trouble(reason), name="audit trouble"))

    async def _tell_audit_trouble(self, reason: str) -> None:
        try:
            await self.events.publish("audit.trouble", data={"reason": reason})
        except DatabaseError:
            log.exception("the event audit.trouble was not written either")

    async def _report_plugins(self) -> None:
        for plugin in self.plugins.plugins.values():
            if plugin.reason is not None and not plugin.alive and plugin.state != "disabled":
                log.error("plugin %s: %s", plugin.id, plugin.message or plugin.reason.code)
                await self.events.publish(
                    "plugin.failed", data=_plugin_data(plugin.id, str(plugin.state), plugin.reason)
                )

    # --- background -------------------------------------------------------------------------------------------------

    async def _prune(self) -> None:
        await remove_orphans(self.media.storage)
        while True:
            try:
                await self.pruner.run(self.media, self.db.write)
            except Exception:
                log.exception("pruning failed; it is tried again")
            await asyncio.sleep(PRUNE_S)

    async def _keep_database(self) -> None:
        self.failed = await self.ownership.keep()
        log.error("%s", self.failed)
        self.on_failed()

    async def _copy_database(self) -> None:
        told = False
        while (path := database_file(self.settings)) is not None:
            try:
                await asyncio.to_thread(copy_when_due, path, datetime.now(UTC))
                told = False
            except (DatabaseError, OSError) as error:
                log.error("the database was not copied: %s", error)
                if not told:
                    await self.events.publish("database.not_copied", data={"reason": str(error)})
                told = True
            await asyncio.sleep(COPY_S)

    # --- stop -------------------------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """Not ready any more: end what is open and stop all streams, while requests are still answered."""
        self.state = "draining"
        self.audit.note("hub.stopped")
        self.responses.close()
        self.events.stop()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.capture.stop(4.0), 7.5)

    async def stop(self) -> None:
        """Stop the rest, after :meth:`drain`. Both together take at most 10 s."""
        steps = (self.runtime.stop(), 1.0), (self.egress.stop(), 1.0), (self.audit.close(), 1.0), (self.db.close(), 2.0)
        for step, seconds in steps:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(step, seconds)
        await self.ownership.release()
        self.state = "stopped"


def database_file(settings: Settings) -> Path | None:
    """The SQLite file; None with a database server, whose copies are its operator's work."""
    return Target.parse(settings.database_url, settings.data_dir).path


def _plugin_data(plugin_id: str, state: str, reason: Reason) -> dict[str, Any]:
    return {"plugin": plugin_id, "state": state, "code": reason.code, "params": redactor.clean(reason.params)}


__all__ = ["Hub", "StreamState"]
