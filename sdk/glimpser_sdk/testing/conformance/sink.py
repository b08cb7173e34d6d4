"""Rules for sinks."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from glimpser_sdk.analyzers import StreamInfo
from glimpser_sdk.frames import Frame
from glimpser_sdk.ids import new_id
from glimpser_sdk.packets import Packet
from glimpser_sdk.sinks import EventChange, MediaFile, Sink
from glimpser_sdk.specs import SinkSpec
from glimpser_sdk.testing.contexts import FakeWorkerContext

from .base import Conformance
from .configs import defaults, refuse
from .resources import leak
from .writes import outside, written

Item = Packet | Frame


class SinkConformance(Conformance):
    """What the core relies on in a sink::

        class TestClips(SinkConformance):
            @pytest.fixture
            def spec(self):
                return plugin.glimpser_sinks()[0]

    Fixtures to override: ``spec`` (always), ``config``, ``bad_configs``, ``items`` (what the stream sends; made with
    PyAV for sinks of packets), ``files_expected`` (how many files one event in the middle makes at least), ``cycles``.
    """

    @pytest.fixture
    def spec(self) -> SinkSpec:
        """The spec under test."""
        pytest.fail("override the fixture `spec` with the SinkSpec under test")

    @pytest.fixture
    def config(self, spec: SinkSpec) -> Any:
        """A valid configuration; the defaults unless overridden."""
        return defaults(spec.config.load())

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        """Documents that must be refused."""
        return [{"no_such_field": 1}]

    @pytest.fixture
    def items(self, spec: SinkSpec, request: pytest.FixtureRequest) -> Sequence[Item]:
        """12 s of what the stream sends; the event lasts from second 6 to second 8."""
        if spec.wants == "frames":
            return list(request.getfixturevalue("frames")(60, fps=5))
        return list(request.getfixturevalue("packets")(120, fps=10, gop=10))

    @pytest.fixture
    def files_expected(self) -> int:
        """Files that one event makes at least."""
        return 1

    @pytest.fixture
    def ctx(self, worker_context: Callable[..., FakeWorkerContext]) -> FakeWorkerContext:
        """The context it is given."""
        return worker_context()

    @pytest.fixture
    def make(self, spec: SinkSpec, config: Any) -> Callable[[FakeWorkerContext], Sink]:
        """Make the sink as a worker does."""
        factory = spec.factory.load()
        stream = StreamInfo(id="stream", name="Stream")

        def new(ctx: FakeWorkerContext) -> Sink:
            made: Sink = factory(ctx, config, stream)
            return made

        return new

    def test_an_event_becomes_files(
        self,
        make: Callable[[FakeWorkerContext], Sink],
        ctx: FakeWorkerContext,
        spec: SinkSpec,
        items: Sequence[Item],
        files_expected: int,
    ) -> None:
        """Finished files are below its folder, whole, reported once, and nothing else is left there."""
        play(make(ctx), spec, items, through=True)
        assert len(ctx.reports) >= files_expected
        check(ctx)

    def test_closing_within_an_event_finishes_the_file(
        self,
        make: Callable[[FakeWorkerContext], Sink],
        ctx: FakeWorkerContext,
        spec: SinkSpec,
        items: Sequence[Item],
        files_expected: int,
    ) -> None:
        """A stream that stops keeps what it has, within 2 s."""
        sink = make(ctx)
        play(sink, spec, items, through=False)
        before = time.monotonic()
        sink.close()
        assert time.monotonic() - before < 2
        assert len(ctx.reports) >= files_expected
        check(ctx)

    def test_it_writes_below_its_folder_only(
        self,
        make: Callable[[FakeWorkerContext], Sink],
        ctx: FakeWorkerContext,
        spec: SinkSpec,
        items: Sequence[Item],
        scratch: Path,
    ) -> None:
        """The hub takes files from there, and prunes there."""
        with written() as paths:
            play(make(ctx), spec, items, through=True)
        assert not outside(paths, ctx.folder)
        assert not list(scratch.iterdir()), "it left something among the temporary files or in the working directory"

    def test_nothing_happens_nothing_is_written(
        self, make: Callable[[FakeWorkerContext], Sink], ctx: FakeWorkerContext, spec: SinkSpec, items: Sequence[Item]
    ) -> None:
        """A sink that was made and closed leaves no file."""
        make(ctx).close()
        assert not ctx.reports
        assert not files(ctx.folder)

    def test_a_gap_is_survived(
        self, make: Callable[[FakeWorkerContext], Sink], ctx: FakeWorkerContext, spec: SinkSpec, items: Sequence[Item]
    ) -> None:
        """What it cannot take in time is dropped before it, from one keyframe to another."""
        half = len(items) // 2
        rest = list(items[half + half // 2 :])
        while isinstance(rest[0], Packet) and not rest[0].keyframe:
            rest.pop(0)
        first = rest[0]
        if isinstance(first, Packet):
            first.discontinuity = True
        play(make(ctx), spec, [*items[:half], *rest], through=True)
        check(ctx)

    def test_events_it_does_not_know_are_survived(
        self, make: Callable[[FakeWorkerContext], Sink], ctx: FakeWorkerContext, spec: SinkSpec, items: Sequence[Item]
    ) -> None:
        """An update or end of an event that began before the sink was made."""
        sink, at = make(ctx), items[0]
        event = change(at, "ended")
        sink.event(dataclasses.replace(event, change="updated"), ())
        sink.event(event, ())
        sink.close()
        check(ctx)

    def test_a_bad_configuration_is_refused(self, spec: SinkSpec, bad_configs: list[dict[str, Any]]) -> None:
        """By the model, with the field's name."""
        for document in bad_configs:
            refuse(spec.config.load(), document)

    def test_starting_and_stopping_leaks_nothing(
        self,
        make: Callable[[FakeWorkerContext], Sink],
        ctx: FakeWorkerContext,
        spec: SinkSpec,
        items: Sequence[Item],
        cycles: int,
        scratch: Path,
    ) -> None:
        """No thread, file descriptor or temporary file stays."""
        short = items[: len(items) // 4]
        assert not leak(lambda: play(make(ctx), spec, short, through=True), cycles, scratch)
        check(ctx)


def play(sink: Sink, spec: SinkSpec, items: Sequence[Item], *, through: bool) -> None:
    """A stream with one event from its half to two thirds; the sink is closed at the end. Without ``through`` the
    event is not over and the sink stays open."""
    start, end = len(items) // 2, len(items) * 2 // 3
    event_id = new_id()
    for index, item in enumerate(items[: None if through else end]):
        if index == start:
            kept: Sequence[Packet] = ()
            if not sink.wants_packets():
                kept = [earlier for earlier in items[:start] if isinstance(earlier, Packet)]
            sink.event(change(item, "started", event_id), kept)
        elif index == end:
            sink.event(change(item, "ended", event_id), ())
        if isinstance(item, Frame):
            sink.frame(item)
        elif sink.wants_packets():
            sink.packets([item])
    if through:
        sink.close()


def change(at: Item, what: Literal["started", "updated", "ended"], event_id: str = "") -> EventChange:
    """A change of an event at the time of a packet or frame."""
    moment = at.received_at
    assert moment is not None
    return EventChange(
        event_id=event_id or new_id(),
        type="motion.detected",
        change=what,
        started_at=moment - timedelta(seconds=0.2),
        at=moment,
        mono_ns=at.mono_ns,
        score=0.5,
    )


def files(folder: Path) -> set[str]:
    """Names of the files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def check(ctx: FakeWorkerContext) -> None:
    """Whether the hub could take all that was reported, and nothing else is there."""
    names = [file.name for file in ctx.reports]
    assert len(set(names)) == len(names), f"a file was reported twice: {names}"
    for file in ctx.reports:
        sound(file)
        assert (ctx.folder / file.name).stat().st_size > 0, f"{file.name} is empty"
    assert files(ctx.folder) == set(names), "files that were not reported stay in its folder"


def sound(file: MediaFile) -> None:
    """Whether a report makes sense."""
    assert file.started_at.tzinfo is not None, f"{file.name}: started_at is not aware"
    assert file.ended_at.tzinfo is not None, f"{file.name}: ended_at is not aware"
    assert file.started_at <= file.ended_at, file.name
    assert "/" in file.content_type, f"{file.name}: content type {file.content_type!r}"
    assert file.kind, f"{file.name}: no kind"
    json.dumps(file.data)
