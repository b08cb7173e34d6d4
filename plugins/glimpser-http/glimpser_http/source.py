"""The source: a picture at each step of a steady schedule."""

from __future__ import annotations

import asyncio
import copy
import math
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from glimpser_http.config import HttpConfig
from glimpser_http.fetch import Fetcher
from glimpser_http.images import decode
from glimpser_sdk.errors import GlimpserError
from glimpser_sdk.sources import Cadence

if TYPE_CHECKING:
    from glimpser_sdk.contexts import WorkerContext
    from glimpser_sdk.pictures import Picture


class HttpSource:
    """Fetches every ``interval_s`` seconds, counted from the first fetch; steps that a slow server cost are left out.

    A picture that has not changed is yielded again with ``meta["unchanged"]``: it shows that the camera is there.
    Reasons of failures are in ``glimpser_http.errors.CODES``.
    """

    def __init__(self, ctx: WorkerContext, config: HttpConfig, feed: str) -> None:
        self._ctx, self._config = ctx, config
        self._fetcher = Fetcher(ctx, config)
        self._last: tuple[bytes, Picture] | None = None

    def cadence(self) -> Cadence:
        """The configured interval; a fetch may take twice its time-out."""
        return Cadence(kind="interval", seconds=self._config.interval_s, timeout_s=2 * self._config.timeout_s + 1)

    async def run(self) -> AsyncIterator[Picture]:
        """Pictures until cancelled or failed."""
        clock, interval = asyncio.get_running_loop().time, self._config.interval_s
        first = clock()
        while True:
            yield await self._picture()
            passed = (clock() - first) / interval
            await asyncio.sleep(first + (math.floor(passed) + 1) * interval - clock())

    async def _picture(self) -> Picture:
        try:
            data = await self._fetcher.fetch()
            if self._last is not None and data in (None, self._last[0]):
                picture = copy.copy(self._last[1])
                picture.meta = {"unchanged": True}
            else:
                picture = await asyncio.to_thread(decode, data or b"")
                self._last = data or b"", picture
        except GlimpserError as error:
            self._ctx.metrics.counter("failures_total").inc(code=error.reason.code)
            raise
        result = "unchanged" if picture.meta.get("unchanged") else "new"
        self._ctx.metrics.counter("fetches_total").inc(result=result)
        return picture

    async def close(self) -> None:
        """Close the connection."""
        await self._fetcher.close()
