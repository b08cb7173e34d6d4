"""Tells light from things: did a patch change because the light on it changed, or because something is in it?"""

import cv2
import numpy as np

SMOOTH_SHARE = 0.85  # of the change that a smooth light must explain
SAME_SHARE = 0.6  # of the fine texture that must be the background's
TEXTURE = 2.5  # gray levels: with less fine texture in the background, the texture tells nothing
FINE = (7, 7)  # pixels: texture finer than this is compared
LEFT_OVER_SHARE = 0.6  # of the edges in the background that are still there
OUTLINE = np.ones((3, 3), np.uint8)
MARGIN = 0.5  # of the patch's size: looked at around it
SMOOTH_SAMPLES = 500


class Light:
    """Compares patches of one picture with the background's mean (both float32, one shape)."""

    def __init__(self, shape: tuple[int, int]) -> None:
        height, width = shape
        self._x, self._y = np.meshgrid(
            np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
        )

    def look(self, picture: np.ndarray, mean: np.ndarray) -> None:
        """Set the picture that the following questions are about."""
        self._picture = picture
        self._mean = mean
        self._change = picture - mean

    def is_same_surface(self, box: tuple[slice, slice], inside: np.ndarray) -> bool:
        """Whether the fine texture inside (bool, of the box's shape) is still the background's, lit otherwise."""
        now, before = _fine(self._picture[box])[inside], _fine(self._mean[box])[inside]
        energy = float(before @ before)
        if energy < TEXTURE * TEXTURE * len(before):
            return False
        common = float(now @ before)
        return common > 0 and common * common > SAME_SHARE * energy * float(now @ now)

    def is_smooth(self, box: tuple[slice, slice]) -> bool:
        """Whether the change in and around the box is a gain and an offset that vary linearly across it.

        Something that stands in front of the background has an outline, which no such light explains.
        """
        rows, columns = (
            slice(max(0, side.start - margin), side.stop + margin)
            for side in box
            for margin in [int((side.stop - side.start) * MARGIN) + 3]
        )
        area = (rows.stop - rows.start) * (columns.stop - columns.start)
        step = max(1, int((area / SMOOTH_SAMPLES) ** 0.5))
        patch = np.s_[rows.start : rows.stop : step, columns.start : columns.stop : step]
        change, x, y = self._change[patch].ravel(), self._x[patch].ravel(), self._y[patch].ravel()
        mean = (self._mean[patch].ravel() - 128) / 64
        basis = np.stack([np.ones_like(mean), mean, x, y, mean * x, mean * y])
        normal = basis @ basis.T
        normal[np.diag_indices(6)] += 1e-3 * len(mean)
        residual = change - cv2.solve(normal, basis @ change)[1].ravel() @ basis
        return float(residual @ residual) < (1 - SMOOTH_SHARE) * float(change @ change)

    def is_left_over(self, box: tuple[slice, slice], inside: np.ndarray) -> bool:
        """Whether the outline of the patch is one in the background's mean only: what stood there is gone."""
        patch = inside.astype(np.uint8)
        outline = cv2.morphologyEx(patch, cv2.MORPH_GRADIENT, OUTLINE, borderType=cv2.BORDER_CONSTANT) > 0
        now, before = _edges(self._picture[box])[outline], _edges(self._mean[box])[outline]
        return float(now.sum()) < LEFT_OVER_SHARE * float(before.sum())


def _edges(patch: np.ndarray) -> np.ndarray:
    return cv2.morphologyEx(patch, cv2.MORPH_GRADIENT, OUTLINE)


def _fine(patch: np.ndarray) -> np.ndarray:
    return patch - cv2.blur(patch, FINE)
