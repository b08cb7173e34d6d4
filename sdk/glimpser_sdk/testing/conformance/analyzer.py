"""Rules for analyzers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glimpser_sdk.analyzers import Analyzer, StreamInfo
from glimpser_sdk.frames import Frame
from glimpser_sdk.observations import Observation, Region
from glimpser_sdk.pictures import BgrPicture, YuvPicture
from glimpser_sdk.specs import AnalyzerSpec

from .base import Conformance
from .configs import defaults, refuse
from .resources import leak

Observed = list[tuple[Observation, ...]]


class AnalyzerConformance(Conformance):
    """What the core relies on in an analyzer::

        class TestVane(AnalyzerConformance):
            @pytest.fixture
            def spec(self):
                return plugin.glimpser_analyzers()[0]

    Fixtures to override: ``spec`` (always), ``config``, ``bad_configs``, ``stream``, ``scene``, ``cycles``.
    """

    @pytest.fixture
    def spec(self) -> AnalyzerSpec:
        """The spec under test."""
        pytest.fail("override the fixture `spec` with the AnalyzerSpec under test")

    @pytest.fixture
    def config(self, spec: AnalyzerSpec) -> Any:
        """A valid configuration; the defaults unless overridden."""
        return defaults(spec.config.load())

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        """Documents that must be refused."""
        return [{"no_such_field": 1}]

    @pytest.fixture
    def stream(self) -> StreamInfo:
        """The stream it works for, with a zone and a motion mask."""
        zone = Region(id="zone-1", name="Left", kind="zone", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
        mask = Region(id="mask-1", name="Sky", kind="motion_mask", polygon=((0, 0), (1, 0), (1, 0.1)))
        return StreamInfo(id="stream", name="Stream", regions=(zone, mask))

    @pytest.fixture
    def scene(self, frames: Callable[..., list[Frame]]) -> list[Frame]:
        """The frames it looks at."""
        return frames(24, fps=8, size=(320, 180))

    @pytest.fixture
    def make(
        self, spec: AnalyzerSpec, config: Any, stream: StreamInfo, worker_context: Callable[..., Any]
    ) -> Callable[[], Analyzer]:
        """Make the analyzer as a worker does."""
        factory = spec.factory.load()

        def new() -> Analyzer:
            made: Analyzer = factory(worker_context(stream_id=stream.id), config, stream)
            return made

        return new

    def test_each_frame_has_its_answer(
        self, make: Callable[[], Analyzer], spec: AnalyzerSpec, scene: list[Frame], stream: StreamInfo
    ) -> None:
        """As many answers as frames, in batches of up to ``max_batch``, each a tuple of sound observations."""
        answers = observe(make(), scene, spec.max_batch)
        assert len(answers) == len(scene)
        for answer in answers:
            check(answer, spec, stream)

    def test_a_batch_is_its_frames_in_order(
        self, make: Callable[[], Analyzer], spec: AnalyzerSpec, scene: list[Frame]
    ) -> None:
        """Batches are a matter of speed alone."""
        assert observe(make(), scene, spec.max_batch) == observe(make(), scene, 1)

    def test_same_frames_same_observations(
        self, make: Callable[[], Analyzer], spec: AnalyzerSpec, scene: list[Frame]
    ) -> None:
        """What was seen can be seen again."""
        assert observe(make(), scene, spec.max_batch) == observe(make(), scene, spec.max_batch)

    def test_frames_are_left_as_they_were(
        self, make: Callable[[], Analyzer], spec: AnalyzerSpec, scene: list[Frame]
    ) -> None:
        """Frames are shared with every other consumer."""
        before = [fingerprint(frame) for frame in scene]
        observe(make(), scene, spec.max_batch)
        assert [fingerprint(frame) for frame in scene] == before

    def test_any_rate_and_any_gap(
        self, make: Callable[[], Analyzer], spec: AnalyzerSpec, frames: Callable[..., list[Frame]], stream: StreamInfo
    ) -> None:
        """The rate changes when a stream wakes or idles, and time jumps when it was away."""
        analyzer, at = make(), 0.0
        for frame, dt in zip(
            frames(12), [0.0, 1.0, 4.0, 0.04, 0.04, 0.2, 600.0, 0.04, 0.0, 1.0, 0.033, 0.001], strict=True
        ):
            at += dt
            frame.dt, frame.time_s = dt, at
            [answer] = analyzer.process([frame])
            check(answer, spec, stream)
        analyzer.close()

    def test_another_size_and_form_of_picture(
        self, make: Callable[[], Analyzer], spec: AnalyzerSpec, frames: Callable[..., list[Frame]], stream: StreamInfo
    ) -> None:
        """A camera may come back with another size."""
        analyzer = make()
        mixed = [*frames(3), *frames(3, size=(640, 480), form="bgr", first=3), *frames(2, size=(64, 36), first=6)]
        for frame in mixed:
            [answer] = analyzer.process([frame])
            check(answer, spec, stream)
        analyzer.close()

    def test_a_bad_configuration_is_refused(self, spec: AnalyzerSpec, bad_configs: list[dict[str, Any]]) -> None:
        """By the model, with the field's name."""
        for document in bad_configs:
            refuse(spec.config.load(), document)

    def test_starting_and_stopping_leaks_nothing(
        self, make: Callable[[], Analyzer], scene: list[Frame], cycles: int, scratch: Path
    ) -> None:
        """No thread, file descriptor or temporary file stays."""

        def cycle() -> None:
            analyzer = make()
            analyzer.process(scene[:1])
            analyzer.close()

        assert not leak(cycle, cycles, scratch)


def observe(analyzer: Analyzer, scene: Sequence[Frame], max_batch: int) -> Observed:
    """All observations of an analyzer, which is closed then."""
    answers: Observed = []
    for start in range(0, len(scene), max_batch):
        batch = scene[start : start + max_batch]
        answer = analyzer.process(batch)
        assert len(answer) == len(batch), f"{len(answer)} answers to {len(batch)} frames"
        answers += answer
    analyzer.close()
    return answers


def check(answer: tuple[Observation, ...], spec: AnalyzerSpec, stream: StreamInfo) -> None:
    """Whether folding can work with the observations of one frame."""
    assert isinstance(answer, tuple), f"{type(answer).__name__} instead of a tuple of observations"
    regions = {region.id for region in stream.regions}
    for seen in answer:
        assert isinstance(seen, Observation)
        assert seen.type in spec.emits, f"{seen.type} is not in the spec's emits"
        # Observations travel between processes; numpy's own numbers do not.
        assert isinstance(seen.active, bool), f"{seen.type}: active is {type(seen.active).__name__}, not bool"
        for number in (seen.score, *seen.regions.values(), *seen.vector):
            assert isinstance(number, float | int), f"{seen.type}: {type(number).__name__} is no plain number"
        assert 0 <= seen.score <= 1, f"{seen.type}: score {seen.score}"
        assert seen.regions.keys() <= regions, f"{seen.type}: regions that the stream does not have"
        assert all(0 <= share <= 1 for share in seen.regions.values()), f"{seen.type}: {seen.regions}"
        for box in seen.boxes:
            assert 0 <= box.x <= box.x + box.width <= 1.001, f"{seen.type}: {box}"
            assert 0 <= box.y <= box.y + box.height <= 1.001, f"{seen.type}: {box}"
        json.dumps(seen.data)
    keys = [(seen.type, seen.key) for seen in answer]
    assert len(set(keys)) == len(keys), f"the same type and key twice in one frame: {keys}"


def fingerprint(frame: Frame) -> tuple[Any, ...]:
    """All that a frame holds, as values that can be compared."""
    picture = frame.picture
    planes: list[Any] = [frame.gray(), frame.bgr()]
    if isinstance(picture, YuvPicture):
        planes += [picture.y, picture.u, picture.v]
    elif isinstance(picture, BgrPicture):
        planes.append(picture.bgr(None))
    pixels = tuple(np.ascontiguousarray(plane).tobytes() for plane in planes)
    times = frame.sequence, frame.captured_at, frame.received_at, frame.mono_ns, frame.time_s, frame.dt, frame.key
    return frame.stream_id, frame.feed, times, json.dumps(frame.meta, default=str, sort_keys=True), pixels
