"""Which worker a stream goes to: a pure function of the workers there are.

* Streams of different groups never share a worker. Groups: ``first-party``, ``plugins:ID[+ID…]`` (one for each set of
  third-party plugins that a stream uses).
* A group grows by one worker for every ``STREAMS_PER_WORKER`` streams, up to one worker a processor core: more
  processes than cores only cost memory. Within a group the worker with the fewest streams is taken.
* A stream that was in a crash goes apart from those that were in it, over up to ``SPREAD`` workers, so that the next
  crash points at fewer of them.
* A suspect runs alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from glimpser.protocol.messages import AnalyzerPart, SinkPart, SourcePart, StreamPart

from .contract import Placement

STREAMS_PER_WORKER = 25
SPREAD = 5
FIRST_PARTY = "first-party"


class Candidate(Protocol):
    """A worker that may take streams: ``group`` (None: a spare), ``alone`` (kept for one stream) and its streams."""

    @property
    def group(self) -> str | None: ...
    @property
    def alone(self) -> bool: ...
    @property
    def streams(self) -> dict[str, int]: ...


C = TypeVar("C", bound=Candidate)


def group_of(stream: StreamPart, first_party: Iterable[str]) -> str:
    """The group of a stream by the plugins it uses."""
    parts: list[SourcePart | AnalyzerPart | SinkPart] = [stream.source, *stream.analyzers, *stream.sinks]
    third = sorted({part.component.plugin for part in parts} - set(first_party))
    return f"plugins:{'+'.join(third)}" if third else FIRST_PARTY


def choose(workers: Sequence[C], stream_id: str, placement: Placement, cores: int) -> C | None:
    """The worker for a stream among those that take streams, or None: start a new one."""
    mine = [w for w in workers if w.group == placement.group and w.alone == placement.alone]
    current = next((w for w in mine if stream_id in w.streams), None)
    if placement.alone or (current is not None and not placement.apart & current.streams.keys()):
        return current
    streams = sum(len(w.streams) for w in mine) + (current is None)
    wanted = min(cores, -(-streams // STREAMS_PER_WORKER))
    if placement.apart:
        wanted = max(wanted, min(SPREAD, len(placement.apart | {stream_id})))
    if len(mine) < wanted:
        return None
    return min(mine, key=lambda w: (len(placement.apart & w.streams.keys()), len(w.streams)))
