"""The way out of a worker: every target is asked of the hub, which checks and pins it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from glimpser.protocol.messages import EgressAnswer, EgressAsk, EgressDone
from glimpser_sdk import ConfigInvalid, NotReady, new_id
from glimpser_sdk.contexts import Opened

if TYPE_CHECKING:
    import httpx

ASK_TIMEOUT_S = 10.0


class EgressDesk:
    """Asks the hub and hands the answers to whoever waits."""

    def __init__(self, post: Callable[[Any], None]) -> None:
        self._post = post
        self._lock = threading.Lock()
        self._waiting: dict[str, Future[EgressAnswer]] = {}

    def ask(self, stream_id: str, plugin: str, url: str) -> tuple[str, Future[EgressAnswer]]:
        """Post the question; returns the lease's id and where the answer will be."""
        request, lease = new_id(), new_id()
        answer: Future[EgressAnswer] = Future()
        with self._lock:
            self._waiting[request] = answer
        answer.add_done_callback(lambda _: self._waiting.pop(request, None))
        self._post(EgressAsk(request_id=request, lease=lease, stream_id=stream_id, plugin=plugin, url=url))
        return lease, answer

    def relay(self, question: EgressAsk, reply: Callable[[EgressAnswer], None]) -> None:
        """Pass on the question of a child process; ``reply`` gets the hub's answer."""
        answer: Future[EgressAnswer] = Future()
        with self._lock:
            self._waiting[question.request_id] = answer
        answer.add_done_callback(lambda done: self._replied(question.request_id, done, reply))
        self._post(question)

    def _replied(self, request: str, done: Future[EgressAnswer], reply: Callable[[EgressAnswer], None]) -> None:
        self._waiting.pop(request, None)
        # EOFError: the child that asked is gone.
        with suppress(EOFError):
            reply(done.result())

    def answer(self, message: EgressAnswer) -> None:
        """The hub's answer came."""
        with self._lock:
            waiting = self._waiting.get(message.request_id)
        if waiting is not None and waiting.set_running_or_notify_cancel():
            waiting.set_result(message)

    def release(self, lease: str) -> None:
        """The target is no longer used."""
        self._post(EgressDone(lease=lease))


def opened(answer: EgressAnswer) -> Opened:
    """The target of an answer. ConfigInvalid when it is refused, NotReady when it may work later."""
    if answer.why is None:
        return Opened(url=answer.url, proxy=answer.proxy, agent=answer.agent)
    params = {key: value for key, value in answer.why.params.items() if key not in ("detail", "field")}
    detail = str(answer.why.params.get("detail", ""))
    if answer.retry:
        raise NotReady(detail, code=answer.why.code, **params)
    field = str(answer.why.params.get("field", "url"))
    raise ConfigInvalid(detail or answer.why.code, field=field, code=answer.why.code, **params)


class Egress:
    """One instance's ``ctx.egress``. Leases end with :meth:`close`."""

    def __init__(self, desk: EgressDesk, stream_id: str, plugin: str) -> None:
        self._desk, self._stream_id, self._plugin = desk, stream_id, plugin
        self._leases: list[str] = []

    def open(self, url: str) -> Opened:
        """Check and pin a target; blocks up to 10 s. Raises ConfigInvalid or NotReady."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise RuntimeError("egress.open() blocks: call it from a thread, or use egress.http()")
        lease, answer = self._desk.ask(self._stream_id, self._plugin, url)
        self._leases.append(lease)
        try:
            return opened(answer.result(ASK_TIMEOUT_S))
        except TimeoutError:
            answer.cancel()
            raise NotReady("the hub did not answer", code="egress.timeout", host="the outbound service") from None

    async def open_async(self, url: str) -> Opened:
        """The same from the event loop."""
        lease, answer = self._desk.ask(self._stream_id, self._plugin, url)
        self._leases.append(lease)
        try:
            async with asyncio.timeout(ASK_TIMEOUT_S):
                return opened(await asyncio.wrap_future(answer))
        except TimeoutError:
            raise NotReady("the hub did not answer", code="egress.timeout", host="the outbound service") from None

    def http(self, *, verify_tls: bool = True) -> httpx.AsyncClient:  # noqa: TID251 - asks the hub first
        """An HTTP client that asks for each new origin and goes through the proxy it is told. Close it."""
        from .http import client

        return client(self, verify_tls)

    def close(self) -> None:
        """Give back all leases."""
        leases, self._leases = self._leases, []
        for lease in leases:
            self._desk.release(lease)
