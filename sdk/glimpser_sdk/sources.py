"""The contract of sources: they produce a stream's packets or pictures and know nothing of who wants them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from .packets import CodecParameters, Decoder, Packet

if TYPE_CHECKING:
    from .pictures import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often a source has something new.

    ``continuous``: all the time; silence is a fault. ``interval``: every ``seconds``; silence beyond twice that plus
    ``timeout_s`` is a fault. ``on_demand``: only when asked.
    """

    kind: Literal["continuous", "interval", "on_demand"] = "continuous"
    seconds: float = 0.0
    timeout_s: float = 10.0


class BlockingSource(Protocol):
    """One connection to one feed, on a thread of its own.

    Made as ``factory(ctx, config, feed)``, run once, closed once. A failure is raised from :meth:`run` in the
    vocabulary of ``glimpser_sdk.errors``; the runner reconnects with backoff by making a new source.
    """

    def run(self) -> Iterator[Packet | Picture]:
        """Connect and yield what arrives, until :meth:`close`. Packets come in decoding order.

        Sources of encoded media yield packets and give a :meth:`decoder`; sources of still pictures yield pictures.
        """

    def decoder(self, parameters: CodecParameters) -> Decoder:
        """A decoder for one codec epoch of this source."""

    def close(self) -> None:
        """End :meth:`run` within 2 s; called from any thread, any number of times."""


class AsyncSource(Protocol):
    """The same for sources of pictures that wait a lot: ``run`` is an async generator on the worker's loop."""

    def run(self) -> AsyncIterator[Picture]:
        """Yield pictures until cancelled."""

    async def close(self) -> None:
        """Free what was opened; called once, after ``run`` ended."""


@runtime_checkable
class Cadenced(Protocol):
    """A source whose cadence depends on its configuration."""

    def cadence(self) -> Cadence:
        """Overrides the spec's cadence for this instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What a probe found out, without keeping anything. ``jpeg``: a preview. ``details``: JSON values to show."""

    resolution: tuple[int, int] | None = None
    fps: float | None = None
    codec: str = ""
    jpeg: bytes | None = None
    details: dict[str, Any] | None = None
