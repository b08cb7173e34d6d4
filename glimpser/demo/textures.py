"""Natural-looking surfaces from noise. All arrays are float32; colours are BGR from 0 to 255."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def fractal(
    rng: np.random.Generator, size: tuple[int, int], *, cells: int = 4, octaves: int = 6, fall: float = 0.55
) -> Array:
    """Noise of shape `size` (height, width), 0 to 1, mean near 0.5, with detail on every scale.

    It starts with `cells` blotches across; each octave is twice as fine and weighs `fall` of the last.
    """
    height, width = size
    total = np.zeros(size, np.float32)
    weight, weights = 1.0, 0.0
    for octave in range(octaves):
        across = cells << octave
        if across > width:
            break
        grid = rng.random((max(2, across * height // width), across), dtype=np.float32)
        total += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        weights += weight
        weight *= fall
    total /= weights
    return np.asarray(np.clip((total - 0.5) * 1.6 + 0.5, 0, 1), np.float32)


def sample(texture: Array, u: Array, v: Array) -> Array:
    """The texture at `u`, `v` (one tile is 0 to 1), mirrored at each tile's edge so that no seam shows."""
    height, width = texture.shape[:2]
    x = np.abs((u * 0.5) % 1.0 * 2 - 1) * (width - 1)
    y = np.abs((v * 0.5) % 1.0 * 2 - 1) * (height - 1)
    return np.asarray(cv2.remap(texture, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR))


def mix(a: Array | tuple[float, ...], b: Array | tuple[float, ...], share: Array | float) -> Array:
    """`a` where `share` is 0, `b` where it is 1; a two-dimensional share applies to every channel."""
    if isinstance(share, np.ndarray) and share.ndim == 2:
        share = share[..., None]
    first, second = np.asarray(a, np.float32), np.asarray(b, np.float32)
    return np.asarray(first + (second - first) * share, np.float32)


def smooth(low: Array | float, high: Array | float, values: Array) -> Array:
    """0 below `low`, 1 above `high`, a soft step between."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def cells_hash(a: Array, b: Array) -> Array:
    """A fixed random number, 0 to 1, for each pair of whole numbers: the shade of a slab, a board, a brick."""
    x = np.sin(np.floor(a) * 127.1 + np.floor(b) * 311.7) * 43758.547
    return np.asarray(x - np.floor(x), np.float32)


def leaves(
    rng: np.random.Generator,
    size: tuple[int, int],
    clumps: list[tuple[float, float, float]],
    *,
    leaf: float,
    count: int,
    colour: tuple[float, float, float],
) -> tuple[Array, Array]:
    """Foliage: colour (h, w, 3) and opacity (h, w) of leaves around `clumps` (x, y, radius in pixels).

    It is lit from the upper left. `leaf` is the length of one leaf in pixels; the picture is drawn at twice the size
    and reduced, so edges are soft.
    """
    height, width = size[0] * 2, size[1] * 2
    paint = np.zeros((height, width, 3), np.uint8)
    cover = np.zeros((height, width), np.uint8)
    paint[:] = np.array(colour) * 0.5
    weights = np.array([radius * radius for _, _, radius in clumps])
    for index in range(count):
        x, y, radius = clumps[rng.choice(len(clumps), p=weights / weights.sum())]
        angle, reach = rng.uniform(0, 2 * np.pi), radius * np.sqrt(rng.uniform(0, 1))
        dx, dy = reach * np.cos(angle), reach * np.sin(angle)
        lit = 0.5 - 0.35 * (dx + 1.6 * dy) / (2 * radius)  # the side towards the sun is brighter
        shade = (0.35 + 0.65 * index / count) * (0.45 + lit) * rng.uniform(0.8, 1.2)
        tint = np.array(colour) * shade + np.array([0, 10, 14]) * rng.uniform(-1, 1)
        centre = (round((x + dx) * 2), round((y + dy) * 2))
        axes = (max(1, round(leaf * rng.uniform(0.6, 1.2))), max(1, round(leaf * rng.uniform(0.25, 0.5))))
        turn = rng.uniform(0, 180)
        cv2.ellipse(paint, centre, axes, turn, 0, 360, tuple(np.clip(tint, 0, 255).tolist()), -1, cv2.LINE_AA)
        cv2.ellipse(cover, centre, axes, turn, 0, 360, 255, -1, cv2.LINE_AA)
    half = (size[1], size[0])
    colour_map = cv2.resize(paint, half, interpolation=cv2.INTER_AREA).astype(np.float32)
    opacity = cv2.resize(cover, half, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return colour_map, opacity
