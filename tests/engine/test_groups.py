"""Which worker a stream goes to."""

from __future__ import annotations

from dataclasses import dataclass, field

from glimpser.engine import Placement
from glimpser.engine.groups import SPREAD, STREAMS_PER_WORKER, choose, group_of
from glimpser.protocol.messages import AnalyzerPart, Component

from .rig import stream

HOME = Placement(group="first-party")


@dataclass
class Place:
    group: str | None
    streams: dict[str, int] = field(default_factory=dict)
    alone: bool = False


def fill(streams: list[str], placement: Placement, cores: int, workers: list[Place] | None = None) -> list[Place]:
    workers = [] if workers is None else workers
    for stream_id in streams:
        worker = choose(workers, stream_id, placement, cores)
        if worker is None:
            worker = Place(placement.group, alone=placement.alone)
            workers.append(worker)
        worker.streams[stream_id] = 1
    return workers


def names(count: int, prefix: str = "s") -> list[str]:
    return [f"{prefix}{i}" for i in range(count)]


def test_a_group_grows_with_its_streams_up_to_the_cores() -> None:
    assert [len(w.streams) for w in fill(names(STREAMS_PER_WORKER), HOME, 4)] == [STREAMS_PER_WORKER]
    assert len(fill(names(STREAMS_PER_WORKER + 1), HOME, 4)) == 2
    assert [len(w.streams) for w in fill(names(1000), HOME, 2)] == [500, 500]


def test_a_stream_stays_where_it_is() -> None:
    workers = fill(names(60), HOME, 2)
    at = next(w for w in workers if "s7" in w.streams)
    workers[1 - workers.index(at)].streams.clear()
    assert choose(workers, "s7", HOME, 2) is at


def test_crash_mates_part() -> None:
    mates = frozenset(names(10))
    workers: list[Place] = [Place("first-party", dict.fromkeys(names(20, "other"), 1))]
    for stream_id in sorted(mates):
        fill([stream_id], Placement(group="first-party", apart=mates - {stream_id}), 2, workers)
    assert len(workers) == SPREAD
    assert {len(mates & w.streams.keys()) for w in workers} == {2}


def test_other_groups_suspects_and_spares_are_not_shared() -> None:
    workers = [Place("plugins:x"), Place(None), Place("first-party", {"d": 1}, alone=True)]
    assert choose(workers, "a", HOME, 2) is None
    assert choose(workers, "a", Placement(group="first-party", alone=True), 2) is None
    assert choose(workers, "d", Placement(group="first-party", alone=True), 2) is workers[2]
    assert choose(workers, "d", HOME, 2) is None


def test_a_group_is_named_by_the_third_party_plugins_of_a_stream() -> None:
    part = stream("a")
    assert group_of(part, {"synthetic"}) == "first-party"
    assert group_of(part, set()) == "plugins:synthetic"
    component = Component(plugin="alpha", id="alpha", factory="a:b", model="a:c")
    part.analyzers.append(AnalyzerPart(component=component, runs="thread"))
    assert group_of(part, set()) == "plugins:alpha+synthetic"
