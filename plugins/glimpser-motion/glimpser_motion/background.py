"""What the picture looks like when nothing moves, and how much each pixel of it varies.

All rates are in seconds. One sample speaks for at most `SPAN` seconds wherever it is counted and not averaged, so that
a stream which is analysed once a second is not judged hastier than one that is analysed thirty times a second.
"""

import cv2
import numpy as np

SPAN = 0.1
LEARN_EVERY = 0.1  # s between updates of the model; every frame while it is younger than YOUNG
YOUNG = 1.0  # s in which everything is learned alike, so that a bad first frame leaves no ghost
MEAN_TAU = 13.0  # s to follow the picture where nothing moves
COVERED_TAU = 60.0  # s to follow it under something that moves
ABSORB_TAU = 2.0  # s to take over something that stopped
SPREAD_TAU = 5.0  # s to learn a larger variation; a smaller one takes SPREAD_DECAY times as long
SPREAD_DECAY = 4.0
FLICKER_TAU = 10.0  # s to learn that a pixel flickers; forgetting takes FLICKER_DECAY times as long
FLICKER_DECAY = 3.0
FLICKER_SHARE = 0.2  # a pixel flickers when it enters or leaves the foreground in this share of the samples
SPREAD_FACTOR = 3.2  # a change counts from this many standard deviations on
SLACK = 0.5  # pixels (of the small picture) that edges may wander
LARGEST = 60.0  # gray levels: a larger change says no more about the variation of a pixel
STATIONARY = 0.6  # of the threshold: a pixel that changed by less since the reference stands still
REFERENCE_EVERY = 1.0  # s
FIT_SAMPLES = 1200
FIT_FROM = 0.75  # gray levels of mean difference under which there is nothing to explain but an offset
FIT_PRIOR = np.array([0.002, 0.002, 0.02, 0.02], np.float32)
"""Pulls the four terms towards zero: decides in a flat picture, where they cannot be told apart."""


class Background:
    """Per-pixel background of one picture size (float32 arrays of one shape, gray levels 0..255)."""

    def __init__(self, picture: np.ndarray, floor: float) -> None:
        """`floor` is the smallest change, in gray levels, that counts anywhere."""
        shape = picture.shape
        self.floor = floor
        self.mean = picture.copy()
        self.age = 0.0
        self.still = np.zeros(shape, np.float32)  # s for which a pixel has been foreground without changing
        self.reference = picture
        self._reference_age = 0.0
        self._variance = np.full(shape, 2.25, np.float32)
        self._flicker = np.zeros(shape, np.float32)
        self._before = np.zeros(shape, np.uint8)
        self._unlearned = 0.0
        step = max(1, round((picture.size / FIT_SAMPLES) ** 0.5))
        self._sampled = np.s_[step // 2 :: step, step // 2 :: step]
        self._refresh()

    def _refresh(self) -> None:
        grad_x = cv2.Sobel(self.mean, cv2.CV_32F, 1, 0, scale=1 / 8)
        grad_y = cv2.Sobel(self.mean, cv2.CV_32F, 0, 1, scale=1 / 8)
        self._basis = np.stack([np.ones_like(self.mean), (self.mean - 128) / 64, grad_x, grad_y]).reshape(4, -1)
        sampled = self._basis.reshape(4, *self.mean.shape)[:, *self._sampled]
        self._sampled_basis = np.ascontiguousarray(sampled.reshape(4, -1))
        spread = cv2.max(cv2.sqrt(self._variance) * SPREAD_FACTOR, self.floor)
        self.threshold = cv2.scaleAdd(cv2.magnitude(grad_x, grad_y), SLACK, spread)

    def predict(self, picture: np.ndarray, ignored: np.ndarray | None) -> np.ndarray:
        """What the background would look like in this picture's light and from this picture's point of view.

        The difference to the background is explained as offset + gain × background + a shift of less than about a
        pixel, fitted robustly to the pixels that were background before: exposure, lamps, dusk and a trembling mast
        change the whole picture in these ways, and things that move do not.
        """
        difference = (picture - self.mean)[self._sampled].ravel()
        weight = (self._before[self._sampled].ravel() == 0).astype(np.float32)
        if ignored is not None:
            weight *= ignored[self._sampled].ravel() == 0
        if weight.sum() < 50:
            weight[:] = 1
        total = float(weight.sum())
        offset = float(difference @ weight) / total
        if float(np.abs(difference) @ weight) / total < FIT_FROM:
            self._light = np.full_like(self.mean, offset)
        else:
            self._light = (self._fit(difference, weight) @ self._basis).reshape(self.mean.shape)
        return self.mean + self._light

    def _fit(self, difference: np.ndarray, weight: np.ndarray) -> np.ndarray:
        basis = self._sampled_basis
        terms = np.zeros(4, np.float32)
        for last in (False, False, True):
            total = float(weight.sum())
            if total < 50:
                break
            weighted = basis * weight
            normal = weighted @ basis.T
            normal[np.diag_indices(4)] += total * FIT_PRIOR
            terms = np.linalg.solve(normal, weighted @ difference)
            if not last:
                residual = np.abs(difference - terms @ basis)
                limit = max(2.0, 2.0 * float(residual @ weight) / total)
                weight = (residual < limit).astype(np.float32)
        return terms

    def restart_reference(self, picture: np.ndarray) -> None:
        """Judge what stands still against this picture from now on."""
        self.reference = picture
        self._reference_age = 0.0

    def learn(
        self, picture: np.ndarray, change: np.ndarray, raw: np.ndarray, foreground: np.ndarray, dt: float
    ) -> None:
        """Take in a picture, its signed change from the prediction, and where it is foreground (uint8 masks).

        `raw` is where the change exceeds the threshold, `foreground` the same without specks.
        """
        self.age += dt
        self._reference_age += dt
        self._unlearned += dt
        # The small allowance keeps 0.1 s intervals with rounding errors from being skipped.
        if self._unlearned < LEARN_EVERY - 1e-3 and self.age >= YOUNG:
            return
        dt, self._unlearned = self._unlearned, 0.0
        if dt <= 0:
            return
        moving = foreground > 0
        flickers = self._learn_flicker(raw)
        moved = cv2.absdiff(picture, self.reference) > self.threshold * STATIONARY
        self.still = np.where(moving & ~moved, self.still + np.float32(dt), np.float32(0))
        if self._reference_age >= REFERENCE_EVERY:
            self.restart_reference(picture)
        self._learn_mean(change, moving, flickers, dt)
        self._learn_spread(change, moving & ~flickers, dt)
        self._refresh()

    def _learn_flicker(self, raw: np.ndarray) -> np.ndarray:
        toggled = raw != self._before
        self._before = raw
        rise = min(1.0, SPAN / min(FLICKER_TAU, max(self.age, 1.0)))
        fall = rise if self.age < SPREAD_TAU else rise / FLICKER_DECAY
        self._flicker += np.where(toggled, np.float32(rise), np.float32(fall)) * (toggled - self._flicker)
        return self._flicker > FLICKER_SHARE

    def _learn_mean(self, change: np.ndarray, moving: np.ndarray, flickers: np.ndarray, dt: float) -> None:
        usual = min(0.5, dt / min(max(self.age, 2 * dt), MEAN_TAU))
        covered = usual if self.age < YOUNG else min(0.5, dt / COVERED_TAU)
        rate = np.full_like(self.mean, usual)
        rate[moving & ~flickers] = covered
        rate[moving & (self.still > ABSORB_AFTER)] = min(0.5, dt / ABSORB_TAU)
        # Light is followed everywhere alike, or what something covers for a while would come back in an old light.
        self.mean += usual * self._light + rate * change

    def _learn_spread(self, change: np.ndarray, skipped: np.ndarray, dt: float) -> None:
        rise = min(0.5, dt / min(max(self.age, 2 * dt), SPREAD_TAU))
        fall = rise if self.age < SPREAD_TAU else rise / SPREAD_DECAY
        square = np.minimum(change * change, LARGEST * LARGEST)
        rate = np.where(square < self._variance, np.float32(fall), np.float32(rise))
        rate[skipped] = 0
        self._variance += rate * (square - self._variance)


ABSORB_AFTER = 6.0
"""Seconds after which something that stands still belongs to the background."""
