"""Three places to watch: a front door, a driveway and a yard, each painted once at twice the size and then reduced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glimpser.demo.canvas import Canvas
from glimpser.demo.textures import Array, leaves, smooth
from glimpser.demo.view import View, inside

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Branch:
    """Leaves that sway: where they hang in the picture, how they look, and how far (pixels) their tips move."""

    left: int
    top: int
    colour: Array
    opacity: Array
    reach: float


@dataclass(frozen=True, slots=True)
class Route:
    """A way through the scene: who takes it, at what speed (m/s), over which (x, z) points in metres."""

    who: str
    speed: float
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What stands still, what sways, and the ways that people, animals and cars take.

    `depth` (height, width) says how many metres ahead upright things stand; the ground hides nothing: it is infinite.
    """

    view: View
    still: Array
    depth: Array
    branches: tuple[Branch, ...]
    routes: tuple[Route, ...]


def _branch(rng: np.random.Generator, view: View, corner: str, *, reach: float, leaf: float) -> Branch:
    """A crown that hangs into the upper `corner` ("left" or "right"), or a shrub ("shrub") at the lower right."""
    unit = view.width / 640
    if corner == "shrub":
        width, height = round(170 * unit), round(150 * unit)
        spots = [(rng.uniform(0.3, 0.85), rng.uniform(0.35, 0.95), rng.uniform(26, 46)) for _ in range(9)]
        left, top = round(view.width - width * 0.86), round(view.height - height * 0.82)
    else:
        width, height = round(230 * unit), round(130 * unit)
        spots = [(rng.uniform(0, 1) ** 1.5 * 0.85, 0.0, rng.uniform(16, 30)) for _ in range(14)]
        spots = [(x, rng.uniform(-0.05, 0.55) * (1 - 0.7 * x), radius) for x, _, radius in spots]
        if corner == "right":
            spots = [(1 - x, y, radius) for x, y, radius in spots]
        left, top = (0 if corner == "left" else view.width - width), 0
    clumps = [(x * width, y * height, radius * unit) for x, y, radius in spots]
    shades = {"left": (48.0, 128.0, 96.0), "right": (54.0, 120.0, 110.0), "shrub": (58.0, 118.0, 84.0)}
    colour, opacity = leaves(rng, (height, width), clumps, leaf=leaf * unit, count=2600, colour=shades[corner])
    return Branch(left, top, colour, opacity, reach * unit)


def _front_door(view: View, rng: np.random.Generator) -> Scene:
    canvas = Canvas(view.scaled(2), rng)
    canvas.tree_line(30, 110)
    canvas.grass()
    canvas.house(42, -19, -4, 3.4, (186, 200, 206))
    canvas.house(44, 4, 18, 3.2, (150, 174, 192))
    canvas.tree(-1.5, 38, 7.5, (62, 112, 92))
    canvas.tree(20.5, 36, 8.5, (58, 104, 84))
    canvas.asphalt(inside(canvas.z, 21.5, 29, 0.12))
    canvas.paving(inside(canvas.z, 18.6, 21.3, 0.05), 0.75)
    canvas.put((190.0, 192.0, 192.0), inside(canvas.z, 21.2, 21.5, 0.05) * canvas.is_ground * 0.8)
    canvas.paving(canvas.edge(np.abs(canvas.x + 0.4) - 0.95, 0.04) * (1 - smooth(18.6, 18.7, canvas.z)), 0.6)
    canvas.hedge(18.2, -14, -2.4, 1.0)
    canvas.hedge(18.2, 1.7, 14, 0.9)
    canvas.dapple(3.2, 9.5, 3.6, 0.42)
    routes = (
        Route("person", 1.7, ((-12.5, 20.0), (-0.4, 20.0), (-0.4, 9.0), (-0.3, 2.2))),
        Route("car", 9.0, ((17.5, 24.0), (-17.5, 24.0))),
        Route("dog", 2.3, ((9.5, 11.5), (1.5, 12.5), (-10.5, 13.0))),
        Route("person", 1.5, ((13.0, 19.6), (-13.0, 19.8))),
        Route("car", 10.5, ((-19.0, 26.5), (19.0, 26.5))),
    )
    return Scene(view, *canvas.finish(), (_branch(rng, view, "left", reach=2.2, leaf=4.5),), routes)


def _driveway(view: View, rng: np.random.Generator) -> Scene:
    canvas = Canvas(view.scaled(2), rng)
    canvas.tree_line(40, 130)
    canvas.grass()
    canvas.house(38, -3, 12, 3.4, (160, 184, 200))
    canvas.tree(-9.0, 36, 8.0, (60, 112, 88))
    canvas.tree(15.5, 34, 7.0, (58, 110, 102))
    canvas.asphalt(inside(canvas.z, 22, 29, 0.12))
    canvas.asphalt(
        canvas.edge(np.abs(canvas.x + 2.0 - 0.05 * canvas.z) - 2.9, 0.05) * (1 - smooth(22.0, 22.3, canvas.z))
    )
    kerb = inside(np.abs(canvas.x + 2.0 - 0.05 * canvas.z) - 3.0, 0.0, 0.14, 0.03) * inside(canvas.z, 0, 22, 0.1)
    canvas.put((168.0, 174.0, 176.0), kerb * canvas.is_ground * 0.85)
    canvas.garage(-4.6, 6.5, 14.5, 2.9)
    canvas.hedge(19.0, 3.6, 15, 1.2)
    canvas.dapple(4.0, 10.0, 4.0, 0.45)
    routes = (
        Route("car", 9.5, ((-18.5, 24.5), (18.5, 24.5))),
        Route("person", 1.6, ((-1.0, 2.2), (-1.0, 12.0), (0.4, 21.0), (14.0, 21.2))),
        Route("ball", 3.2, ((8.8, 9.0), (-3.6, 13.5))),
        Route("dog", 2.6, ((-12.0, 18.5), (1.0, 15.0), (8.6, 8.5), (9.5, 7.6))),
        Route("person", 1.8, ((12.5, 20.5), (-2.0, 20.0), (-3.0, 12.0), (-1.2, 2.2))),
    )
    return Scene(view, *canvas.finish(), (_branch(rng, view, "right", reach=2.4, leaf=4.0),), routes)


def _yard(view: View, rng: np.random.Generator) -> Scene:
    canvas = Canvas(view.scaled(2), rng)
    canvas.tree_line(40, 110)
    canvas.grass()
    canvas.tree(-8.5, 25, 7.0, (56, 106, 86))
    canvas.tree(4.5, 27, 8.0, (62, 114, 96))
    canvas.fence(19.0, 1.9)
    canvas.tree(8.2, 17.0, 3.4, (60, 116, 110))
    canvas.hedge(18.0, -13, -7.2, 1.3)
    bend = canvas.x - 2.6 * np.sin(canvas.z / 6.0) - 1.0
    canvas.paving(canvas.edge(np.abs(bend) - 0.62, 0.05) * (1 - smooth(15.0, 15.6, canvas.z)), 0.5)
    canvas.dapple(-4.0, 9.0, 3.8, 0.45)
    canvas.dapple(5.5, 14.0, 2.4, 0.35)
    routes = (
        Route("dog", 2.4, ((-9.5, 10.0), (1.0, 9.0), (9.5, 12.5))),
        Route("ball", 3.0, ((-7.8, 8.2), (6.0, 13.0))),
        Route("person", 1.4, ((-12.5, 16.5), (1.0, 15.0), (3.4, 10.0), (6.8, 6.0))),
        Route("dog", 3.4, ((11.5, 15.5), (-2.0, 12.0), (-5.8, 5.6))),
        Route("person", 1.6, ((8.6, 8.0), (-8.8, 8.4))),
    )
    branches = (_branch(rng, view, "right", reach=2.0, leaf=3.6), _branch(rng, view, "shrub", reach=1.4, leaf=3.6))
    return Scene(view, *canvas.finish(), branches, routes)


SCENES: dict[str, Callable[[View, np.random.Generator], Scene]] = {
    "Front door": _front_door,
    "Driveway": _driveway,
    "Yard": _yard,
}


def paint(seed: int, size: tuple[int, int]) -> Scene:
    """The scene that belongs to `seed`, `size` pixels (width, height).

    0 is the front door, 1 the driveway, 2 the yard; then they come again with other grass and leaves.
    """
    width, height = size
    view = View(width, height, horizon=0.24 * height, focal=0.86 * width)
    return list(SCENES.values())[seed % len(SCENES)](view, np.random.default_rng(seed))
