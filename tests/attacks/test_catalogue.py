"""The catalogue of attacks: rows that tests name exist, and every row that is tried has a control."""

from __future__ import annotations

from support.attacks import catalogue, marked


def test_marks_name_rows_of_the_catalogue() -> None:
    assert list(catalogue()) == [f"A{number:02}" for number in range(1, 81)]
    assert {row for _, row, _ in marked()} <= set(catalogue())


def test_every_row_that_is_tried_has_a_control() -> None:
    tried = {row for mark, row, _ in marked() if mark == "attack"}
    assert tried
    assert tried - {row for _, row, control in marked() if control} == set()


def test_a_row_that_is_tried_waits_for_nothing() -> None:
    tried = {row for mark, row, _ in marked() if mark == "attack"}
    assert [row for row, entry in catalogue().items() if row in tried and "waits" in entry] == []
