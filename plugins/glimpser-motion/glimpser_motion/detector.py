"""Motion in a sequence of gray pictures, for any frame rate from one in a few seconds to thirty a second.

A picture is compared with a background in its own light (`background`), connected patches of change are kept where
they are large enough, not mere light (`light`), not rain, and not standing still, and motion is reported once patches
have been seen, and have moved, for a fraction of a second. Nothing here counts frames: time comes in as `dt` alone.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from glimpser_motion.background import ABSORB_AFTER, STATIONARY, Background
from glimpser_motion.grid import shrink
from glimpser_motion.light import Light

FLOOR = 11.0  # gray levels of change that count at sensitivity 0.5; doubled at 0, halved at 1
WARM_UP = 0.8  # s after the first picture, or a cut, before motion is reported
SPAN = 0.1  # s for which one picture is evidence at most
ONSET = 0.12  # s after something appears in which its arrival alone does not count as moving
CONFIRM = 0.2  # s of evidence before motion is reported
MEMORY = 0.4  # s of evidence kept at most
FORGET = 3.0  # s of evidence lost in a second without any
KEEP_AREA = 0.5  # of the least area is enough while there is motion
MOVED_AREA = 0.5  # of the least area must have changed since the reference for a patch to move
FRESH_AREA = 0.25  # of the least area must not yet have stood still for a patch to count
SMOOTH_AREA = 0.01  # of the picture: smaller patches are not tested for smooth light
CUT_SHARE = 0.7  # of the picture: when more has changed at once, it is another picture
FLASH_SHARE = 0.004  # of the picture that flashes up for one frame on average: it rains
FLASH_TAU = 3.0  # s
FLASH_DT = 0.15  # s between frames above which a flash cannot be told from something that passes
MOST_PATCHES = 16  # looked at in one picture, the largest first

Box = tuple[int, int, int, int]  # x, y, width, height in pixels
Patches = tuple[np.ndarray, list[Box], int, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSettings:
    """How easily motion is seen.

    `sensitivity` 0..1: at 1 half the contrast of 0.5 is enough, at 0 it takes twice as much.
    `min_area` 0..1: share of the picture that the smallest moving thing covers.
    """

    sensitivity: float = 0.5
    min_area: float = 0.002

    def __post_init__(self) -> None:
        if not 0 <= self.sensitivity <= 1:
            raise ValueError(f"sensitivity is {self.sensitivity}, allowed is 0 to 1")
        if not 0 < self.min_area < 1:
            raise ValueError(f"min_area is {self.min_area}, allowed is more than 0 and less than 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one picture showed.

    `motion`: something moves, confirmed over time. `suspect`: this picture by itself looks like it; worth a closer
    look, not an alarm. `score` 0..1 grows with the moving area (0.2 at the least area, 0.7 at ten times it). `mask`
    (uint8, 255 = moving, at most 160 pixels a side) and `boxes` (x, y, width, height as shares of the picture, the
    largest first) show the patches that count.
    """

    motion: bool
    suspect: bool
    score: float
    mask: np.ndarray
    boxes: tuple[tuple[float, float, float, float], ...]


class MotionDetector:
    """Looks for motion in the pictures of one stream; deterministic, for one thread at a time."""

    def __init__(self, settings: DetectorSettings | None = None) -> None:
        self._settings = settings or DetectorSettings()
        self._floor = FLOOR * 2 ** (1 - 2 * self._settings.sensitivity)
        self._background: Background
        self._light: Light
        self._shape: tuple[int, ...] | None = None
        self._evidence = 0.0
        self._motion = False
        self._ignore: np.ndarray | None = None
        self._ignored: np.ndarray | None = None

    def update(self, gray: np.ndarray, dt: float, *, ignore: np.ndarray | None = None) -> Result:
        """Look at the next picture (H×W uint8, rows may be strided), `dt` ≥ 0 seconds after the one before.

        `ignore` (H×W of any size, nonzero = ignored) leaves parts of the picture out; pass the same array again while
        it stays the same. A picture of another shape starts afresh.
        """
        picture = cv2.GaussianBlur(shrink(gray), (3, 3), 0).astype(np.float32)
        if self._shape != picture.shape:
            self._start(picture)
        ignored = self._fit_ignored(ignore, picture.shape)
        background = self._background
        predicted = background.predict(picture, ignored)
        change = picture - predicted
        raw = cv2.compare(cv2.absdiff(picture, predicted), background.threshold, cv2.CMP_GT)
        if ignored is not None:
            raw[ignored > 0] = 0
        if cv2.countNonZero(raw) > CUT_SHARE * raw.size:
            self._start(picture)
            return self._result(np.zeros_like(raw), [], 0)
        foreground = cv2.medianBlur(self._without_rain(raw, dt), 3)
        mask, boxes, area, moved = self._patches(picture, foreground)
        self._weigh(picture, area, moved, dt)
        background.learn(picture, change, raw, foreground, dt)
        return self._result(mask, boxes, area)

    def _start(self, picture: np.ndarray) -> None:
        self._shape = picture.shape
        self._background = Background(picture, self._floor)
        self._light = Light(picture.shape)
        self._raw_1 = self._raw_2 = np.zeros(picture.shape, np.uint8)
        self._flash = 0.0
        self._since_onset: float | None = None

    def _fit_ignored(self, ignore: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray | None:
        if ignore is None:
            return None
        if ignore is not self._ignore or self._ignored is None or self._ignored.shape != shape:
            size = shape[1], shape[0]
            self._ignored = cv2.resize((ignore > 0).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
            self._ignore = ignore
        return self._ignored

    def _without_rain(self, raw: np.ndarray, dt: float) -> np.ndarray:
        """While much of the picture flashes up for one frame only, keep what was seen in two of the last three."""
        first, second = self._raw_1, self._raw_2
        self._raw_1, self._raw_2 = raw, first
        if dt > FLASH_DT:
            return raw
        flashed = cv2.countNonZero(first & ~(raw | second)) / raw.size
        self._flash += min(1.0, dt / FLASH_TAU) * (flashed - self._flash)
        return raw & (first | second) if self._flash > FLASH_SHARE else raw

    def _patches(self, picture: np.ndarray, mask: np.ndarray) -> Patches:
        """Mask and boxes (pixels) of the patches that count, their area in pixels, and whether one of them moved."""
        none: Patches = np.zeros_like(mask), [], 0, False
        full = max(4.0, self._settings.min_area * mask.size)
        least = max(4.0, full * KEEP_AREA) if self._motion else full
        if cv2.countNonZero(mask) < least:
            return none
        left, top, width, height = cv2.boundingRect(mask)
        # Labelling costs by area, and most of the picture is empty most of the time.
        part = mask[top : top + height, left : left + width]
        _, labels, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8, ltype=cv2.CV_16U)
        sizes = stats[1:, cv2.CC_STAT_AREA]
        wanted = [int(i) + 1 for i in np.argsort(-sizes, kind="stable")[:MOST_PATCHES] if sizes[i] >= least]
        if not wanted:
            return none
        background = self._background
        self._light.look(picture, background.mean)
        changed = cv2.absdiff(picture, background.reference) > background.threshold * STATIONARY
        fresh = background.still < ABSORB_AFTER
        kept = np.zeros(len(stats), np.uint8)
        boxes: list[Box] = []
        area, moved = 0, False
        for label in wanted:
            x, y, w, h, size = (int(v) for v in stats[label])
            inside = labels[y : y + h, x : x + w] == label
            x, y = x + left, y + top
            box = (slice(y, y + h), slice(x, x + w))
            moves = int(np.count_nonzero(changed[box] & inside)) >= MOVED_AREA * least
            if not moves and np.count_nonzero(fresh[box] & inside) < FRESH_AREA * least:
                continue
            if not moves and self._light.is_left_over(box, inside):
                background.still[box][inside] = ABSORB_AFTER + 1
                continue
            if self._light.is_same_surface(box, inside):
                continue
            if size >= SMOOTH_AREA * mask.size and self._light.is_smooth(box):
                continue
            kept[label] = 255
            boxes.append((x, y, w, h))
            area += size
            moved |= moves
        result = none[0]
        result[top : top + height, left : left + width] = kept[labels]
        return result, boxes, area, moved

    def _weigh(self, picture: np.ndarray, area: int, moved: bool, dt: float) -> None:
        """Gather evidence over time: what is seen must stay in view and, after it appeared, move."""
        if not area:
            self._since_onset = None
            self._evidence = max(0.0, self._evidence - FORGET * dt)
            self._motion = self._motion and self._evidence > 0
            return
        self._since_onset = 0.0 if self._since_onset is None else self._since_onset + dt
        if self._since_onset < ONSET - 1e-3 and not self._motion:
            # A lamp that was switched on changes the picture once and then never again.
            self._background.restart_reference(picture)
            moved = False
        # One sample speaks for SPAN at most; something large is seen with twice the certainty.
        certainty = min(2.0, max(1.0, area / (2 * self._settings.min_area * picture.size)))
        self._evidence = min(MEMORY, self._evidence + min(dt, SPAN) * certainty)
        if self._evidence >= CONFIRM - 1e-3 and moved and self._background.age >= WARM_UP:
            self._motion = True

    def _result(self, mask: np.ndarray, boxes: list[Box], area: int) -> Result:
        height, width = mask.shape
        share = area / mask.size
        return Result(
            motion=self._motion,
            suspect=bool(boxes),
            score=share / (share + 4 * self._settings.min_area),
            mask=mask,
            boxes=tuple((x / width, y / height, w / width, h / height) for x, y, w, h in boxes),
        )
