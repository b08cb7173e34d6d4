"""What a stream's viewers, analyzers and sinks want of one feed, merged."""

from __future__ import annotations

from collections.abc import Iterable

from glimpser.protocol.messages import AnalyzerPart, LiveView, SinkPart
from glimpser_sdk.demand import Decode, Demand, merge


def of_viewers(views: Iterable[LiveView]) -> list[Demand]:
    """Each watched size needs full decoding."""
    return [
        Demand(decode=Decode.FULL, max_fps=view.max_fps or None, max_side=view.side or None, why=("viewer",))
        for view in views
    ]


def of_analyzers(parts: Iterable[AnalyzerPart], idle: bool) -> list[Demand]:
    """An idle trigger is content with keyframes while the stream may idle; one that follows another analyzer asks for
    nothing of its own."""
    return [
        Demand(
            decode=Decode.KEY if idle and part.idle_trigger else Decode.FULL,
            max_fps=part.max_fps,
            max_side=part.max_side,
            why=(f"analyzer:{part.component.id}",),
        )
        for part in parts
        if part.after is None
    ]


def of_sinks(parts: Iterable[SinkPart]) -> list[Demand]:
    """Packets, or full decoding for sinks of frames."""
    return [
        Demand(packets=True, why=(f"sink:{part.component.id}",))
        if part.wants == "packets"
        else Demand(decode=Decode.FULL, why=(f"sink:{part.component.id}",))
        for part in parts
    ]


def total(demands: Iterable[Demand]) -> Demand:
    """The least demand that meets all."""
    return merge(list(demands))
