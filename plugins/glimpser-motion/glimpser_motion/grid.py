"""The small picture that motion is looked for in, and shares of it."""

from collections.abc import Sequence

import cv2
import numpy as np

GRID_SIDE = 160
"""Longest side of the analysed picture in pixels: every larger picture is scaled down to it."""


def shrink(gray: np.ndarray, side: int = GRID_SIDE) -> np.ndarray:
    """Scale an H×W uint8 picture so that its longest side is at most `side`; a smaller one comes back as it is.

    Halving by exact 2×2 means first makes this several times faster than one area interpolation, and makes a picture
    and its half-size version end up (nearly) equal.
    """
    height, width = gray.shape
    while max(height, width) >= 2 * side:
        gray = gray[: height // 2 * 2, : width // 2 * 2]
        height, width = height // 2, width // 2
        gray = cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA)
    longest = max(height, width)
    if longest > side:
        size = max(1, round(width * side / longest)), max(1, round(height * side / longest))
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    return gray


def polygon_mask(polygons: Sequence[Sequence[tuple[float, float]]], shape: tuple[int, int]) -> np.ndarray:
    """Mask (uint8, 255 inside any polygon) of `shape` (height, width) from polygons of (x, y) points in 0..1."""
    mask = np.zeros(shape, np.uint8)
    scale = np.array([shape[1], shape[0]], np.float64)
    for polygon in polygons:
        # Pixel i covers i..i+1, so its centre stands at i + 0.5; four fractional bits keep small polygons in place.
        points = np.round((np.asarray(polygon, np.float64) * scale - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(mask, [points], 255, shift=4)
    return mask


def moving_share(mask: np.ndarray, zone: np.ndarray) -> float:
    """Share (0..1) of a zone that moves; both are uint8 masks of one shape. An empty zone has share 0."""
    size = cv2.countNonZero(zone)
    return cv2.countNonZero(cv2.bitwise_and(mask, zone)) / size if size else 0.0
