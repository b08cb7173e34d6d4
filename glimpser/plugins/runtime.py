"""Configuring, setting up and stopping loaded plugins in a running hub."""

from __future__ import annotations

import asyncio
import inspect
import logging
import random
from collections.abc import Mapping

from pluggy import HookImpl

from glimpser.origins import Origins
from glimpser.plugins.config import References, in_clear, secrets_in
from glimpser.plugins.context import Context, Services
from glimpser.plugins.host import PluginHost
from glimpser.plugins.limits import in_thread
from glimpser.plugins.rows import read_config
from glimpser.plugins.sections import Draft, Section, load_draft, load_section
from glimpser.plugins.state import Plugin, PluginExit, Stage, State, guard
from glimpser.redaction import Redactor
from glimpser.secrets import SecretBox
from glimpser_sdk.contributions import call
from glimpser_sdk.errors import GlimpserError, NotReady

SETUP_SECONDS = 30.0
TEARDOWN_SECONDS = 5.0
FORGET_SECONDS = 10.0
RETRY_SECONDS = (5.0, 300.0)

_log = logging.getLogger("glimpser.plugins")


class Runtime:
    """Takes loaded plugins from configuration to running, and stops them again."""

    def __init__(
        self,
        host: PluginHost,
        services: Services,
        *,
        origins: Origins,
        box: SecretBox,
        references: References,
        redactor: Redactor,
        setup_seconds: float = SETUP_SECONDS,
        teardown_seconds: float = TEARDOWN_SECONDS,
        retry_seconds: tuple[float, float] = RETRY_SECONDS,
    ) -> None:
        self._host = host
        self._services = services
        self._origins = origins
        self._box = box
        self.references = references
        self._redactor = redactor
        self._setup_seconds = setup_seconds
        self._teardown_seconds = teardown_seconds
        self._retry_seconds = retry_seconds
        self._contexts: dict[str, Context] = {}
        self._sections: dict[str, Section] = {}
        self._retries: dict[str, asyncio.Task[None]] = {}

    @property
    def contexts(self) -> Mapping[str, Context]:
        """The contexts of the plugins that are alive, for factories that run in the hub."""
        return self._contexts

    @property
    def sections(self) -> Mapping[str, Section]:
        """The settings of the plugins that have some."""
        return self._sections

    async def draft(self, plugin: Plugin) -> Draft | None:
        """The settings of a plugin that could not be used; None where it has none, or none can be told."""
        spec = plugin.contribution.config if plugin.contribution else None
        if spec is None or plugin.id in self._sections:
            return None
        try:
            stored = await read_config(plugin.id)
            return load_draft(plugin.id, spec, self._origins, stored, self._box, self.references)
        except GlimpserError:
            return None

    async def configure(self) -> None:
        """Read and check every plugin's settings; those that are wrong take their plugin out. Then the registry is
        final and ``contexts`` are there."""
        for plugin in self._host.alive():
            with guard(plugin, Stage.CONFIG):
                await self._configure(plugin)
        self._host.freeze()
        for plugin in self._host.alive():
            self._contexts[plugin.id] = Context(plugin, lambda: self._host.registry, self._services)

    async def start(self) -> None:
        """Run every setup, each for 30 s at most and all at once where they do not depend on each other. One that
        fails is tried again in the background, so this never takes longer than the slowest chain."""
        waves: list[list[Plugin]] = []
        for plugin in self._host.alive():
            depth = max((i + 1 for i, wave in enumerate(waves) for p in wave if p.id in _requires(plugin)), default=0)
            waves += [[]] * (depth >= len(waves))
            waves[depth] = [*waves[depth], plugin]
        for wave in waves:
            await asyncio.gather(*(self._start(plugin) for plugin in wave))

    async def stop(self) -> None:
        """Tear everything down, dependents first, each for 5 s at most."""
        for task in self._retries.values():
            task.cancel()
        if self._retries:
            await asyncio.wait(self._retries.values(), timeout=self._teardown_seconds)
        for plugin in reversed(self._host.alive()):
            await self._stop(plugin)

    async def forget(self, user_id: str) -> None:
        """Somebody's account is gone: let every running plugin forget what its tables keep of them."""
        for plugin in self._host.alive():
            spec = plugin.contribution.models if plugin.contribution else None
            if spec is None or spec.forget is None:
                continue
            try:
                async with asyncio.timeout(FORGET_SECONDS):
                    await spec.forget.load()(self._contexts[plugin.id], user_id)
            except Exception:  # a plugin's code: anything may come out of it
                _log.exception("plugin %s did not forget a removed account", plugin.id)

    async def _configure(self, plugin: Plugin) -> None:
        spec = plugin.contribution.config if plugin.contribution else None
        if spec is None:
            if self._origins.plugin_section(plugin.id) or self._origins.plugin_variables(plugin.id):
                plugin.warnings.append("it has no settings; those given for it are ignored")
            return
        stored = await read_config(plugin.id)
        section = load_section(plugin.id, spec, self._origins, stored, self._box, self.references)
        self._redactor.learn(secrets_in(section.model, in_clear(section.config)))
        self._sections[plugin.id] = section
        plugin.config = section.config

    async def _start(self, plugin: Plugin) -> None:
        with guard(plugin, Stage.SETUP):
            await self._set_up(plugin)
        if plugin.state is State.SETUP_RETRY:
            _log.warning("plugin %s is not ready: %s", plugin.id, plugin.message)
            if plugin.id not in self._retries:
                task = asyncio.create_task(self._retry(plugin), name=f"setup of {plugin.id}")
                self._retries[plugin.id] = task
        elif plugin.state is not State.RUNNING:
            _log.error("plugin %s: %s: %s", plugin.id, plugin.state, plugin.message)

    async def _set_up(self, plugin: Plugin) -> None:
        waiting = sorted(r for r in _requires(plugin) if self._host.plugins[r].state is not State.RUNNING)
        if waiting:
            raise NotReady(f"it waits for {', '.join(waiting)}", code="plugin.waits")
        plugin.state, plugin.reason, plugin.traceback = None, None, ""
        try:
            await self._call(plugin, "glimpser_setup", self._setup_seconds)
        except Exception:
            # The next attempt begins anew; two of each task would run otherwise.
            await self._contexts[plugin.id].close(self._teardown_seconds)
            raise
        if plugin.alive and plugin.reason is None:  # a task that setup spawned may have failed already
            plugin.state, plugin.stage = State.RUNNING, Stage.RUN

    async def _retry(self, plugin: Plugin) -> None:
        """Try again with a random delay out of a doubling span, until it runs or has failed for good."""
        shortest, longest = self._retry_seconds
        span = shortest
        while plugin.state is State.SETUP_RETRY:
            asked = plugin.reason.params.get("retry_after") if plugin.reason else None
            await asyncio.sleep(asked if isinstance(asked, int | float) else random.uniform(span / 2, span))
            span = min(span * 2, longest)
            await self._start(plugin)

    async def _stop(self, plugin: Plugin) -> None:
        context = self._contexts.get(plugin.id)
        with guard(plugin, Stage.TEARDOWN):
            if plugin.state in (State.RUNNING, State.DEGRADED):
                await self._call(plugin, "glimpser_teardown", self._teardown_seconds)
        if context and (left := await context.close(self._teardown_seconds)):
            _log.warning("plugin %s: these background tasks ignore being stopped: %s", plugin.id, ", ".join(left))
        plugin.state = State.STOPPED

    async def _call(self, plugin: Plugin, name: str, seconds: float) -> None:
        """Call a hook that may be async. A synchronous one runs on a thread, so that it cannot hold up the others."""
        hook = plugin.contribution.hooks.get(name) if plugin.contribution else None
        if hook is None:
            return
        context = self._contexts[plugin.id]
        task = asyncio.create_task(_finished(hook, context), name=f"{plugin.id}: {name}")
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            task.cancel()
            raise TimeoutError(f"{name} took longer than {seconds:g} s")
        if task.cancelled():
            raise PluginExit(f"{name} cancelled itself")
        task.result()


async def _finished(hook: HookImpl, context: Context) -> None:
    try:
        if inspect.iscoroutinefunction(hook.function):
            await call(hook, ctx=context)
        else:
            await in_thread(lambda: call(hook, ctx=context), what=f"hook of {context.plugin_id}")
    except (KeyboardInterrupt, SystemExit) as error:
        # Left alone, asyncio would hand these to the event loop and end the hub.
        raise PluginExit(f"it raised {type(error).__name__}({error})") from error


def _requires(plugin: Plugin) -> frozenset[str]:
    return plugin.contribution.manifest.requires if plugin.contribution else frozenset()
