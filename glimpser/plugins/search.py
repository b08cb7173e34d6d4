"""Asks plugins what they find. One that raises, hangs or answers nonsense is left out, and named in log and metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from prometheus_client import Counter

from glimpser.plugins.registry import Offer
from glimpser.plugins.state import PluginExit
from glimpser_sdk.search import SearchHit, SearchQuestion, hit_problem
from glimpser_sdk.specs import SearchSpec

FAILURES, PAUSE_S = 3, 60.0
"""After so many failures in a row a plugin is not asked for so long: nobody waits for it at every letter they type."""

_log = logging.getLogger("glimpser.plugins")

Asked = tuple[Offer[SearchSpec], SearchQuestion]
Found = tuple[Offer[SearchSpec], list[SearchHit]]
_Task = asyncio.Task[tuple[list[SearchHit], str]]


@dataclass(slots=True)
class _Record:
    failures: int = 0
    paused_until: float = 0.0
    running: set[_Task] = field(default_factory=set)


class PluginSearch:
    """``counted``: searches by plugin and outcome: answered, failed, late, nonsense, paused."""

    def __init__(self, contexts: Mapping[str, Any], counted: Counter) -> None:
        self._contexts = contexts
        self._counted = counted
        self._records: dict[tuple[str, str], _Record] = {}

    async def find(self, asked: Iterable[Asked], seconds: float) -> list[Found]:
        """Ask all at once; what each found by then that may be seen, in their order."""
        tasks: list[tuple[Offer[SearchSpec], _Task]] = []
        for offer, question in asked:
            record = self._record(offer)
            if record.paused_until > time.monotonic() or len(record.running) >= FAILURES:
                self._counted.labels(offer.plugin, "paused").inc()
                continue
            task = asyncio.create_task(self._ask(offer, question), name=f"{offer.plugin}: search")
            record.running.add(task)
            task.add_done_callback(partial(_ended, record))
            tasks.append((offer, task))
        if not tasks:
            return []
        try:
            await asyncio.wait([task for _, task in tasks], timeout=seconds)
        finally:
            for _, task in tasks:
                task.cancel()
        return [(offer, self._answer(offer, task, seconds)) for offer, task in tasks]

    async def _ask(self, offer: Offer[SearchSpec], question: SearchQuestion) -> tuple[list[SearchHit], str]:
        """What may be shown, and what is wrong with the rest."""
        try:
            find = await asyncio.to_thread(offer.spec.find.load)
            result = await find(self._contexts[offer.plugin], question)
            if not isinstance(result, list | tuple):
                return [], f"it must answer a list of SearchHit, not {type(result).__name__}"
            hits = [(hit, hit_problem(hit, question)) for hit in result[: question.limit]]
            return [hit for hit, wrong in hits if not wrong], next((wrong for _, wrong in hits if wrong), "")
        except (KeyboardInterrupt, SystemExit) as error:
            # Left alone, asyncio would hand these to the event loop and end the hub.
            raise PluginExit(f"it raised {type(error).__name__}({error})") from error

    def _answer(self, offer: Offer[SearchSpec], task: _Task, seconds: float) -> list[SearchHit]:
        if not task.done():
            return self._fail(offer, "late", f"it took longer than {seconds:g} s")
        if task.cancelled():
            return self._fail(offer, "failed", "it cancelled itself")
        if error := task.exception():
            return self._fail(offer, "failed", f"{type(error).__name__}: {error}", error)
        hits, wrong = task.result()
        if wrong:
            self._fail(offer, "nonsense", wrong)
        else:
            self._record(offer).failures = 0
            self._counted.labels(offer.plugin, "answered").inc()
        return hits

    def _fail(
        self, offer: Offer[SearchSpec], outcome: str, why: str, error: BaseException | None = None
    ) -> list[SearchHit]:
        record = self._record(offer)
        record.failures += 1
        if record.failures >= FAILURES:
            record.failures, record.paused_until = 0, time.monotonic() + PAUSE_S
            why += f"; it is not asked again for {PAUSE_S:g} s"
        self._counted.labels(offer.plugin, outcome).inc()
        _log.warning("the search of plugin %s (%s): %s", offer.plugin, offer.spec.title, why, exc_info=error)
        return []

    def _record(self, offer: Offer[SearchSpec]) -> _Record:
        return self._records.setdefault((offer.plugin, offer.spec.title), _Record())


def _ended(record: _Record, task: _Task) -> None:
    record.running.discard(task)
    if not task.cancelled():
        task.exception()  # taken note of: what comes after the time is nobody's any more
