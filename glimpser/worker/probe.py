"""Trying a source without keeping anything."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Executor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from glimpser.protocol.messages import Probe, Probed, WhyNot
from glimpser_sdk.errors import GlimpserError, NotReady, Reason, StreamEnded
from glimpser_sdk.frames import Frame

from .components import PluginFailure, make, secrets
from .context import Context, Surroundings
from .demand import total
from .feed import Feed
from .live import QUALITY
from .status import RateMeter, why_not

PREVIEW_SIDE = 640
MARK_NS = 250_000_000
MEASURE_S = 1.5
"""Watching goes on this long for the frame rate once there is a picture."""


class _Trial:
    """A feed that collects one picture and the rate."""

    def __init__(self, probe: Probe, around: Surroundings) -> None:
        from glimpser_sdk.demand import Decode, Demand

        self._clock = around.clock
        self.feed = Feed(f"probe-{probe.request_id}", probe.feed, clock=around.clock)
        self.feed.demand = total([Demand(decode=Decode.KEY, why=("probe",))])
        self.frame: Frame | None = None
        self.feed.routes = (self._keep,)
        self.rate = RateMeter()
        self.codec = ""
        self._until: int | None = None
        self._marked_ns = 0

    def _keep(self, frame: Frame) -> None:
        self.frame = self.frame or frame

    def take(self, item: Any) -> bool:
        """Take an item; True when enough was seen."""
        self.feed.item(item)
        now = self._clock.mono_ns()
        if now - self._marked_ns > MARK_NS:
            self._marked_ns = now
            self.rate.mark(self.feed.pictures, self.feed.last_media_s, self.feed.last_mono_ns)
        if self.frame is None:
            return False
        if self.feed.parameters is None:
            return True
        self.codec = self.feed.parameters.codec
        self._until = self._until or now + int(MEASURE_S * 1e9)
        return now >= self._until

    def result(self, request_id: str, frame: Frame) -> Probed:
        """What was found out."""
        return Probed(
            request_id=request_id,
            width=frame.width,
            height=frame.height,
            fps=self.rate.fps,
            codec=self.codec,
            jpeg=frame.jpeg(QUALITY, PREVIEW_SIDE),
            details={key: value for key, value in frame.meta.items() if isinstance(value, (str, int, float, bool))},
        )


def _context(probe: Probe, around: Surroundings, folder: str) -> Context:
    component = probe.source.component
    return Context(
        around,
        stream_id=f"probe-{probe.request_id}",
        generation=0,
        plugin=component.plugin,
        folder=Path(folder),
        media_roots=tuple(Path(root) for root in probe.media_roots),
        secrets=secrets(component),
    )


def _blocking(probe: Probe, trial: _Trial, context: Context, source_made: list[Any]) -> None:
    source = make(probe.source.component, context, probe.feed)
    source_made.append(source)
    try:
        trial.feed.connected(source)
        for item in source.run():
            if trial.take(item):
                return
        if trial.frame is None:
            raise StreamEnded
    finally:
        source.close()
        trial.feed.disconnected()


async def _async(probe: Probe, trial: _Trial, context: Context, pool: Executor) -> None:
    loop = asyncio.get_running_loop()
    source = await loop.run_in_executor(pool, make, probe.source.component, context, probe.feed)
    try:
        trial.feed.connected(source)
        async for item in source.run():
            if await loop.run_in_executor(pool, trial.take, item):
                return
        raise StreamEnded
    finally:
        await source.close()


async def _try(probe: Probe, trial: _Trial, context: Context, pool: Executor) -> None:
    if probe.source.shape == "async":
        async with asyncio.timeout(probe.timeout_s):
            await _async(probe, trial, context, pool)
        return
    made: list[Any] = []
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()

    def settle(error: BaseException | None) -> None:
        if not ended.done():
            ended.set_exception(error) if error else ended.set_result(None)

    def work() -> None:
        # A thread of its own: a source that hangs must not keep one of the pool's.
        error: BaseException | None = None
        try:
            _blocking(probe, trial, context, made)
        except Exception as failure:
            error = failure
        try:
            loop.call_soon_threadsafe(settle, error)
        except RuntimeError:
            return

    threading.Thread(target=work, name="probe", daemon=True).start()
    try:
        async with asyncio.timeout(probe.timeout_s):
            await asyncio.shield(ended)
    finally:
        for source in made:
            threading.Thread(target=source.close, name="close-probe", daemon=True).start()


async def run_probe(probe: Probe, around: Surroundings, pool: Executor) -> None:
    """Connect, decode one picture, measure the rate, answer."""
    trial = _Trial(probe, around)
    with TemporaryDirectory(prefix="glimpser-probe-") as folder:
        context = _context(probe, around, folder)
        why: Reason | None = None
        try:
            await _try(probe, trial, context, pool)
        except TimeoutError:
            why = NotReady(code="stream.connect_timeout", seconds=probe.timeout_s).reason
        except GlimpserError as error:
            why = error.reason
        except PluginFailure as error:
            why = Reason(error.code, {"plugin": error.plugin, "detail": str(error)})
        except Exception as error:
            detail = f"{type(error).__name__}: {error}"
            why = Reason("plugin.failed", {"plugin": probe.source.component.plugin, "detail": detail})
        finally:
            context.close()
        if trial.frame is not None:
            around.post(
                await asyncio.get_running_loop().run_in_executor(pool, trial.result, probe.request_id, trial.frame)
            )
        else:
            answer: WhyNot | None = why_not(why or Reason("stream.no_frames"))
            around.post(Probed(request_id=probe.request_id, why=answer))
