"""Who gives way when a worker is behind."""

from __future__ import annotations

from glimpser.worker.overload import Overload


def test_levels_rise_while_behind_and_fall_after() -> None:
    overload = Overload()
    assert [overload.second([0.9, 0.8, 0.0], 0.0, True) for _ in range(8)] == [0, 1, 1, 2, 2, 3, 3, 3]
    assert overload.second([0.0], 0.0, True) == 3
    assert [overload.second([0.0], 0.0, True) for _ in range(9)][-1] == 2


def test_one_bad_line_or_idle_processors_are_no_overload() -> None:
    overload = Overload()
    assert {overload.second([9.0, 0.0, 0.0], 0.0, True) for _ in range(20)} == {0}
    assert {overload.second([9.0, 9.0, 9.0], 0.0, False) for _ in range(20)} == {0}


def test_a_late_loop_counts() -> None:
    overload = Overload()
    assert [overload.second([], 0.8, True) for _ in range(2)] == [0, 1]
