"""What the picture looks like when nothing moves, and how much each pixel of it varies.

All rates are in seconds. Where samples are counted, one speaks for `LEARN_EVERY` seconds at most, so that a stream
that is analysed once a second is not judged hastier than one that is analysed thirty times a second.
"""

import cv2
import numpy as np

LEARN_EVERY = 0.2  # s between updates of the model; every frame while it is younger than YOUNG
YOUNG = 1.0  # s in which everything is learned alike, so that a bad first frame leaves no ghost
MEAN_TAU = 13.0  # s to follow the picture where nothing moves
COVERED_TAU = 60.0  # s to follow it under something that moves
ABSORB_TAU = 2.0  # s to take over something that stopped
SPREAD_TAU = 5.0  # s to learn a larger variation; a smaller one takes SPREAD_DECAY times as long
SPREAD_DECAY = 4.0
FLICKER_TAU = 20.0  # s to learn that a pixel flickers; forgetting takes FLICKER_DECAY times as long
FLICKER_DECAY = 3.0
FLICKER_SHARE = 0.2  # a pixel flickers when it enters or leaves the foreground in this share of the samples
SPREAD_FACTOR = 3.2  # a change counts from this many standard deviations on
SLACK = 0.5  # pixels (of the small picture) that edges may wander
LARGEST = 60.0  # gray levels: a larger change says no more about the variation of a pixel
STATIONARY = 0.6  # of the threshold: a pixel that changed by less since the reference stands still
REFERENCE_EVERY = 1.0  # s
FIT_SAMPLES = 1200
FIT_FROM = 0.75  # gray levels of mean difference under which there is nothing to explain but an offset
FIT_LEAST = 50  # samples
FIT_ROUNDS = 3
FIT_STEP = 0.35  # pixels of shift that a round may leave over
FIT_REACH = 3.0  # pixels
FIT_PRIOR = np.array([0.002, 0.002, 0.02, 0.02], np.float32)
"""Pulls the four terms towards zero: decides in a flat picture, where they cannot be told apart."""


class Background:
    """Per-pixel background of one picture size (float32 arrays of one shape, gray levels 0..255)."""

    def __init__(self, picture: np.ndarray, floor: float) -> None:
        """`floor` is the smallest change, in gray levels, that counts anywhere."""
        shape = picture.shape
        self.floor = floor
        self.mean = picture.copy()
        self.age = 0.0  # s of pictures seen, each counted as LEARN_EVERY at most
        self.still = np.zeros(shape, np.float32)  # s for which a pixel has been foreground without changing
        self.reference = picture
        self._reference_age = 0.0
        self._variance = np.full(shape, 2.25, np.float32)
        self._flicker = np.zeros(shape, np.float32)  # 255 × the share of samples in which a pixel toggled
        self._before = np.zeros(shape, np.uint8)
        self._unlearned = 0.0
        step = max(1, round((picture.size / FIT_SAMPLES) ** 0.5))
        self._sampled = np.s_[step // 2 :: step, step // 2 :: step]
        # What a change of light and a small shift look like: offset, gain (around mid-gray), and the two gradients.
        self._terms = np.ones((4, *shape), np.float32)
        self._refresh()

    def _refresh(self) -> None:
        _, gain, shift_x, shift_y = self._terms
        cv2.addWeighted(self.mean, 1 / 64, self.mean, 0, -2, dst=gain)
        cv2.Sobel(self.mean, cv2.CV_32F, 1, 0, dst=shift_x, scale=1 / 8)
        cv2.Sobel(self.mean, cv2.CV_32F, 0, 1, dst=shift_y, scale=1 / 8)
        self._sampled_terms = np.ascontiguousarray(self._terms[:, *self._sampled]).reshape(4, -1)
        spread = cv2.max(cv2.sqrt(self._variance) * SPREAD_FACTOR, self.floor)
        self.threshold = cv2.scaleAdd(cv2.magnitude(shift_x, shift_y), SLACK, spread)

    def predict(self, picture: np.ndarray, ignored: np.ndarray | None) -> np.ndarray:
        """What the background would look like in this picture's light and from this picture's point of view.

        The difference to the background is explained as offset + gain × background + a shift of less than about a
        pixel, fitted robustly to the pixels that were background before: exposure, lamps, dusk and a trembling mast
        change the whole picture in these ways, and things that move do not.
        """
        weight = (self._before[self._sampled].ravel() == 0).astype(np.float32)
        if ignored is not None:
            weight *= ignored[self._sampled].ravel() == 0
        if weight.sum() < FIT_LEAST:
            weight[:] = 1
        shift, shifted = np.zeros(2, np.float32), self.mean
        for _ in range(FIT_ROUNDS):
            difference = (picture - shifted)[self._sampled].ravel()
            factors = self._fit(difference, weight)
            step = factors[2:]
            if not step.any() or abs(step).max() < FIT_STEP or abs(shift + step).max() > FIT_REACH:
                break
            # The gradients tell a shift of less than a pixel; look again from there.
            shift += step
            move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
            size = picture.shape[1], picture.shape[0]
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            shifted = cv2.warpAffine(self.mean, move, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        if factors[1:].any():
            predicted = shifted + (factors @ self._terms.reshape(4, -1)).reshape(shifted.shape)
        else:
            predicted = shifted + factors[0]
        self._light = predicted - self.mean
        return predicted

    def _fit(self, difference: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Factors of the four terms; of the offset alone where there is little to explain."""
        basis = self._sampled_terms
        factors = np.zeros(4, np.float32)
        total = float(weight.sum())
        factors[0] = float(difference @ weight) / total
        if float(np.abs(difference) @ weight) / total < FIT_FROM:
            return factors
        for last in (False, False, True):
            weighted = basis * weight
            normal = weighted @ basis.T
            normal[np.diag_indices(4)] += total * FIT_PRIOR
            factors = cv2.solve(normal, weighted @ difference)[1].ravel()
            if last:
                break
            residual = np.abs(difference - factors @ basis)
            limit = max(2.0, 2.0 * float(residual @ weight) / total)
            weight = (residual < limit).astype(np.float32)
            total = float(weight.sum())
            if total < FIT_LEAST:
                break
        return factors

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
        self.age += min(dt, LEARN_EVERY)
        self._reference_age += dt
        self._unlearned += dt
        # The small allowance keeps intervals of just that length with rounding errors from being skipped.
        if self._unlearned < LEARN_EVERY - 1e-3 and self.age >= YOUNG:
            return
        dt, self._unlearned = self._unlearned, 0.0
        if dt <= 0:
            return
        flickering = self._learn_flicker(raw)
        moved = cv2.compare(cv2.absdiff(picture, self.reference), self.threshold * STATIONARY, cv2.CMP_GT)
        self.still = (self.still + np.float32(dt)) * (foreground > moved)
        if self._reference_age >= REFERENCE_EVERY:
            self.restart_reference(picture)
        covered = foreground & ~flickering
        self._learn_spread(change, ~covered, dt)
        self._learn_mean(picture, covered, foreground, dt)
        self._refresh()

    def _learn_flicker(self, raw: np.ndarray) -> np.ndarray:
        toggled = raw ^ self._before
        self._before = raw
        rise = min(1.0, LEARN_EVERY / min(FLICKER_TAU, max(self.age, 1.0)))
        fall = rise if self.age < SPREAD_TAU else rise / FLICKER_DECAY
        cv2.accumulateWeighted(toggled, self._flicker, rise, toggled)
        cv2.accumulateWeighted(toggled, self._flicker, fall, ~toggled)
        return cv2.compare(self._flicker, 255 * FLICKER_SHARE, cv2.CMP_GT)

    def _learn_mean(self, picture: np.ndarray, covered: np.ndarray, foreground: np.ndarray, dt: float) -> None:
        usual = min(0.5, dt / min(max(self.age, 2 * dt), MEAN_TAU))
        slow = usual if self.age < YOUNG else min(0.5, dt / COVERED_TAU)
        settled = foreground & cv2.compare(self.still, ABSORB_AFTER, cv2.CMP_GT)
        in_old_light = picture - self._light
        for rate, where in (
            (usual, ~(covered | settled)),
            (slow, covered & ~settled),
            (min(0.5, dt / ABSORB_TAU), settled),
        ):
            cv2.accumulateWeighted(in_old_light, self.mean, rate, where)
        # Light is followed everywhere alike, or what something covers for a while would come back in an old light.
        self.mean += np.float32(usual) * self._light

    def _learn_spread(self, change: np.ndarray, where: np.ndarray, dt: float) -> None:
        rise = min(0.5, dt / min(max(self.age, 2 * dt), SPREAD_TAU))
        fall = rise if self.age < SPREAD_TAU else rise / SPREAD_DECAY
        square = cv2.min(cv2.multiply(change, change), LARGEST * LARGEST)
        larger = cv2.compare(square, self._variance, cv2.CMP_GT)
        cv2.accumulateWeighted(square, self._variance, rise, where & larger)
        cv2.accumulateWeighted(square, self._variance, fall, where & ~larger)


ABSORB_AFTER = 6.0
"""Seconds after which something that stands still belongs to the background."""
