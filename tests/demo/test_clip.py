"""The demo's clip: a real video file with quiet phases and motion, complete or absent."""

import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from glimpser.demo.clip import DemoUnavailable, film, generate, schedule
from glimpser.demo.scenes import SCENES, paint

SIZE = (320, 180)


def test_clip_is_h264_with_a_keyframe_every_two_seconds(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    generate(path, seed=1, seconds=12, size=SIZE, fps=5)
    assert [entry.name for entry in tmp_path.iterdir()] == ["clip.mp4"]
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height, stream.average_rate) == (*SIZE, Fraction(5))
        frames = list(container.decode(stream))
    assert len(frames) == 60
    keys = [frame.time for frame in frames if frame.key_frame]
    assert keys[0] == 0
    assert max(np.diff([*keys, 12.0])) <= 2.0


@pytest.mark.parametrize("seed", range(len(SCENES)))
def test_things_move_when_scheduled_and_only_light_noise_and_leaves_else(seed: int) -> None:
    seconds, fps = 40.0, 5
    scene = paint(seed, SIZE)
    cast = schedule(scene, seconds, np.random.default_rng((seed, 1)))
    assert cast
    leafless = np.ones((SIZE[1], SIZE[0]), bool)
    for branch in scene.branches:
        height, width = branch.opacity.shape
        leafless[
            max(0, branch.top - 2) : branch.top + height + 2, max(0, branch.left - 2) : branch.left + width + 2
        ] = 0
    pictures = [
        cv2.GaussianBlur(planes[: SIZE[1]], (5, 5), 0).astype(np.int16) for planes in film(seed, seconds, SIZE, fps)
    ]
    moved = [
        float(np.mean((np.abs(after - before) > 12)[leafless]))
        for before, after in zip(pictures, pictures[fps:], strict=False)
    ]
    busy = np.zeros(len(moved), bool)
    for actor in cast:
        busy[max(0, int((actor.start_s - 1) * fps)) : int(actor.end_s * fps) + 1] = True
    assert max(np.array(moved)[~busy]) < 0.0005
    for actor in cast:
        during = moved[int(actor.start_s * fps) : int(actor.end_s * fps)]
        assert max(during) > 0.002, actor.route.who


def test_long_clip_keeps_ten_quiet_seconds_around_every_act_and_its_ends_meet() -> None:
    for seed in range(len(SCENES)):
        cast = schedule(paint(seed, SIZE), 110, np.random.default_rng((seed, 1)))
        assert len(cast) >= 4
        edges = [0.0, *(edge for actor in cast for edge in (actor.start_s, actor.end_s)), 110.0]
        assert min(after - before for before, after in zip(edges[::2], edges[1::2], strict=True)) >= 10
    first, *_, last = film(2, 30, SIZE, 5)
    difference = cv2.blur(last, (9, 9)).astype(np.int16) - cv2.blur(first, (9, 9)).astype(np.int16)
    assert np.mean(np.abs(difference)) < 1.5


def test_same_seed_same_pictures_other_seed_other_details() -> None:
    def first(seed: int) -> np.ndarray:
        return next(film(seed, 5, SIZE, 5))

    assert np.array_equal(first(0), first(0))
    assert not np.array_equal(first(0), first(3))


@pytest.mark.parametrize(
    "wrong", [{"seed": -1}, {"seconds": 0.5}, {"fps": 0}, {"fps": 61}, {"size": (321, 180)}, {"size": (32, 32)}]
)
def test_arguments_out_of_range_are_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="width and height even"):
        generate(tmp_path / "clip.mp4", **{"seed": 0, "seconds": 2, **wrong})  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_without_pyav_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(DemoUnavailable, match=r"pip install 'glimpser\[demo\]'"):
        generate(tmp_path / "clip.mp4", seed=0, seconds=2)


def test_a_failed_clip_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise OSError("disk full")

    monkeypatch.setattr("glimpser.demo.clip.film", broken)
    with pytest.raises(OSError, match="disk full"):
        generate(tmp_path / "clip.mp4", seed=0, seconds=2, size=SIZE)
    assert not list(tmp_path.iterdir())
