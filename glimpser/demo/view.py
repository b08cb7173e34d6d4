"""A pinhole view of a flat world: metres to pixels and back, and surfaces seen in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glimpser.demo.textures import Array, smooth


@dataclass(frozen=True, slots=True)
class View:
    """A device `height_m` above the ground, looking along +z; `horizon` is the row where the ground ends."""

    width: int
    height: int
    horizon: float
    focal: float
    height_m: float = 3.0

    def scaled(self, factor: float) -> View:
        """The same view with `factor` times the pixels."""
        return View(
            round(self.width * factor),
            round(self.height * factor),
            self.horizon * factor,
            self.focal * factor,
            self.height_m,
        )

    def project(self, x: float, z: float, y: float = 0.0) -> tuple[float, float]:
        """Pixel (column, row) of the point `x` metres right, `z` ahead and `y` above the ground; `z` is positive."""
        scale = self.focal / z
        return self.width / 2 + x * scale, self.horizon + (self.height_m - y) * scale

    def pixels(self) -> tuple[Array, Array]:
        """Column and row of every pixel, each of shape (height, width)."""
        rows, columns = np.indices((self.height, self.width), np.float32)
        return columns + 0.5, rows + 0.5

    def ground(self) -> tuple[Array, Array, Array]:
        """For every pixel `x` and `z` in metres where it meets the ground, and 1 where it does, else 0."""
        columns, rows = self.pixels()
        below = np.maximum(rows - self.horizon, 0.5)
        z = self.focal * self.height_m / below
        x = (columns - self.width / 2) * z / self.focal
        return x.astype(np.float32), z.astype(np.float32), smooth(-0.5, 0.5, rows - self.horizon)

    def facing(self, z: float) -> tuple[Array, Array]:
        """For every pixel `x` and `y` in metres on a wall that stands across the view `z` ahead."""
        columns, rows = self.pixels()
        x = (columns - self.width / 2) * z / self.focal
        y = self.height_m - (rows - self.horizon) * z / self.focal
        return x.astype(np.float32), y.astype(np.float32)

    def side(self, x: float) -> tuple[Array, Array]:
        """For every pixel `z` and `y` in metres on a wall along the view, `x` to the right (negative: left).

        Where the wall cannot be, `z` is a million.
        """
        columns, rows = self.pixels()
        across = (columns - self.width / 2) * np.sign(x)
        z = np.where(across > 1, self.focal * abs(x) / np.maximum(across, 1), 1e6)
        y = self.height_m - (rows - self.horizon) * z / self.focal
        return z.astype(np.float32), y.astype(np.float32)


def inside(a: Array, low: Array | float, high: Array | float, soft: float) -> Array:
    """1 where `a` lies between the bounds, with an edge `soft` wide."""
    return np.asarray(smooth(low - soft, low + soft, a) * (1 - smooth(high - soft, high + soft, a)), np.float32)
