"""Workers' questions about targets: asked of the egress service, answered, and freed when nobody needs them."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from glimpser.engine.contract import Engine
from glimpser.protocol.messages import EgressAnswer, EgressAsk, EgressDone, WhyNot

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


class EgressGate(Protocol):
    """The outbound policy. ``open`` raises exceptions that carry ``code`` and ``params`` when it refuses."""

    async def open(self, url: str, purpose: str, lease_id: str, /) -> OpenedTarget:
        """Check and pin a target."""

    async def release(self, lease_id: str, /) -> object:
        """Free what ``open`` set up; no error when it is gone."""


class Leases:
    """Held leases, by worker and stream."""

    def __init__(self, engine: Engine, gate: EgressGate) -> None:
        self._engine = engine
        self._gate = gate
        self._held: dict[str, tuple[str, str]] = {}

    async def ask(self, worker_id: str, ask: EgressAsk) -> None:
        """Answer one question."""
        lease = f"{worker_id}/{ask.lease}"
        self._held[lease] = (worker_id, ask.stream_id)
        try:
            target = await self._gate.open(ask.url, ask.purpose, lease)
        except Exception as error:
            self._held.pop(lease, None)
            self._engine.answer(worker_id, self._refusal(ask, error))
            return
        if lease not in self._held:  # worker or stream ended meanwhile
            await self._gate.release(lease)
            return
        self._engine.answer(worker_id, EgressAnswer(request_id=ask.request_id, url=target.url, proxy=target.proxy))

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
