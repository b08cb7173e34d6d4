"""What a plugin gets in the hub: the SDK's ``HubContext``, made of services that the hub hands in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from glimpser.plugins.metrics import PluginMetrics
from glimpser.plugins.registry import Registry
from glimpser.plugins.state import Plugin, Stage
from glimpser_sdk.clocks import SystemClock
from glimpser_sdk.contexts import KeyValueStore
from glimpser_sdk.errors import ConfigInvalid

if TYPE_CHECKING:
    import httpx


class Publish(Protocol):
    """Records a finished event of a plugin; returns its id after commit."""

    async def __call__(
        self, plugin_id: str, type: str, *, stream_id: str | None, score: float | None, data: dict[str, Any]
    ) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the hub provides to plugins. ``http(plugin_id)`` gives a client whose traffic is filtered by what the plugin
    declares; ``data_dir`` is the hub's data folder."""

    data_dir: Path
    http: Callable[[str], httpx.AsyncClient]  # noqa: TID251  # the type of what egress hands out
    publish: Publish
    write: Callable[[Callable[[Any], Awaitable[Any]]], Awaitable[Any]]
    values: Callable[[str], KeyValueStore]


class Context:
    """One plugin's ``HubContext`` (see ``glimpser_sdk.contexts``)."""

    def __init__(self, plugin: Plugin, registry: Callable[[], Registry], services: Services) -> None:
        self.plugin_id = plugin.id
        self.config = plugin.config
        self.kv = services.values(plugin.id)
        self.clock = SystemClock()
        self.log = logging.getLogger(f"glimpser.plugins.{plugin.id}")
        self.metrics = PluginMetrics(plugin.id, plugin.contribution.metrics if plugin.contribution else ())
        self._plugin = plugin
        self._registry = registry
        self._services = services
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def data_dir(self) -> Path:
        """The plugin's own folder, made when it is first asked for."""
        folder = self._services.data_dir / "plugins" / self.plugin_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def http(self) -> httpx.AsyncClient:  # noqa: TID251
        return self._services.http(self.plugin_id)

    async def publish(self, type: str, *, stream_id: str | None = None, score: float | None = None, **data: Any) -> str:
        offer = self._registry().event_types.get(type)
        if offer is None or offer.plugin != self.plugin_id:
            raise ConfigInvalid(f"{type!r} is no event type that plugin {self.plugin_id!r} declares", field="type")
        return await self._services.publish(self.plugin_id, type, stream_id=stream_id, score=score, data=data)

    async def write(self, change: Callable[[Any], Awaitable[Any]]) -> Any:
        return await self._services.write(change)

    def spawn(self, task: Coroutine[Any, Any, None], *, name: str) -> None:
        # Setup hooks that are not async run on a thread of their own.
        self._loop.call_soon_threadsafe(self._begin, task, f"{self.plugin_id}: {name}")

    def _begin(self, task: Coroutine[Any, Any, None], name: str) -> None:
        running = self._loop.create_task(task, name=name)
        self._tasks.add(running)
        running.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._plugin.fail(Stage.RUN, error)
            self.log.error("background task failed: %s", task.get_name(), exc_info=error)

    async def close(self, seconds: float) -> list[str]:
        """Cancel the background tasks; returns the names of those that did not end in time."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if not tasks:
            return []
        _, left = await asyncio.wait(tasks, timeout=seconds)
        return sorted(task.get_name() for task in left)
