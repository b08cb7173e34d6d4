"""Ids: their form, their order, and that no two are alike."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glimpser_sdk import ids, is_id, new_id


def value(identifier: str) -> int:
    number = 0
    for c in identifier:
        number = number << 5 | ids.ALPHABET.index(c)
    return number


@given(st.integers(0, 2**128 - 1))
def test_any_128_bits_have_26_characters_that_say_them(number: int) -> None:
    text = ids.encode(number)
    assert len(text) == 26
    assert is_id(text)
    assert value(text) == number
    assert ids.timestamp_ms(text) == number >> 80


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_text_sorts_as_numbers_do(a: int, b: int) -> None:
    assert (ids.encode(a) < ids.encode(b)) == (a < b)


def test_a_new_id_is_a_uuid_of_version_7_made_now() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    read = uuid.UUID(int=value(made))
    assert (read.version, read.variant) == (7, uuid.RFC_4122)
    # Ids made faster than 4096 a millisecond run ahead of the clock by a little.
    assert before - 1 <= ids.timestamp_ms(made) <= time.time_ns() // 1_000_000 + 1_000


def test_ids_never_decrease_and_never_repeat() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_nor_do_they_across_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [new_id() for _ in range(2_000)], range(8)))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({identifier for batch in batches for identifier in batch}) == 16_000


def test_ids_keep_rising_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)
    assert new_id() > first


@pytest.mark.parametrize(
    "text", ["", "0" * 25, "0" * 27, "8" + "0" * 25, "0" * 25 + "I", "0" * 25 + "a", "0" * 25 + "é"]
)
def test_what_is_no_id(text: str) -> None:
    assert not is_id(text)
    with pytest.raises(ValueError, match="not an id"):
        ids.timestamp_ms(text)
