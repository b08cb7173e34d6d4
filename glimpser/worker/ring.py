"""The newest packets of a feed: for catching up through the group of pictures, and for what sinks want from before."""

from __future__ import annotations

from collections import deque

from glimpser_sdk.packets import Packet

GOP_BYTES = 8 * 1024 * 1024
"""A longer group of pictures is not kept: full decoding then starts with the next keyframe."""


class PacketRing:
    """Whole groups of pictures, the newest ``pre_roll_s`` of them and never more than ``max_bytes``. Other tracks'
    packets ride along."""

    __slots__ = ("_closed", "_current", "_current_bytes", "_max_bytes", "bytes", "pre_roll_s")

    def __init__(self, pre_roll_s: float = 0.0, max_bytes: int = GOP_BYTES) -> None:
        self.pre_roll_s = pre_roll_s
        self.bytes = 0
        self._max_bytes = max_bytes
        self._closed: deque[tuple[list[Packet], int]] = deque()
        self._current: list[Packet] = []
        self._current_bytes = 0

    def add(self, packet: Packet) -> None:
        """Keep a packet. Nothing is kept before the first keyframe."""
        if packet.keyframe and packet.track == "video":
            self._turn(packet.mono_ns)
        elif not self._current:
            return
        self._current.append(packet)
        self._current_bytes += packet.size
        self.bytes += packet.size
        if self.bytes > self._max_bytes:
            self._shrink()

    def _turn(self, mono_ns: int) -> None:
        """A new group begins; forget the groups that reach back further than asked."""
        if self._current and self.pre_roll_s > 0:
            self._closed.append((self._current, self._current_bytes))
        else:
            self.bytes -= self._current_bytes
        self._current, self._current_bytes = [], 0
        edge = mono_ns - int(self.pre_roll_s * 1e9)
        while len(self._closed) > 1 and self._closed[1][0][0].mono_ns <= edge:
            self.bytes -= self._closed.popleft()[1]
        if self._closed and self.pre_roll_s <= 0:
            self.clear()

    def _shrink(self) -> None:
        while self._closed and self.bytes > self._max_bytes:
            self.bytes -= self._closed.popleft()[1]
        if self.bytes > self._max_bytes:
            self.clear()

    def clear(self) -> None:
        """Forget everything, for instance at a break in the stream."""
        self._closed.clear()
        self._current, self._current_bytes, self.bytes = [], 0, 0

    def group(self) -> list[Packet]:
        """The packets since the last keyframe, that one first; empty when it was not kept."""
        return self._current

    def pre_roll(self, seconds: float) -> list[Packet]:
        """Kept packets from a keyframe on that reach back at least ``seconds``, or all there are."""
        if not self._current:
            return []
        edge = self._current[-1].mono_ns - int(seconds * 1e9)
        groups = [self._current]
        for group, _ in reversed(self._closed):
            if groups[-1][0].mono_ns <= edge:
                break
            groups.append(group)
        return [packet for group in reversed(groups) for packet in group]
