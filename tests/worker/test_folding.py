"""Observations in, events out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glimpser.protocol.messages import EventPart
from glimpser.worker.folding import BURST, BURST_S, Folder
from glimpser_sdk import Observation
from glimpser_sdk.frames import Frame
from glimpser_sdk.pictures import BgrPicture

START = datetime(2026, 1, 1, tzinfo=UTC)
FPS, GAP = 10, 3.0
PICTURE = BgrPicture(np.zeros((4, 4, 3), np.uint8))


def frame(index: int) -> Frame:
    at = START + timedelta(seconds=index / FPS)
    return Frame(
        PICTURE, stream_id="s", feed="main", sequence=index, captured_at=at, received_at=at,
        mono_ns=index * 10**9 // FPS, time_s=index / FPS, dt=1 / FPS,
    )  # fmt: skip


class Told:
    """What a folder says."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, EventPart]] = []
        self.best: list[tuple[str, int, float]] = []
        self.folder = Folder(
            "s", "a", GAP, changed=lambda change, part, _: self.changes.append((change, part)),
            best=lambda part, shown: self.best.append((part.id, shown.sequence, part.score)),
        )  # fmt: skip

    def see(self, index: int, score: float | None, key: str = "", **fields: Any) -> None:
        seen = () if score is None else (Observation(type="t", active=True, score=score, key=key, **fields),)
        self.folder.observe(frame(index), seen)

    def final(self) -> list[EventPart]:
        newest: dict[str, EventPart] = {}
        for _, part in self.changes:
            newest[part.id] = part
        return list(newest.values())


RUNS = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 80)), min_size=1, max_size=8)


@given(RUNS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_each_run_becomes_one_event_and_gaps_divide_them(runs: list[tuple[int, int]], interrupted: bool) -> None:
    told, index, expected = Told(), 0, list[list[int]]()
    for active, quiet in runs:
        if expected and index - expected[-1][1] <= GAP * FPS:
            expected[-1][1] = index + active - 1
        else:
            expected.append([index, index + active - 1])
        for _ in range(active):
            told.see(index, 0.5)
            index += 1
        for _ in range(quiet):
            told.see(index, None)
            index += 1
    if interrupted:
        told.folder.interrupt(index * 10**9)
    else:
        told.folder.advance(index / FPS + GAP + 1, index * 10**9)
    events = told.final()
    assert [(e.started_at, e.ended_at) for e in events] == [
        (START + timedelta(seconds=a / FPS), START + timedelta(seconds=b / FPS)) for a, b in expected
    ]
    assert all(change[0] in ("started", "updated", "ended") for change in told.changes)
    for event in events:
        mine = [(change, part.revision) for change, part in told.changes if part.id == event.id]
        assert [revision for _, revision in mine] == list(range(1, len(mine) + 1))
        assert mine[0][0] == "started"
        assert mine[-1][0] == "ended"
        assert {change for change, _ in mine[1:-1]} <= {"updated"}


def test_updates_come_once_a_second_at_most() -> None:
    told = Told()
    for index in range(50):
        told.see(index, 0.5)
    assert [change for change, _ in told.changes] == ["started", *["updated"] * 4]


def test_peak_score_regions_and_best_frame() -> None:
    told = Told()
    for index, (score, share) in enumerate([(0.2, 0.5), (0.3, 0.9), (0.9, 0.1), (0.4, 0.2)]):
        told.see(index * 10, score, regions={"door": share}, label=f"at{index}")
    told.folder.interrupt(0)
    (event,) = told.final()
    assert (event.score, event.regions, event.label) == (0.9, {"door": 0.9}, "at2")
    assert event.best_at == START + timedelta(seconds=2)
    assert event.interrupted
    # The first good frame at once, and the much better one at the end.
    assert [(sequence, score) for _, sequence, score in told.best] == [(0, 0.2), (20, 0.9)]


def test_a_hardly_better_frame_is_not_sent_again() -> None:
    told = Told()
    told.see(0, 0.80)
    told.see(20, 0.82)
    told.folder.advance(10.0, 0)
    assert len(told.best) == 1


def test_a_flood_of_keys_becomes_a_few_events() -> None:
    told = Told()
    for index in range(10 * FPS):
        seen = tuple(Observation(type="t", active=True, score=0.5, key=f"{index}-{n}") for n in range(50))
        told.folder.observe(frame(index), seen)
    started = [part for change, part in told.changes if change == "started"]
    assert len(started) == 10 / BURST_S * BURST
    assert told.folder.dropped == 10 * FPS * 50 - len(started)


def test_keys_are_folded_apart() -> None:
    told = Told()
    told.see(0, 0.5, key="cat")
    told.see(1, 0.5, key="dog")
    told.see(35, 0.5, key="dog")
    told.folder.advance(3.9, 0)
    ended = [part for change, part in told.changes if change == "ended"]
    assert [part.key for part in ended] == ["cat", "dog"][: len(ended)]
    assert len(told.final()) == 3
