"""The time line, the supervisor's delays and the watchdog, by a clock that the test moves."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glimpser.worker.components import PluginFailure
from glimpser.worker.supervisor import Supervisor
from glimpser.worker.timeline import Timeline
from glimpser.worker.watchdog import Seen, Watchdog
from glimpser_sdk import AuthFailed, ConfigInvalid, NotReady, StreamEnded, Unsupported
from glimpser_sdk.sources import Cadence

S = 10**9


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.tuples(st.none() | st.floats(-1e6, 1e6), st.integers(0, 20 * S)), min_size=1, max_size=60))
def test_the_time_line_never_steps_back(steps: list[tuple[float | None, int]]) -> None:
    line, mono, before = Timeline(), 0, -1.0
    for media, step in steps:
        mono += step
        time_s, dt = line.at(media, mono)
        assert time_s > before or (before == -1.0 and dt == 0.0)
        assert dt >= 0.0
        before = time_s


def test_media_time_counts_and_survives_a_reconnect() -> None:
    line = Timeline()
    assert [line.at(100 + i / 10, i * S // 7)[0] for i in range(4)] == pytest.approx([0.0, 0.1, 0.2, 0.3])
    line.reconnected()
    assert line.at(5.0, 3 * S // 7 + 2 * S) == pytest.approx((2.3, 2.0))
    assert line.at(5.1, 10 * S)[1] == pytest.approx(0.1)


def test_delays_follow_the_kind_of_failure() -> None:
    supervisor = Supervisor("p", random.Random(1))
    delays = [supervisor.failed(StreamEnded()).delay_s for _ in range(12)]
    assert all(delay is not None and 0.1 <= delay <= min(60, 2**i) for i, delay in enumerate(delays))
    assert max(d for d in delays if d is not None) > 20
    assert supervisor.failed(ConfigInvalid("no", field="url")).delay_s is None
    assert supervisor.failed(NotReady(retry_after=7.0)).delay_s == 7.0
    for slow in (AuthFailed(), Unsupported()):
        delay = supervisor.failed(slow).delay_s
        assert delay is not None
        assert 30 <= delay <= 60
    bug = supervisor.failed(PluginFailure("p", "plugin.failed", ZeroDivisionError("x")))
    assert (bug.why.code, bug.suspect) == ("plugin.failed", "p")
    assert supervisor.failed(ZeroDivisionError("x")).suspect == "p"


def test_backoff_starts_over_after_good_pictures() -> None:
    supervisor = Supervisor("p")
    for _ in range(5):
        supervisor.failed(StreamEnded())
    supervisor.good(0)
    supervisor.good(20 * S)
    assert supervisor.attempts == 5
    supervisor.good(31 * S)
    assert supervisor.attempts == 0


class Feeding:
    """A feed as the watchdog sees it, second by second."""

    def __init__(self, cadence: Cadence | None = None) -> None:
        self.dog = Watchdog(cadence or Cadence(), 0)
        self.now = self.items = self.last = self.changed = self.frame = 0
        self.media = 0.0

    def second(self, *, packets: int = 10, moves: bool = True, differs: bool = True, frames: bool = True, **fields):  # type: ignore[no-untyped-def]
        self.now += S
        if packets:
            self.items += packets
            self.last = self.now
            self.media += moves
            self.changed = self.now if differs else self.changed
            self.frame = self.now if frames else self.frame
        reason = self.dog.check(
            Seen(items=self.items, last_ns=self.last, media_s=self.media, payload_changed_ns=self.changed,
                 last_frame_ns=self.frame, **fields), self.now,
        )  # fmt: skip
        return reason.code if reason else None

    def seconds(self, count: int, **fields):  # type: ignore[no-untyped-def]
        found = [self.second(**fields) for _ in range(count)]
        return next(((i + 1, code) for i, code in enumerate(found) if code), None)


def test_silence_is_noticed_by_cadence() -> None:
    feeding = Feeding()
    assert feeding.seconds(60) is None
    assert feeding.seconds(20, packets=0) == (11, "stream.silent")
    assert Feeding().seconds(20, packets=0) == (14, "stream.connect_timeout")
    slow = Feeding(Cadence(kind="interval", seconds=60, timeout_s=10))
    slow.second()
    assert slow.seconds(200, packets=0) == (131, "stream.silent")
    assert Feeding(Cadence(kind="on_demand")).seconds(1000, packets=0) is None


def test_stale_before_silent() -> None:
    feeding = Feeding()
    feeding.second()
    assert not feeding.dog.stale
    feeding.seconds(7, packets=0)
    assert feeding.dog.stale
    feeding.second()
    assert not feeding.dog.stale


def test_missing_frames_count_only_while_decoding() -> None:
    feeding = Feeding()
    assert feeding.seconds(60, frames=False, decoding=False) is None
    assert feeding.seconds(30, frames=False, decoding=True) == (14, "stream.no_frames")
    slow = Feeding()
    assert slow.seconds(25, frames=False, decoding=True, keyframe_interval_s=20.0) is None
    assert slow.seconds(25, frames=False, decoding=True, keyframe_interval_s=20.0) == (17, "stream.no_frames")


def test_frozen_time_stamps() -> None:
    feeding = Feeding()
    feeding.seconds(5)
    assert feeding.seconds(30, moves=False) == (11, "stream.frozen")


def test_frozen_payloads_only_where_they_differed_before() -> None:
    constant = Feeding()
    assert constant.seconds(600, differs=False) is None
    warming = Feeding()
    warming.seconds(3)
    assert warming.seconds(600, differs=False) is None
    lively = Feeding()
    lively.seconds(20)
    assert lively.seconds(30, differs=False) == (11, "stream.frozen_payload")
