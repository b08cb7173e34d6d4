"""Files played as if they were live."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glimpser_sdk.contexts import Clock
    from glimpser_sdk.packets import Packet

_LATE_S = 1.0
_SHORTEST_TURN_S = 0.04
_GUESSED_FPS = 25.0


class Replay:
    """Gives packets the times of one endless stream and, where asked, waits until each is due.

    ``wait(seconds)`` returns True when it was ended early; then nothing more is given.
    """

    def __init__(self, clock: Clock, wait: Callable[[float], bool], *, realtime: bool) -> None:
        self._clock, self._wait, self._realtime = clock, wait, realtime
        self._shift_s = 0.0
        self._began_ns: int | None = None
        self._media_zero_s = 0.0

    def turn(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """One pass through the file; the next one continues where this one ended."""
        start, end = math.inf, 0.0
        for number, packet in enumerate(packets):
            base = packet.time_base[0] / packet.time_base[1]
            if packet.dts is None and packet.pts is None:
                # A bare stream of pictures has no times, only a rate.
                packet.dts = packet.native.dts = round(number / (packet.parameters.fps or _GUESSED_FPS) / base)
            due = packet.dts if packet.dts is not None else packet.pts
            shown = packet.pts if packet.pts is not None else due
            if due is None or shown is None:
                continue
            start = min(start, shown * base)
            end = max(end, (shown + (packet.native.duration or 0)) * base)
            if self._realtime and not self._due(due * base + self._shift_s):
                return
            packet.mono_ns, packet.received_at = self._clock.mono_ns(), self._clock.now()
            if self._shift_s:
                _shift(packet, round(self._shift_s / base))
            yield packet
        self._shift_s += max(end - start, _SHORTEST_TURN_S)

    def _due(self, media_s: float) -> bool:
        """Wait until a moment of the media has come; a reader that fell behind goes on from where it is."""
        now = self._clock.mono_ns()
        if self._began_ns is None:
            self._began_ns, self._media_zero_s = now, media_s
        ahead = media_s - self._media_zero_s - (now - self._began_ns) / 1e9
        if ahead < -_LATE_S:
            self._began_ns, self._media_zero_s = now, media_s
        return ahead <= 0 or not self._wait(ahead)


def _shift(packet: Packet, ticks: int) -> None:
    native = packet.native
    if packet.pts is not None:
        packet.pts = native.pts = packet.pts + ticks
    if packet.dts is not None:
        packet.dts = native.dts = packet.dts + ticks
