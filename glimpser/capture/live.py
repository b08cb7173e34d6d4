"""Pictures for viewers: one encode for each stream and size, however many watch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from glimpser.engine.contract import Engine, EngineError
from glimpser.protocol.messages import LiveView, Picture, TakeSnapshot, WhyNot
from glimpser_sdk.ids import new_id

from .viewer import LiveSession, Viewer

SIDES = (160, 320, 640, 960, 1280)
"""Sizes that are encoded: longest side in pixels. Beyond the last it is the native size, written 0."""
LINGER_S = 1.5
"""How long a size stays watched after its last viewer left."""
FRESH_S = 10.0
"""A picture kept from earlier viewers is shown at once to a new one while it is no older than this."""
MAX_FPS = 30.0
SNAPSHOT_FPS = 5.0


def snap(side: int) -> int:
    """The encoded size for a wanted longest side: the next larger one; 0 (native) for 0 and beyond the largest."""
    return next((s for s in SIDES if s >= side), 0) if side > 0 else 0


@dataclass(slots=True)
class _Watched:
    """One stream with viewers, or that had some just now."""

    viewers: set[Viewer] = field(default_factory=set)
    sent: list[LiveView] = field(default_factory=list)
    last: dict[int, tuple[float, Picture]] = field(default_factory=dict)
    linger: asyncio.TimerHandle | None = None

    def views(self) -> list[LiveView]:
        fastest: dict[int, float] = {}
        for viewer in self.viewers:
            fastest[viewer.side] = max(fastest.get(viewer.side, 0.0), viewer.max_fps)
        return [LiveView(side=side, max_fps=fps) for side, fps in sorted(fastest.items())]


class Live:
    """``generation``: the generation of a stream whose worker can be asked for pictures, None when there is none."""

    def __init__(self, engine: Engine, generation: Callable[[str], int | None]) -> None:
        self._engine = engine
        self._generation = generation
        self._streams: dict[str, _Watched] = {}
        self._viewers: dict[str, Viewer] = {}
        self._snapshots: dict[tuple[str, bool, int | None], asyncio.Task[Picture]] = {}

    # --- viewers

    def open(self, stream_id: str, side: int, max_fps: float, *, principal: str = "", kind: str = "") -> Viewer:
        """Watch a stream; pictures come whenever it runs. ``side``: wanted longest side in pixels, 0 = native, snapped
        to the next size. ``max_fps``: 0.1 to 30. ``principal`` and ``kind`` are shown in the list of sessions."""
        viewer = Viewer(
            new_id(),
            stream_id,
            snap(side),
            min(MAX_FPS, max(0.1, max_fps)),
            principal=principal,
            kind=kind,
            closed=self._left,
        )
        watched = self._streams.setdefault(stream_id, _Watched())
        if (last := self._recent(watched, viewer.side)) is not None:
            viewer.offer(last)
        watched.viewers.add(viewer)
        self._viewers[viewer.id] = viewer
        self._update(stream_id, watched)
        return viewer

    def _recent(self, watched: _Watched, side: int) -> Picture | None:
        at, picture = watched.last.get(side, (0.0, None))
        return picture if time.monotonic() - at <= FRESH_S else None

    def _left(self, viewer: Viewer) -> None:
        self._viewers.pop(viewer.id, None)
        watched = self._streams.get(viewer.stream_id)
        if watched is None:
            return
        watched.viewers.discard(viewer)
        if watched.linger is None:
            loop = asyncio.get_running_loop()
            watched.linger = loop.call_later(LINGER_S, self._lingered, viewer.stream_id, watched)

    def _lingered(self, stream_id: str, watched: _Watched) -> None:
        watched.linger = None
        if self._streams.get(stream_id) is watched:
            self._update(stream_id, watched)
            if not watched.viewers:
                del self._streams[stream_id]

    def _update(self, stream_id: str, watched: _Watched) -> None:
        views = watched.views()
        if views != watched.sent and (generation := self._generation(stream_id)) is not None:
            watched.sent = views
            self._engine.watch(stream_id, generation, views, "main")

    def sessions(self) -> list[LiveSession]:
        """All viewers."""
        return [viewer.session() for viewer in self._viewers.values()]

    def count(self, kind: str, principal: str | None = None) -> int:
        """How many viewers of a kind there are; ``principal``: of theirs, with ``*`` of all whose name begins so."""
        wanted = "*" if principal is None else principal
        return sum(
            v.kind == kind and (v.principal == wanted or (wanted[-1:] == "*" and v.principal.startswith(wanted[:-1])))
            for v in self._viewers.values()
        )

    def disconnect(self, viewer_id: str) -> bool:
        """End a viewer; False when there is none of this id."""
        viewer = self._viewers.get(viewer_id)
        if viewer is not None:
            viewer.close()
        return viewer is not None

    # --- what happens to streams

    def started(self, stream_id: str) -> None:
        """A new generation begins or runs: nothing of the old one is shown any more, its masks may have been others."""
        if (watched := self._streams.get(stream_id)) is not None:
            watched.last.clear()
            watched.sent = []
            self._update(stream_id, watched)

    def removed(self, stream_id: str) -> None:
        """A stream is gone: its viewers end."""
        watched = self._streams.pop(stream_id, None)
        for viewer in list(watched.viewers) if watched else []:
            viewer.close()

    def pictured(self, picture: Picture) -> None:
        """A live picture arrived."""
        if picture.generation != self._generation(picture.stream_id):
            return
        self._engine.credit(picture.stream_id, 1)
        watched = self._streams.get(picture.stream_id)
        if watched is None:
            return
        watched.last[picture.side] = (time.monotonic(), picture)
        for viewer in watched.viewers:
            if viewer.side == picture.side:
                viewer.offer(picture)

    # --- snapshots

    async def snapshot(
        self, stream_id: str, *, fresh: bool = False, side: int | None = None, timeout_s: float = 10.0
    ) -> Picture:
        """One picture, shared by all who ask at the same time. ``side``: longest side wanted (snapped), None = native.
        ``fresh``: taken after the first of those who share it asked. EngineError says why there is none (code
        ``stream.not_running``, ``snapshot.timeout`` or the source's own)."""
        key = (stream_id, fresh, None if side is None else snap(side))
        task = self._snapshots.get(key)
        if task is None:
            task = asyncio.create_task(self._take(*key, timeout_s), name=f"snapshot {stream_id}")
            self._snapshots[key] = task
            task.add_done_callback(lambda done: self._taken(key, done))
        return await asyncio.shield(task)

    def _taken(self, key: tuple[str, bool, int | None], task: asyncio.Task[Picture]) -> None:
        del self._snapshots[key]
        if not task.cancelled():
            task.exception()  # those who wait get it; when all of them left, nobody misses it

    async def _take(self, stream_id: str, fresh: bool, side: int | None, timeout_s: float) -> Picture:
        generation = self._generation(stream_id)
        if generation is None:
            raise EngineError(WhyNot(code="stream.not_running"))
        request = TakeSnapshot(
            request_id=new_id(), stream_id=stream_id, generation=generation, fresh=fresh, timeout_s=timeout_s
        )
        try:
            if not side:
                return await self._engine.snapshot(request)
            since = await self._engine.snapshot(request) if fresh else None
            return await asyncio.wait_for(self._look(stream_id, side, since), timeout_s)
        except TimeoutError:
            raise EngineError(WhyNot(code="snapshot.timeout", params={"seconds": timeout_s})) from None

    async def _look(self, stream_id: str, side: int, since: Picture | None) -> Picture:
        """A small picture is what a viewer of that size sees first, not older than ``since``."""
        async with self.open(stream_id, side, SNAPSHOT_FPS, kind="snapshot") as viewer:
            async for picture in viewer:
                if since is None or picture.sequence >= since.sequence:
                    return picture
        raise EngineError(WhyNot(code="stream.not_running"))

    def close(self) -> None:
        """End all viewers and pending snapshots."""
        for viewer in list(self._viewers.values()):
            viewer.close()
        for watched in self._streams.values():
            if watched.linger is not None:
                watched.linger.cancel()
        for task in self._snapshots.values():
            task.cancel()
