"""Workers' questions about targets: asked of the egress service, answered, and freed when nobody needs them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from glimpser.engine.contract import Engine
from glimpser.protocol.messages import EgressAnswer, EgressAsk, EgressDone, StreamPart, WhyNot

log = logging.getLogger("glimpser.capture")

TEMPORARY = frozenset({
    "egress.resolve_failed",
    "egress.connect_failed",
    "egress.connection_refused",
    "egress.timeout",
    "egress.too_many",
    "egress.unavailable",
})  # fmt: skip
"""Refusals that may be gone at the next try."""


class OpenedTarget(Protocol):
    """A target that may be used; see `glimpser_sdk.contexts.Opened`."""

    @property
    def url(self) -> str: ...
    @property
    def proxy(self) -> str | None: ...
    @property
    def agent(self) -> str: ...


Purposes = Callable[[str, str], str]
"""The outbound purpose of a plugin as ``source``, ``analyzer`` or ``sink`` of a stream ('' = it serves none). Raises as
``EgressGate.open`` does when it has none."""


class EgressGate(Protocol):
    """The outbound policy. ``open`` raises exceptions that carry ``code`` and ``params`` when it refuses."""

    async def open(self, url: str, purpose: str, lease_id: str, /) -> OpenedTarget:
        """Check and pin a target."""

    async def release(self, lease_id: str, /) -> object:
        """Free what ``open`` set up; no error when it is gone."""


class Serves(Protocol):
    """What a plugin is to a stream in a worker, as the hub knows it: ``source``, ``analyzer``, ``sink`` or ''."""

    def __call__(self, worker_id: str, stream_id: str, plugin: str, /) -> str: ...


def part_of(stream: StreamPart | None, plugin: str) -> str:
    """What a plugin is to a stream; a source before anything else."""
    if stream is None:
        return ""
    if stream.source.component.plugin == plugin:
        return "source"
    if any(part.component.plugin == plugin for part in stream.analyzers):
        return "analyzer"
    return "sink" if any(part.component.plugin == plugin for part in stream.sinks) else ""


class Leases:
    """Held leases, by worker and stream."""

    def __init__(self, engine: Engine, gate: EgressGate, purposes: Purposes, serves: Serves) -> None:
        self._engine = engine
        self._gate = gate
        self._purposes = purposes
        self._serves = serves
        self._held: dict[str, tuple[str, str]] = {}

    async def ask(self, worker_id: str, ask: EgressAsk) -> None:
        """Answer one question."""
        lease = f"{worker_id}/{ask.lease}"
        self._held[lease] = (worker_id, ask.stream_id)
        try:
            purpose = self._purposes(ask.plugin, self._serves(worker_id, ask.stream_id, ask.plugin))
            target = await self._gate.open(ask.url, purpose, lease)
        except Exception as error:
            self._held.pop(lease, None)
            self._engine.answer(worker_id, self._refusal(ask, error))
            return
        if lease not in self._held:  # worker or stream ended meanwhile
            await self._gate.release(lease)
            return
        answer = EgressAnswer(request_id=ask.request_id, url=target.url, proxy=target.proxy, agent=target.agent)
        self._engine.answer(worker_id, answer)

    def _refusal(self, ask: EgressAsk, error: Exception) -> EgressAnswer:
        code = getattr(error, "code", None)
        if not isinstance(code, str):
            log.exception("opening a target for %s failed", ask.plugin)
            return EgressAnswer(request_id=ask.request_id, why=WhyNot(code="egress.unavailable"), retry=True)
        why = WhyNot(code=code, params=dict(getattr(error, "params", {})))
        return EgressAnswer(request_id=ask.request_id, why=why, retry=code in TEMPORARY)

    def done(self, worker_id: str, done: EgressDone) -> Coroutine[Any, Any, None]:
        """A worker needs a lease no longer."""
        return self._release([f"{worker_id}/{done.lease}"])

    def stream_ended(self, stream_id: str, worker_id: str) -> Coroutine[Any, Any, None]:
        """A stream stopped in a worker."""
        return self._release([k for k, held in self._held.items() if held == (worker_id, stream_id)])

    def worker_ended(self, worker_id: str) -> Coroutine[Any, Any, None]:
        """A worker is gone."""
        return self._release([k for k, (worker, _) in self._held.items() if worker == worker_id])

    async def _release(self, leases: list[str]) -> None:
        for lease in leases:
            if self._held.pop(lease, None) is not None:
                try:
                    await self._gate.release(lease)
                except Exception:
                    log.exception("releasing a target failed")
