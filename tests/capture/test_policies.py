"""Pacing, suspicion and counters, on a clock that the test moves."""

from __future__ import annotations

import pytest

from glimpser.capture.counters import Counters, metrics
from glimpser.capture.crashes import ALONE, ISOLATE, LOOP_CRASHES, WINDOW_S, Crashes
from glimpser.capture.pacing import Pacer


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_two_connects_a_second_to_one_host(clock: Clock) -> None:
    pacer = Pacer(2, clock)
    assert [round(pacer.delay("10.0.0.1"), 3) for _ in range(4)] == [0.0, 0.5, 1.0, 1.5]
    assert pacer.delay("10.0.0.2") == 0.0
    clock.now += 1.0
    assert round(pacer.delay("10.0.0.1"), 3) == 1.0
    clock.now += 60
    assert pacer.delay("10.0.0.1") == 0.0


@pytest.mark.parametrize("host", ["", "127.0.0.1", "127.8.0.1", "localhost", "::1", "[::1]"])
def test_this_machine_is_not_paced_by_host(clock: Clock, host: str) -> None:
    pacer = Pacer(2, clock)
    assert [pacer.delay(host) for _ in range(10)] == [0.0] * 10


def test_fifty_a_second_for_each_core_over_all_hosts(clock: Clock) -> None:
    pacer = Pacer(2, clock)
    delays = [pacer.delay(f"10.0.{i // 250}.{i % 250}") for i in range(1000)]
    for second in range(10):
        assert sum(second <= d < second + 1 for d in delays) <= 100
    assert 9 <= max(delays) <= 10


def test_host_pacing_does_not_hold_up_other_hosts(clock: Clock) -> None:
    pacer = Pacer(1, clock)
    for _ in range(100):
        pacer.delay("10.0.0.1")
    assert pacer.delay("10.0.0.2") < 0.1


def test_two_crashes_make_a_suspect(clock: Clock) -> None:
    crashes = Crashes(clock)
    assert crashes.record(frozenset("abc")) == frozenset()
    assert crashes.record(frozenset("cde")) == {"c"}
    assert crashes.suspect("c")
    assert not crashes.suspect("a")
    clock.now += WINDOW_S + 1
    assert not crashes.suspect("c")


def test_crashes_long_apart_make_no_suspect(clock: Clock) -> None:
    crashes = Crashes(clock)
    crashes.record(frozenset("a"))
    clock.now += WINDOW_S + 1
    assert crashes.record(frozenset("a")) == frozenset()


def test_many_at_once_are_narrowed_down_to_the_one(clock: Clock) -> None:
    crashes = Crashes(clock)
    many = frozenset(f"s{i}" for i in range(50))
    crashes.record(many)
    assert crashes.record(many) == frozenset()
    assert crashes.record(frozenset({"s1", "s2"})) == {"s1", "s2"}
    assert not crashes.suspect("s3")


def test_the_number_of_suspects_is_limited(clock: Clock) -> None:
    crashes = Crashes(clock)
    for i in range(100):
        few = frozenset(f"s{i}-{j}" for j in range(ISOLATE))
        crashes.record(few)
        crashes.record(few)
    assert sum(crashes.suspect(f"s{i}-{j}") for i in range(100) for j in range(ISOLATE)) <= ALONE


def test_who_crashes_a_worker_by_itself_is_a_suspect_beside_however_many(clock: Clock) -> None:
    crashes = Crashes(clock)
    for i in range(2 * ALONE):
        crashes.record(frozenset({f"s{i}"}))
        assert crashes.record(frozenset({f"s{i}"})) == {f"s{i}"}
    crashes.record(frozenset("k"), killed=True)
    assert crashes.record(frozenset("k"), killed=True) == frozenset()


def test_a_suspect_waits_longer_each_time_it_crashes_alone(clock: Clock) -> None:
    crashes = Crashes(clock)
    delays = []
    for _ in range(10):
        crashes.began("a")
        clock.now += 1
        crashes.record(frozenset("a"))
        delays.append(crashes.stream_delay("a"))
    assert delays == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    clock.now += 40
    crashes.record(frozenset("a"))
    assert crashes.stream_delay("a") == 0


def test_nobody_waits_because_somebody_killed_its_worker(clock: Clock) -> None:
    crashes = Crashes(clock)
    for _ in range(10):
        crashes.began("a")
        crashes.record(frozenset("a"), killed=True)
    assert crashes.suspect("a")
    assert crashes.stream_delay("a") == 0
    assert max(crashes.group_delay("g", ready=True, killed=True) for _ in range(2 * LOOP_CRASHES)) == 2.0


def test_a_group_in_a_crash_loop_is_slowed(clock: Clock) -> None:
    crashes = Crashes(clock)
    assert [crashes.group_delay("g", ready=True) for _ in range(LOOP_CRASHES)] == [0.0] * LOOP_CRASHES
    assert crashes.group_delay("g", ready=True) == 2.0
    assert crashes.group_delay("h", ready=True) == 0.0
    assert [crashes.group_delay("h", ready=False) for _ in range(3)] == [1.0, 2.0, 4.0]


def test_counters_sum_and_levels_do_not() -> None:
    counters = Counters()
    counters.begin()
    counters.update({"packets": 10, "pre_roll_bytes": 7, "jpeg.320": 2})
    counters.begin()
    counters.update({"packets": 5, "pre_roll_bytes": 3})
    counters.restarts = 1
    unheard = {"bytes": 0, "connects": 0, "cpu_s": 0, "keyframes": 0}
    assert counters.values() == unheard | {"packets": 15, "pre_roll_bytes": 3, "jpeg.320": 2, "restarts": 1}


def test_counters_as_metrics() -> None:
    values = {
        "packets": 3.0,
        "decoded_key": 1.0,
        "jpeg.320": 2.0,
        "dropped.live": 4.0,
        "analyzed.motion": 5.0,
        "new": 1.0,
    }
    assert list(metrics(values)) == [
        ("glimpser_packets_total", {}, 3.0),
        ("glimpser_frames_decoded_total", {"mode": "key"}, 1.0),
        ("glimpser_jpeg_encoded_total", {"size": "320"}, 2.0),
        ("glimpser_dropped_total", {"queue": "live"}, 4.0),
        ("glimpser_frames_analyzed_total", {"analyzer": "motion"}, 5.0),
    ]
