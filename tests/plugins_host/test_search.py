"""Plugins that are asked what they find: none waits for another, and nothing of them gets further than it may."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter

from glimpser.api import plugin_search
from glimpser.identity.policy import Principal
from glimpser.identity.restrictions import Restrictions
from glimpser.plugins import search
from glimpser.plugins.registry import Offer, Registry
from glimpser.plugins.search import PluginSearch
from glimpser_sdk import SearchHit, SearchQuestion, SearchSpec, lazy, new_id

STREAM = new_id()
GOOD = SearchHit(id="a", title="Found", link="help", stream_id=STREAM)
QUESTION = SearchQuestion(text="found", limit=3, streams=frozenset({STREAM}))


class Asker:
    """Plugins by name, each with a function that finds, and what was counted of them."""

    def __init__(self, **plugins: Callable[..., Awaitable[Any]]) -> None:
        self.module = ModuleType("found_by_tests")
        for name, find in plugins.items():
            setattr(self.module, name, find)
        self.counter = Counter("glimpser_plugin_searches", "", ["plugin", "outcome"], registry=CollectorRegistry())
        self.search = PluginSearch(dict.fromkeys(plugins, "ctx"), self.counter)
        self.offers = [
            Offer(name, SearchSpec(title=name, permission="x.y", find=lazy(f"found_by_tests:{name}")))
            for name in plugins
        ]

    async def find(self, seconds: float = 0.1) -> dict[str, list[str]]:
        found = await self.search.find([(offer, QUESTION) for offer in self.offers], seconds)
        return {offer.plugin: [hit.id for hit in hits] for offer, hits in found}

    def outcomes(self, plugin: str) -> dict[str, int]:
        return {
            sample.labels["outcome"]: int(sample.value)
            for metric in self.counter.collect()
            for sample in metric.samples
            if sample.name.endswith("_total") and sample.labels["plugin"] == plugin
        }


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Asker]:
    def make(**plugins: Any) -> Asker:
        made = Asker(**plugins)
        monkeypatch.setitem(sys.modules, "found_by_tests", made.module)
        return made

    return make


async def good(ctx: Any, question: SearchQuestion) -> list[SearchHit]:
    assert (ctx, question) == ("ctx", QUESTION)
    return [GOOD]


async def test_one_that_raises_or_hangs_or_answers_nonsense_harms_nothing(
    asker: Callable[..., Asker], caplog: pytest.LogCaptureFixture
) -> None:
    class Trap:
        def __getattribute__(self, name: str) -> Any:
            raise MemoryError(name)

    async def raises(ctx: Any, question: Any) -> Any:
        raise RuntimeError("no index today")

    async def leaves(ctx: Any, question: Any) -> Any:
        sys.exit(3)

    async def hangs(ctx: Any, question: Any) -> Any:
        await asyncio.sleep(60)

    async def wants_no_end(ctx: Any, question: Any) -> Any:
        for _ in range(4):
            try:
                await asyncio.sleep(0.2)
            except asyncio.CancelledError:
                continue

    async def says(what: Any) -> Any:
        return what

    def no_coroutine(ctx: Any, question: Any) -> Any:
        return [GOOD]

    nonsense = {
        f"nonsense{n}": (lambda ctx, question, what=what: says(what))
        for n, what in enumerate((None, "hits", 7, {"hits": [GOOD]}, [None], ["x"], GOOD))
    }
    made = asker(good=good, raises=raises, leaves=leaves, hangs=hangs, wants_no_end=wants_no_end,
                 no_coroutine=no_coroutine, trap=lambda ctx, question: says([Trap()]), **nonsense)  # fmt: skip
    began = time.monotonic()
    with caplog.at_level(logging.WARNING):
        found = await made.find()
    assert time.monotonic() - began < 0.5
    assert {name: hits for name, hits in found.items() if hits} == {"good": ["a"]}
    assert made.outcomes("good") == {"answered": 1}
    for name in ("raises", "leaves", "no_coroutine", "trap"):
        assert made.outcomes(name) == {"failed": 1}, name
        assert f"the search of plugin {name}" in caplog.text
    for name in ("hangs", "wants_no_end"):
        assert made.outcomes(name) == {"late": 1}
    for name in nonsense:
        assert made.outcomes(name) == {"nonsense": 1}
    assert "no index today" in caplog.text


async def test_what_may_not_be_seen_is_left_out_and_told(
    asker: Callable[..., Asker], caplog: pytest.LogCaptureFixture
) -> None:
    async def leaks(ctx: Any, question: Any) -> Any:
        return [SearchHit(id="b", title="Secret", link="help", stream_id=new_id()), GOOD,
                SearchHit(id="c", title="Secret", link="help"), GOOD, GOOD]  # fmt: skip

    made = asker(leaks=leaks)
    assert await made.find() == {"leaks": ["a"]}
    assert made.outcomes("leaks") == {"nonsense": 1}
    assert "may not see" in caplog.text
    assert "Secret" not in caplog.text


async def test_one_that_fails_again_and_again_is_not_waited_for(
    asker: Callable[..., Asker], monkeypatch: pytest.MonkeyPatch
) -> None:
    works = False

    async def hangs(ctx: Any, question: Any) -> Any:
        if not works:
            await asyncio.sleep(60)
        return [GOOD]

    made = asker(hangs=hangs, good=good)
    for _ in range(search.FAILURES):
        assert (await made.find(0.02))["good"] == ["a"]
    began = time.monotonic()
    assert await made.find(5) == {"good": ["a"]}
    assert time.monotonic() - began < 1
    assert made.outcomes("hangs") == {"late": search.FAILURES, "paused": 1}
    works = True
    later = time.monotonic() + search.PAUSE_S + 1
    monkeypatch.setattr(search.time, "monotonic", lambda: later)
    assert await made.find(5) == {"hangs": ["a"], "good": ["a"]}


async def test_who_goes_away_leaves_nothing_running(asker: Callable[..., Asker]) -> None:
    ended = asyncio.Event()

    async def hangs(ctx: Any, question: Any) -> Any:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    made = asker(hangs=hangs)
    asked = asyncio.ensure_future(made.find(30))
    await asyncio.sleep(0.05)
    asked.cancel()
    await asyncio.wait_for(ended.wait(), 1)
    with pytest.raises(asyncio.CancelledError):
        await asked


def hub_of(monkeypatch: pytest.MonkeyPatch, *, listed: bool = False) -> tuple[Any, list[Any]]:
    """A hub whose plugins find by the core's permission, and what each of them was asked."""
    asked: list[Any] = []

    async def find(questions: Any, seconds: float) -> list[Any]:
        asked.extend((offer.plugin, question) for offer, question in questions)
        return []

    async def ids(*columns: str, flat: bool) -> list[str]:
        return [STREAM]

    async def switches() -> dict[str, bool]:
        return {"off": False, "on": True}

    states = {"off": "running", "on": "degraded", "never": "running", "failed": "setup_retry", "others": "running"}
    offers = tuple(
        Offer(name, SearchSpec(title=name, permission="x.y" if name == "others" else "streams.view", find=lazy("a:b")))
        for name in states
    )
    monkeypatch.setattr(plugin_search.visible, "streams", lambda *_: SimpleNamespace(values_list=ids))
    monkeypatch.setattr(plugin_search, "read_enabled", switches)
    hub = SimpleNamespace(
        plugins=SimpleNamespace(
            registry=Registry(search=offers), plugins={n: SimpleNamespace(state=s) for n, s in states.items()}
        ),
        settings=SimpleNamespace(plugins=("on",) if listed else None),
        plugin_search=SimpleNamespace(find=find),
        identity=SimpleNamespace(permissions=SimpleNamespace(on_streams=())),
    )
    return hub, asked


def somebody(**more: Any) -> Principal:
    held: Any = {"hubwide": frozenset({"streams.view"}), **more}
    return Principal(id="a", name="a", role="r", kind="user", session_id="", **held)


async def test_those_are_asked_that_run_and_are_not_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, asked = hub_of(monkeypatch)
    await plugin_search.by_plugins(hub, somebody(), "found", 3)
    question = SearchQuestion(text="found", limit=3, streams=frozenset({STREAM}), whole=True)
    assert asked == [("on", question), ("never", question)]
    hub, asked = hub_of(monkeypatch, listed=True)
    one = somebody(hubwide=frozenset(), grants={STREAM: frozenset({"streams.view"})})
    await plugin_search.by_plugins(hub, one, "found", 3)
    assert [plugin for plugin, _ in asked] == ["off", "on", "never"]
    assert not any(question.whole for _, question in asked)


@pytest.mark.parametrize("restrictions", [{"live_only": True}, {"delay_minutes": 1}])
async def test_nobody_finds_what_is_younger_than_they_may_see(
    monkeypatch: pytest.MonkeyPatch, restrictions: dict[str, Any]
) -> None:
    hub, asked = hub_of(monkeypatch)
    assert await plugin_search.by_plugins(hub, somebody(restrictions=Restrictions(**restrictions)), "found", 3) == []
    assert asked == []
