"""Live pictures: one encode for each frame and size, however many watch."""

from __future__ import annotations

from collections.abc import Callable

from glimpser.protocol.messages import LiveView, Picture
from glimpser_sdk.frames import Frame

QUALITY = 80


def picture(frame: Frame, generation: int, purpose: str, side: int, quality: int = QUALITY) -> Picture:
    """A frame as a bulk message; ``side`` 0 = native. Encodes when this size was not yet encoded."""
    jpeg = frame.jpeg(quality, side or None)
    from glimpser_sdk.pictures import fit

    width, height = fit(frame.width, frame.height, side or None)
    return Picture(
        stream_id=frame.stream_id,
        generation=generation,
        purpose=purpose,
        side=side,
        sequence=frame.sequence,
        captured_at=frame.captured_at,
        width=width,
        height=height,
        jpeg=jpeg,
        feed=frame.feed,
    )


class Live:
    """The sizes that are watched of one feed. Called with frames on the feed's thread; ``views`` is replaced from any.

    ``take_credit`` answers whether one more picture may be sent; without it nothing is encoded and the newest frame is
    remembered until :meth:`refill`.
    """

    def __init__(
        self,
        generation: int,
        take_credit: Callable[[], bool],
        offer: Callable[[Picture], None],
        counts: dict[str, float],
    ) -> None:
        self._generation, self._take_credit, self._offer, self._counts = generation, take_credit, offer, counts
        self._views: tuple[LiveView, ...] = ()
        self._due: dict[int, int] = {}
        self._missed: dict[int, Frame] = {}
        self.slow = 1.0
        """Frame rates are divided by this while the worker is overloaded."""

    @property
    def views(self) -> tuple[LiveView, ...]:
        """What is watched."""
        return self._views

    def watch(self, views: list[LiveView], newest: Frame | None) -> None:
        """Replace what is watched; new sizes get ``newest`` at once."""
        fresh = {view.side for view in views} - {view.side for view in self._views}
        self._views = tuple(views)
        sides = {view.side for view in views}
        self._due = {side: due for side, due in self._due.items() if side in sides}
        self._missed = {side: frame for side, frame in self._missed.items() if side in sides}
        if newest is not None:
            for side in fresh:
                self._send(newest, side)

    def __call__(self, frame: Frame) -> None:
        """Encode for each size that is due."""
        for view in self._views:
            if view.max_fps <= 0:
                continue
            period = int(1e9 * self.slow / view.max_fps)
            due = self._due.get(view.side, 0)
            if frame.mono_ns < due - period // 20:
                continue
            self._due[view.side] = max(due, frame.mono_ns - period) + period
            self._send(frame, view.side)

    def _send(self, frame: Frame, side: int) -> None:
        if not self._take_credit():
            self._missed[side] = frame
            self._counts["dropped.live"] = self._counts.get("dropped.live", 0.0) + 1
            return
        self._missed.pop(side, None)
        made = picture(frame, self._generation, "live", side)
        name = f"jpeg.{side}"
        self._counts[name] = self._counts.get(name, 0.0) + 1
        self._offer(made)

    @property
    def owing(self) -> bool:
        """Whether a frame waits for credit."""
        return bool(self._missed)

    def refill(self) -> None:
        """Credit came: send the newest frame of each size that had to wait."""
        for side, frame in list(self._missed.items()):
            self._send(frame, side)
