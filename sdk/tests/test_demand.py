"""Merging wishes: the order must not matter, nobody gets less than was asked, and nothing more is done than needed."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from glimpser_sdk import Decode, Demand
from glimpser_sdk.demand import NOTHING, merge

demands = st.builds(
    Demand,
    packets=st.booleans(),
    decode=st.sampled_from(Decode),
    max_fps=st.none() | st.floats(0.1, 60),
    max_side=st.none() | st.integers(2, 8192),
    why=st.lists(st.sampled_from(["viewer", "analyzer:motion", "sink:clips"]), unique=True, max_size=3).map(tuple),
)


def what(demand: Demand) -> tuple[object, ...]:
    """All but the order of the reasons; rate and size mean nothing where nothing is decoded."""
    limits = (demand.max_fps, demand.max_side) if demand.decode else ()
    return demand.packets, demand.decode, limits, frozenset(demand.why)


def enough(got: float | None, wanted: float | None) -> bool:
    return (math.inf if got is None else got) >= (math.inf if wanted is None else wanted)


def meets(got: Demand, wanted: Demand) -> bool:
    if wanted.packets and not got.packets:
        return False
    if wanted.decode is Decode.NONE:
        return True
    return got.decode >= wanted.decode and enough(got.max_fps, wanted.max_fps) and enough(got.max_side, wanted.max_side)


@given(demands, demands)
def test_the_order_does_not_matter(a: Demand, b: Demand) -> None:
    assert what(a | b) == what(b | a)


@given(demands, demands, demands)
def test_nor_does_the_grouping(a: Demand, b: Demand, c: Demand) -> None:
    assert what((a | b) | c) == what(a | (b | c)) == what(merge([c, a, b]))


@given(demands)
def test_asking_twice_is_asking_once(a: Demand) -> None:
    assert what(a | a) == what(a)
    assert what(a | NOTHING) == what(NOTHING | a) == what(a)


@given(demands, demands)
def test_both_get_what_they_asked_for(a: Demand, b: Demand) -> None:
    both = a | b
    assert meets(both, a)
    assert meets(both, b)


@given(demands, demands)
def test_and_no_more(a: Demand, b: Demand) -> None:
    both = a | b
    assert both.packets == (a.packets or b.packets)
    assert both.decode == max(a.decode, b.decode)
    asking = [d for d in (a, b) if d.decode]
    if asking:
        assert both.max_fps in [d.max_fps for d in asking]
        assert both.max_side in [d.max_side for d in asking]


def test_who_decodes_nothing_limits_nobody() -> None:
    recorder = Demand(packets=True, max_fps=1, max_side=100, why=("sink:clips",))
    viewer = Demand(decode=Decode.FULL, max_fps=None, max_side=640, why=("viewer",))
    assert recorder | viewer == Demand(
        packets=True, decode=Decode.FULL, max_fps=None, max_side=640, why=("sink:clips", "viewer")
    )


def test_idle_is_when_nothing_is_wanted() -> None:
    assert NOTHING.idle
    assert merge([]).idle
    assert not Demand(packets=True).idle
    assert not Demand(decode=Decode.KEY).idle
