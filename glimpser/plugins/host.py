"""The plugin host: takes every installed plugin as far as it gets, and never lets one stop another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from pluggy import PluginManager

from glimpser.plugins.decide import Policy, decide
from glimpser.plugins.discover import Installed, discover
from glimpser.plugins.limits import run_limited
from glimpser.plugins.registry import CoreNames, Registry, build, conflicts, unmet
from glimpser.plugins.state import Plugin, Stage, State, guard
from glimpser_sdk.contributions import collect, new_manager, register
from glimpser_sdk.rules import check_contribution
from glimpser_sdk.specs import ModelsSpec

IMPORT_SECONDS = 10.0


class PluginHost:
    """Loads plugins and keeps what became of each.

    ``load()`` does discover, decide, import, validate and collect; then the owner migrates the plugins' ``models`` and
    reports failures with ``fail()``; ``Runtime`` (see ``glimpser.plugins.runtime``) configures them and runs setup.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        core: CoreNames | None = None,
        search: Callable[[], Iterable[Installed]] = discover,
        import_seconds: float = IMPORT_SECONDS,
    ) -> None:
        self._policy = policy
        self._core = core or CoreNames()
        self._search = search
        self._import_seconds = import_seconds
        self._plugins: dict[str, Plugin] = {}
        self._registry = Registry()

    @property
    def plugins(self) -> Mapping[str, Plugin]:
        """Every installed plugin by id, whatever became of it."""
        return MappingProxyType(self._plugins)

    @property
    def registry(self) -> Registry:
        """What the plugins offer that nothing has stopped so far; final after ``freeze()``."""
        return self._registry

    @property
    def models(self) -> Mapping[str, ModelsSpec]:
        """Tables to migrate, by plugin id."""
        return self._registry.models

    def alive(self) -> list[Plugin]:
        """The plugins that nothing has stopped, each after those it requires, otherwise by id."""
        waiting = {p.id: p for p in self._plugins.values() if p.alive and p.contribution}
        ordered: list[Plugin] = []
        while waiting:
            ready = [p for p in waiting.values() if not _requires(p) & waiting.keys()]
            # Plugins that require each other have no order of their own.
            for plugin in ready or list(waiting.values()):
                ordered.append(waiting.pop(plugin.id))
        return ordered

    def load(self) -> None:
        """Find and import everything. Blocks for up to ``import_seconds`` per plugin; call it off the event loop."""
        self._plugins = decide(self._search(), self._policy)
        manager = new_manager()
        for plugin in self._plugins.values():
            if plugin.state is None:
                self._load_one(manager, plugin)
        self.freeze()

    def _load_one(self, manager: PluginManager, plugin: Plugin) -> None:
        entry = plugin.installed[0].entry
        limit = self._import_seconds
        module = None
        with guard(plugin, Stage.IMPORT):
            module = run_limited(entry.load, limit, what=f"importing {entry.value}")
        if plugin.state is None:
            with guard(plugin, Stage.VALIDATE):
                plugin.warnings += register(manager, plugin.id, module)
        if plugin.state is None:
            with guard(plugin, Stage.COLLECT):
                found = run_limited(lambda: collect(manager, plugin.id), limit, what="its hooks")
                check_contribution(plugin.id, found)
                plugin.contribution = found

    def fail(self, plugin_id: str, stage: Stage, error: BaseException) -> None:
        """Record that a step which the owner did for a plugin failed, and take its offers out."""
        self._plugins[plugin_id].fail(stage, error)
        self.freeze()

    def fail_part(self, plugin_id: str, error: BaseException) -> None:
        """Record that a part of a plugin which was set up, such as its routes, cannot be used. Nothing tries it again
        before the next start, so it is degraded; one that breaks the contract is stopped."""
        self.fail(plugin_id, Stage.RUN, error)

    def freeze(self) -> None:
        """Make the registry out of the plugins that are still alive, blocking those that do not fit together."""
        while True:
            alive = self.alive()
            for plugin_id, why in conflicts(alive, self._core).items():
                self._plugins[plugin_id].stop(State.BLOCKED, "plugin.conflict", why)
            for plugin_id, why in unmet(self.alive(), self._core).items():
                self._plugins[plugin_id].stop(State.BLOCKED, "plugin.missing", why)
            if len(self.alive()) == len(alive):
                break
        self._registry = build(alive)


def _requires(plugin: Plugin) -> frozenset[str]:
    return plugin.contribution.manifest.requires if plugin.contribution else frozenset()
