"""The detector on synthetic scenes: what must be found, what must not, at any rate, and at a change of rate."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from glimpser_motion.detector import DetectorSettings, MotionDetector, Result
from glimpser_motion.grid import moving_share, polygon_mask, shrink

WIDTH, HEIGHT = 320, 180
Effect = Callable[[np.ndarray, float], np.ndarray]


def textured(seed: int) -> np.ndarray:
    """A natural-looking still picture: coarse and fine texture, float32 H×W around mid-gray."""
    rng = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH), 110, np.float32)
    for cell, strength in ((40, 25), (8, 8), (2, 4)):
        noise = rng.normal(size=(HEIGHT // cell + 2, WIDTH // cell + 2)).astype(np.float32)
        picture += strength * cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return picture


def square(
    *, start: float = 6.0, seconds: float = 3.0, size: int = 30, contrast: float = 60, stop_at: float = 1.0
) -> Effect:
    """An opaque square crosses the picture from `start` on; it stays at `stop_at` (share of the way) if less than 1."""

    def effect(picture: np.ndarray, t: float) -> np.ndarray:
        way = min((t - start) / seconds, stop_at)
        if 0 <= way < 1:
            behind, picture = cv2.blur(picture, (41, 41)), picture.copy()
            left = int(-size + (WIDTH + size) * way)
            shown = slice(max(0, left), max(0, left + size))
            picture[80 : 80 + size, shown] = behind[80 : 80 + size, shown] + contrast
        return picture

    return effect


def scene(
    *effects: Effect, fps: float = 10, seconds: float = 15, noise: float = 2.0, seed: int = 1
) -> Iterator[tuple[float, float, np.ndarray]]:
    """Yield (time, time since the last picture, picture) with sensor noise."""
    rng = np.random.default_rng(seed)
    still = textured(seed)
    for i in range(int(seconds * fps)):
        t, picture = i / fps, still
        for effect in effects:
            picture = effect(picture, t)
        picture = picture + rng.normal(size=picture.shape).astype(np.float32) * noise
        yield t, 1 / fps, np.clip(picture, 0, 255).astype(np.uint8)


def look(
    pictures: Iterator[tuple[float, float, np.ndarray]], detector: MotionDetector | None = None
) -> dict[float, Result]:
    detector = detector or MotionDetector()
    return {t: detector.update(picture, dt) for t, dt, picture in pictures}


def times(results: dict[float, Result]) -> list[float]:
    return [t for t, result in results.items() if result.motion]


def light(change: Callable[[float], float]) -> Effect:
    return lambda picture, t: picture * change(t)


def shaken(picture: np.ndarray, t: float) -> np.ndarray:
    move = np.float32([[1, 0, 2 * np.sin(9 * t)], [0, 1, 1.5 * np.sin(7 * t + 1)]])
    return cv2.warpAffine(picture, move, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)


def foliage(picture: np.ndarray, t: float) -> np.ndarray:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    leaves = np.clip((90 - y) / 20, 0, 1) * 2.5
    across = x + leaves * np.sin(6 * t + x / 9).astype(np.float32)
    return cv2.remap(picture, across, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def lamp(picture: np.ndarray, t: float) -> np.ndarray:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    glow = np.exp(-((x - 220) ** 2 + (y - 120) ** 2) / 40**2).astype(np.float32)
    return picture * (1 + 0.6 * glow) if t > 6 else picture


def rain() -> Effect:
    rng = np.random.default_rng(3)

    def effect(picture: np.ndarray, t: float) -> np.ndarray:
        drops = np.zeros_like(picture)
        for _ in range(40):
            x, y = int(rng.integers(WIDTH)), int(rng.integers(HEIGHT))
            cv2.line(drops, (x, y), (x + 3, y + 20), 50.0, 2)
        return picture + drops

    return effect


@pytest.mark.parametrize("fps", [1, 5, 10, 30])
def test_a_moving_square_is_found_at_every_rate_and_nothing_else(fps: int) -> None:
    found = times(look(scene(square(seconds=4), fps=fps)))
    assert found
    # Two pictures are the least that can show motion; one more may pass before it ends.
    assert 6 <= found[0] <= 6.6 + 2 / fps
    assert 9 <= found[-1] <= 10.3 + 1 / fps


def test_boxes_mask_and_score_show_where_and_how_much() -> None:
    small = look(scene(square(size=24)))
    large = look(scene(square(size=60)))
    t = next(t for t in times(small) if t > 7.2)
    result = small[t]
    (x, y, width, height) = result.boxes[0]
    centre = (-24 + (WIDTH + 24) * (t - 6) / 3 + 12) / WIDTH
    assert x + width / 2 == pytest.approx(centre, abs=0.03)
    assert y + height / 2 == pytest.approx(92 / HEIGHT, abs=0.03)
    assert result.mask.shape == (90, 160)
    assert result.mask.dtype == np.uint8
    assert np.count_nonzero(result.mask) / result.mask.size == pytest.approx(24 * 24 / (WIDTH * HEIGHT), rel=0.35)
    assert 0.2 < result.score < large[t].score < 1
    assert small[3.0].score == 0
    assert small[3.0].boxes == ()


@pytest.mark.parametrize(
    ("effects", "options"),
    [
        pytest.param([], {"noise": 12}, id="noise"),
        pytest.param([light(lambda t: 1.25 if 5 < t < 10 else 1)], {}, id="brightness step"),
        pytest.param([light(lambda t: 1 - 0.04 * t)], {}, id="dusk"),
        pytest.param([light(lambda t: 1 + 0.06 * np.sin(25 * t))], {}, id="flickering lamps"),
        pytest.param([light(lambda t: 0.25)], {"noise": 5}, id="night"),
        pytest.param([lamp], {}, id="a lamp goes on in a part"),
        pytest.param([shaken], {}, id="shaking mast"),
        pytest.param([foliage], {}, id="foliage"),
        pytest.param([rain()], {"fps": 20}, id="rain"),
        pytest.param([lambda picture, t: picture if t < 6 else picture[:, ::-1]], {}, id="another view"),
    ],
)
def test_what_is_not_motion_is_not_reported(effects: list[Effect], options: dict[str, float]) -> None:
    assert times(look(scene(*effects, **options))) == []


@pytest.mark.parametrize(
    "effect", [shaken, foliage, light(lambda t: 1 + 0.06 * np.sin(25 * t)), light(lambda t: 1 - 0.04 * t)]
)
def test_a_square_is_found_in_an_unquiet_picture(effect: Effect) -> None:
    found = times(look(scene(square(), effect)))
    assert found
    assert found[0] <= 7
    assert 8 <= found[-1] <= 9.5


@pytest.mark.parametrize("gap", [1, 4])
@pytest.mark.parametrize("effect", [None, shaken, foliage, light(lambda t: 1 - 0.03 * t)])
def test_a_change_of_rate_alone_is_no_motion(gap: int, effect: Effect | None) -> None:
    detector, last = MotionDetector(), 0.0
    for t, _, picture in scene(*([effect] if effect else []), fps=10, seconds=30):
        if t < 20 and round(t * 10) % (gap * 10):
            continue
        assert not detector.update(picture, t - last).motion, t
        last = t


@pytest.mark.parametrize("gap", [1, 4])
def test_a_suspect_key_picture_is_confirmed_at_full_rate(gap: int) -> None:
    detector, last, awake, found = MotionDetector(), 0.0, None, None
    for t, _, picture in scene(square(start=18, seconds=8), fps=10, seconds=26):
        if awake is None and round(t * 10) % (gap * 10):
            continue
        result = detector.update(picture, t - last)
        last = t
        if result.suspect and awake is None:
            awake = t
            assert not result.motion
        if result.motion and found is None:
            found = t
    assert awake is not None
    assert 18 < awake <= 18 + gap + 1
    assert found is not None
    assert found - awake <= 0.6


def test_what_stops_belongs_to_the_background_after_a_while_and_leaves_no_ghost() -> None:
    def parked(picture: np.ndarray, t: float) -> np.ndarray:
        return square(stop_at=0.5)(picture, t) if t < 25 else picture

    results = look(scene(parked, seconds=32))
    found = times(results)
    assert found[0] < 7
    assert any(t > 10 for t in found)  # it may still get out
    assert not any(16 < t < 25 for t in found)
    # What is left where it stood is no thing that moves.
    assert not any(t > 26 for t in found)


def test_a_bad_first_picture_leaves_no_ghost() -> None:
    pictures = [(t, dt, picture) for t, dt, picture in scene()]
    first = pictures[0][2].copy()
    first[60:120, 100:200] = 250
    pictures[0] = (0.0, 0.1, first)
    assert times(look(iter(pictures))) == []


def test_ignored_parts_are_left_out() -> None:
    ignore = polygon_mask([[(0, 0.3), (1, 0.3), (1, 0.8), (0, 0.8)]], (HEIGHT, WIDTH))
    detector = MotionDetector()
    results = [detector.update(picture, dt, ignore=ignore) for _, dt, picture in scene(square())]
    assert not any(result.motion or result.suspect for result in results)
    above = polygon_mask([[(0, 0), (1, 0), (1, 0.3), (0, 0.3)]], (HEIGHT, WIDTH))
    detector = MotionDetector()
    assert any(detector.update(picture, dt, ignore=above).motion for _, dt, picture in scene(square()))


def test_settings_change_what_is_seen_and_refuse_nonsense() -> None:
    faint, tiny = square(contrast=8), square(size=10)
    low, usual, high = (
        len(times(look(scene(faint), MotionDetector(DetectorSettings(sensitivity=sensitivity)))))
        for sensitivity in (0.0, 0.5, 1.0)
    )
    assert low == 0
    assert usual < high
    assert high > 20
    assert times(look(scene(tiny)))
    assert not times(look(scene(tiny), MotionDetector(DetectorSettings(min_area=0.008))))
    with pytest.raises(ValueError, match="sensitivity is 2"):
        DetectorSettings(sensitivity=2)
    with pytest.raises(ValueError, match="min_area is 0"):
        DetectorSettings(min_area=0)


def test_the_same_pictures_give_the_same_answers() -> None:
    first, second = (look(scene(square(), foliage)) for _ in range(2))
    assert [(r.motion, r.suspect, r.score, r.boxes) for r in first.values()] == [
        (r.motion, r.suspect, r.score, r.boxes) for r in second.values()
    ]


def test_the_size_of_the_picture_and_its_memory_do_not_matter() -> None:
    detectors = [MotionDetector() for _ in range(3)]
    for _, dt, picture in scene(square()):
        large = np.kron(picture, np.ones((2, 2), np.uint8))
        plane = np.zeros((large.shape[0], large.shape[1] + 64), np.uint8)
        plane[:, : large.shape[1]] = large
        plane.flags.writeable = False
        small, whole, strided = (
            detector.update(view, dt)
            for detector, view in zip(detectors, (picture, large, plane[:, : large.shape[1]]), strict=True)
        )
        assert small.motion == whole.motion == strided.motion
        assert small.suspect == whole.suspect == strided.suspect


def test_a_new_size_starts_afresh() -> None:
    detector = MotionDetector()
    look(scene(), detector)
    for _, dt, picture in scene(seconds=2):
        assert not detector.update(np.ascontiguousarray(picture[:, : WIDTH // 2]), dt).motion


@pytest.mark.parametrize("shape", [(8, 8), (90, 161), (480, 854), (720, 641)])
def test_any_size_is_taken(shape: tuple[int, int]) -> None:
    detector = MotionDetector()
    rng = np.random.default_rng(0)
    for _ in range(5):
        result = detector.update(rng.integers(90, 100, shape, dtype=np.uint8), 0.1)
    assert max(result.mask.shape) <= 160
    assert result.mask.shape == shrink(np.zeros(shape, np.uint8)).shape
    assert not result.motion


def test_an_even_picture_and_pauses_in_time_are_quiet() -> None:
    detector = MotionDetector()
    flat = np.full((90, 160), 16, np.uint8)
    for dt in (0, 0, 0.1, 0.1, 30, 0.04, 3600, 0, 0.04, 1):
        result = detector.update(flat, dt)
        assert not result.motion
        assert not result.suspect


def test_share_of_a_zone() -> None:
    zone = polygon_mask([[(0, 0), (0.5, 0), (0.5, 1), (0, 1)]], (90, 160))
    assert np.count_nonzero(zone) == pytest.approx(90 * 80, rel=0.02)
    moving = np.zeros((90, 160), np.uint8)
    moving[:45, :] = 255
    assert moving_share(moving, zone) == pytest.approx(0.5, abs=0.01)
    assert moving_share(np.zeros_like(moving), zone) == 0
    assert moving_share(moving, np.zeros_like(zone)) == 0
