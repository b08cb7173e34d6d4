"""Times within a clip: from 0 on, in order, whatever the source's clock does."""

from __future__ import annotations

from fractions import Fraction

from glimpser_sdk.packets import Packet

MAX_STEP_S = 10
"""A longer step of the source's clock is believed only when about that much real time went by too."""


def decoding_s(packet: Packet) -> Fraction | None:
    """When to decode, in seconds on the source's clock; None when it says nothing at all."""
    stamp = packet.dts if packet.dts is not None else packet.pts
    return None if stamp is None else Fraction(stamp * packet.time_base[0], packet.time_base[1])


def showing_s(packet: Packet) -> Fraction | None:
    """When to show, in seconds on the source's clock."""
    stamp = packet.pts if packet.pts is not None else packet.dts
    return None if stamp is None else Fraction(stamp * packet.time_base[0], packet.time_base[1])


class Timing:
    """Turns the source's times into the clip's. Begins with a keyframe, which is shown at 0."""

    def __init__(self, first: Packet) -> None:
        self._bases: dict[str, Fraction] = {}
        self._last: dict[str, int] = {}
        self._anchor(first, showing_s(first), Fraction(0))

    def _anchor(self, packet: Packet, source_s: Fraction | None, clip_s: Fraction) -> None:
        """From this keyframe on, ``source_s`` means ``clip_s``."""
        self._shift = None if source_s is None else source_s - clip_s
        self._arrived = clip_s - Fraction(packet.mono_ns, 10**9)
        self._shown = showing_s(packet)
        self._previous: Packet | None = packet

    def jumps(self, packet: Packet) -> bool:
        """Whether the source's clock does not lead from the video packet before to this one."""
        before = self._previous
        if packet is before:
            return False
        if packet.discontinuity or before is None:
            return True
        old, new = decoding_s(before), decoding_s(packet)
        if old is None or new is None:
            return (old is None) != (new is None)
        elapsed = (packet.mono_ns - before.mono_ns) / 1e9
        return not 0 <= new - old <= max(MAX_STEP_S, 3 * elapsed)

    def broken(self) -> None:
        """Packets are missing: everything up to the next keyframe refers to what is not there."""
        self._previous = None

    def resume(self, keyframe: Packet) -> None:
        """Go on with a keyframe as much later as it arrived later."""
        now = self._arrived + Fraction(keyframe.mono_ns, 10**9)
        latest = self._last.get("video", 0) * self._bases.get("video", Fraction(0))
        self._anchor(keyframe, decoding_s(keyframe), max(now, latest))

    def at(self, packet: Packet) -> tuple[int, int, Fraction] | None:
        """``(pts, dts, time base)``; None when the packet belongs before the keyframe or far from it."""
        base = self._bases.setdefault(packet.track, Fraction(*packet.time_base))
        dts, pts = self._of(decoding_s(packet), packet, base), self._of(showing_s(packet), packet, base)
        if packet.track == "video":
            shown = showing_s(packet)
            if shown is not None and self._shown is not None and shown < self._shown:
                return None
            self._previous = packet
        elif not 0 <= pts * base <= self._video_s() + MAX_STEP_S:
            return None
        dts = max(dts, self._last[packet.track] + 1) if packet.track in self._last else dts
        self._last[packet.track] = dts
        return max(pts, dts), dts, base

    def _of(self, source_s: Fraction | None, packet: Packet, base: Fraction) -> int:
        if source_s is None or self._shift is None:
            return round((self._arrived + Fraction(packet.mono_ns, 10**9)) / base)
        return round((source_s - self._shift) / base)

    def _video_s(self) -> Fraction:
        return self._last.get("video", 0) * self._bases.get("video", Fraction(0))
