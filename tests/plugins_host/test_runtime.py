"""Configuring, starting and stopping plugins: whatever one does, the others run and the hub goes on."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.tables import empty

from glimpser.database import Database
from glimpser.database.models import PluginValue
from glimpser.origins import Origins
from glimpser.plugins.config import References, seal
from glimpser.plugins.context import Context, Services
from glimpser.plugins.decide import Policy
from glimpser.plugins.discover import discover
from glimpser.plugins.host import PluginHost
from glimpser.plugins.rows import Changed, Values, read_config, store_config, store_switch
from glimpser.plugins.runtime import Runtime
from glimpser.plugins.sections import stored_place
from glimpser.plugins.state import Stage, State
from glimpser.plugins.switches import SwitchesUnreadable, read_switches
from glimpser.redaction import Redactor
from glimpser.secrets import SecretBox
from glimpser_sdk import HubContext
from glimpser_sdk.errors import ConfigInvalid

CONFIG = {
    "config": """
    from glimpser_sdk import PluginConfig, SecretStr
    class Config(PluginConfig):
        count: int = 1
        token: SecretStr | None = None
        name: str = "default"
        tags: list[str] = []
    """
}
WITH_CONFIG = """
@hookimpl
def glimpser_config():
    migrate = lambda old, form: {{"count": old["n"]}}
    return ConfigSpec(model=lazy("glimpser_{0}.config:Config"), version=2, migrate=migrate)
"""


@pytest.fixture
async def db(tmp_path: Path) -> Any:
    empty(tmp_path)
    database = Database("", tmp_path)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def box() -> SecretBox:
    return SecretBox(b"k" * 32)


@pytest.fixture
def published() -> list[Any]:
    return []


@pytest.fixture
async def boot(site: Any, db: Database, tmp_path: Path, box: SecretBox, published: list[Any]) -> Any:
    """Load and start what the site holds, with short limits; everything is stopped at the end."""
    started: list[Runtime] = []

    async def publish(plugin_id: str, type: str, **rest: Any) -> str:
        published.append((plugin_id, type, rest))
        return "id"

    async def go(environment: dict[str, str] | None = None, document: dict[str, Any] | None = None) -> Any:
        site.add("neighbour")
        search = lambda: [i for i in discover() if str(site.folder) in str(i.entry.dist._path)]  # noqa: E731
        host = PluginHost(Policy(), search=search)
        await asyncio.to_thread(host.load)
        runtime = Runtime(
            host,
            Services(
                data_dir=tmp_path,
                http=lambda plugin: SimpleNamespace(of=plugin),  # type: ignore[return-value,arg-type]
                publish=publish,
                write=db.write,
                values=lambda plugin_id: Values(db, plugin_id, box),
            ),
            origins=Origins(environment=environment or {}, document=document or {}),
            box=box,
            references=References(),
            redactor=Redactor(),
            setup_seconds=0.3,
            teardown_seconds=0.3,
            retry_seconds=(0.05, 0.1),
        )
        started.append(runtime)
        await runtime.configure()
        await runtime.start()
        assert host.plugins["neighbour"].state is State.RUNNING
        return SimpleNamespace(host=host, runtime=runtime, plugins=host.plugins)

    yield go
    for runtime in started:
        await runtime.stop()


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("body", "state", "words"),
    [
        ("raise RuntimeError('no')", State.SETUP_RETRY, "RuntimeError: no"),
        ("raise SystemExit(1)", State.SETUP_RETRY, "SystemExit"),
        ("raise KeyboardInterrupt", State.SETUP_RETRY, "KeyboardInterrupt"),
        ("import asyncio; raise asyncio.CancelledError", State.SETUP_RETRY, "ancel"),
        ("import time; time.sleep(1)", State.SETUP_RETRY, "0.3 s"),
        ("raise ConfigInvalid('wrong', field='x')", State.CONFIG_ERROR, "wrong"),
        ("raise Unsupported('no device')", State.INCOMPATIBLE, "no device"),
    ],
)
@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_broken_setups(site: Any, boot: Any, kind: str, body: str, state: State, words: str) -> None:
    body = body.replace("time.sleep", "__import__('asyncio').sleep") if kind == "async def" else body
    body = f"await {body.split('; ')[1]}" if kind == "async def" and "sleep" in body else body
    site.add("bad", site.manifest("bad") + f"@hookimpl\n{kind} glimpser_setup(ctx):\n    {body}\n")
    hub = await boot()
    plugin = hub.plugins["bad"]
    assert plugin.state is state
    assert words in plugin.message
    assert plugin.stage is Stage.SETUP


async def test_not_ready_is_tried_again_and_dependents_wait(site: Any, boot: Any) -> None:
    late = """
    @hookimpl
    async def glimpser_setup(ctx):
        n = await ctx.kv.get("n", 0)
        await ctx.kv.set("n", n + 1)
        if n < 2:
            raise NotReady("soon", retry_after=0.05)
    """
    needs = """
    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id="top", title="t", requires=frozenset({"late"}))
    """
    site.add("late", site.manifest("late", late))
    site.add("top", site.manifest("top", needs))
    hub = await boot()
    assert hub.plugins["late"].state is State.SETUP_RETRY
    assert hub.plugins["late"].reason.params["retry_after"] == 0.05
    assert "late" in hub.plugins["top"].message
    await until(lambda: hub.plugins["top"].state is State.RUNNING)
    assert hub.plugins["late"].reason is None
    assert await hub.runtime.contexts["late"].kv.get("n") == 3


async def test_slow_setups_run_side_by_side(site: Any, boot: Any) -> None:
    for name in "abcdef":
        site.add(name, site.manifest(name) + "@hookimpl\ndef glimpser_setup(ctx):\n    import time; time.sleep(0.2)\n")
    started = time.monotonic()
    hub = await boot()
    assert time.monotonic() - started < 1
    assert {hub.plugins[name].state for name in "abcdef"} == {State.RUNNING}


async def test_a_failing_task_degrades_its_plugin(site: Any, boot: Any) -> None:
    source = """
    async def work():
        raise ValueError("lost")
    @hookimpl
    def glimpser_setup(ctx):
        ctx.spawn(work(), name="work")
    """
    site.add("weak", site.manifest("weak", source))
    hub = await boot()
    await until(lambda: hub.plugins["weak"].state is State.DEGRADED)
    assert "lost" in hub.plugins["weak"].message


async def test_stopping_tears_down_and_ends_tasks(site: Any, boot: Any, tmp_path: Path) -> None:
    source = """
    import asyncio
    @hookimpl
    async def glimpser_setup(ctx):
        ctx.spawn(asyncio.sleep(60), name="sleeper")
    @hookimpl
    async def glimpser_teardown(ctx):
        (ctx.data_dir / "done").touch()
        await asyncio.sleep(60)
    """
    site.add("tidy", site.manifest("tidy", source))
    hub = await boot()
    started = time.monotonic()
    await hub.runtime.stop()
    assert time.monotonic() - started < 2
    assert hub.plugins["tidy"].state is State.STOPPED
    assert (tmp_path / "plugins" / "tidy" / "done").exists()
    assert not any("sleeper" in task.get_name() for task in asyncio.all_tasks())


async def test_the_context_is_what_the_sdk_promises(site: Any, boot: Any, published: list[Any]) -> None:
    source = """
    @hookimpl
    def glimpser_event_types():
        return [EventTypeSpec(type="rich.seen", title="Seen")]
    @hookimpl
    def glimpser_metrics():
        return [MetricSpec(name="calls_total", kind="counter", help="Calls", labels=("way",))]
    """
    site.add("rich", site.manifest("rich", source))
    hub = await boot()
    context = hub.runtime.contexts["rich"]
    typed: HubContext = context
    assert await typed.publish("rich.seen", stream_id="s", score=0.5, count=2) == "id"
    assert published == [("rich", "rich.seen", {"stream_id": "s", "score": 0.5, "data": {"count": 2}})]
    with pytest.raises(Exception, match=r"core\.seen"):
        await typed.publish("core.seen")
    typed.metrics.counter("calls_total").inc(2, way="in")
    value = context.metrics.registry.get_sample_value("glimpser_rich_calls_total", {"plugin": "rich", "way": "in"})
    assert value == 2
    with pytest.raises(KeyError):
        typed.metrics.counter("other")
    await typed.kv.set("a", {"b": [1]})
    assert await typed.kv.get("a") == {"b": [1]}
    await typed.kv.set_secret("s", {"token": "canary"})
    assert await typed.kv.get("s") == {"token": "canary"}
    assert "canary" not in str((await PluginValue.get(plugin_id="rich", key="s")).value)
    with pytest.raises(ConfigInvalid, match="set_secret"):
        await typed.kv.set("s", {"$enc": "x"})
    await typed.kv.delete("a")
    await typed.kv.delete("a")
    assert await typed.kv.get("a", 7) == 7
    assert await hub.runtime.contexts["neighbour"].kv.get("a") is None
    assert typed.http().of == "rich"  # type: ignore[attr-defined]
    assert typed.data_dir.name == "rich"
    assert typed.log.name == "glimpser.plugins.rich"
    assert await typed.write(lambda connection: asyncio.sleep(0, "written")) == "written"
    assert isinstance(context, Context)


async def test_config_precedence_and_origins(site: Any, boot: Any, db: Database, box: SecretBox) -> None:
    from glimpser_sdk import PluginConfig, SecretStr

    class Stored(PluginConfig):
        count: int
        token: SecretStr
        name: str

    document = {"count": 2, "token": "stored", "name": "stored"}
    sealed = seal(Stored, document, box, stored_place("conf"))
    assert "stored" not in str(sealed["token"])
    await store_config(db, "conf", sealed, 2)
    site.add("conf", site.manifest("conf") + WITH_CONFIG.format("conf"), modules=CONFIG)
    hub = await boot(
        {"GLIMPSER_CONF__COUNT": "4", "GLIMPSER_CONF__TAGS": '["a", "b"]'},
        {"plugins": {"conf": {"count": 3, "name": "filed"}}},
    )
    section = hub.runtime.sections["conf"]
    config = hub.runtime.contexts["conf"].config
    assert (config.count, config.name, config.tags) == (4, "filed", ["a", "b"])
    assert config.token.get_secret_value() == "stored"
    assert section.sources == {"count": "environment", "tags": "environment", "name": "file", "token": "database"}


async def test_older_forms_are_brought_up_to_date(site: Any, boot: Any, db: Database) -> None:
    await store_config(db, "conf", {"n": 9}, 1)
    site.add("conf", site.manifest("conf") + WITH_CONFIG.format("conf"), modules=CONFIG)
    hub = await boot()
    assert hub.runtime.contexts["conf"].config.count == 9
    stored = await read_config("conf")
    assert stored is not None
    assert (stored.document, stored.form) == ({"n": 9}, 1)


@pytest.mark.parametrize(
    ("form", "document", "words"),
    [(2, {"count": "many"}, "/count"), (1, {}, ""), (1, {"x": 1}, "KeyError"), (3, {"count": 1}, "newer")],
)
async def test_settings_that_cannot_be_used(
    site: Any, boot: Any, db: Database, form: int, document: dict[str, Any], words: str
) -> None:
    await store_config(db, "conf", document, form)
    site.add("conf", site.manifest("conf") + WITH_CONFIG.format("conf"), modules=CONFIG)
    plugin = (await boot()).plugins["conf"]
    assert plugin.state is (State.CONFIG_ERROR if words else State.RUNNING)
    assert words in plugin.message
    stored = await read_config("conf")
    assert stored is not None
    assert stored.document == document


async def test_rows_have_versions_and_switches_are_read_from_outside(db: Database, tmp_path: Path) -> None:
    assert await asyncio.to_thread(read_switches, "", tmp_path) == {}
    assert await store_switch(db, "a", False, expected=0) == 1
    assert await store_switch(db, "b", True) == 1
    assert await store_config(db, "a", {"x": 1}, 1, expected=1) == 2
    with pytest.raises(Changed):
        await store_config(db, "a", {"x": 2}, 1, expected=1)
    assert await asyncio.to_thread(read_switches, "", tmp_path) == {"a": False, "b": True}
    assert await asyncio.to_thread(read_switches, f"sqlite://{tmp_path}/glimpser.db", Path("/")) == {
        "a": False,
        "b": True,
    }


def test_a_broken_database_is_told_from_none(tmp_path: Path) -> None:
    (tmp_path / "glimpser.db").write_bytes(b"not a database, certainly not" * 100)
    with pytest.raises(SwitchesUnreadable, match=r"glimpser\.db"):
        read_switches("", tmp_path)
    assert read_switches("", tmp_path / "empty") == {}
