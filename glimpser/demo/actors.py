"""What moves through a scene: people, dogs, balls and cars, drawn from simple limbs, lit, with a shadow."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from glimpser.demo.scenes import Route, Scene
from glimpser.demo.textures import Array

Colour = tuple[float, float, float]

DETAIL = 3
"""Sprites are drawn this many times larger and then reduced, so that their edges are soft."""


class Pen:
    """Draws in metres, x to the right of the feet and y above the ground, into colour and opacity."""

    def __init__(self, wide: float, tall: float, scale: float) -> None:
        self.scale = scale
        self.left, self.tall = -wide / 2, tall
        shape = (max(2, round(tall * scale)), max(2, round(wide * scale)))
        self.colour = np.zeros((*shape, 3), np.uint8)
        self.cover = np.zeros(shape, np.uint8)

    def _at(self, x: float, y: float) -> tuple[int, int]:
        return round((x - self.left) * self.scale), round((self.tall - y) * self.scale)

    def limb(self, points: list[tuple[float, float]], width: float, colour: Colour) -> None:
        """A bent line with round ends, `width` metres thick."""
        path = [np.array([self._at(x, y) for x, y in points], np.int32)]
        thick = max(1, round(width * self.scale))
        cv2.polylines(self.colour, path, False, colour, thick)
        cv2.polylines(self.cover, path, False, 255, thick)

    def blob(self, x: float, y: float, wide: float, tall: float, colour: Colour, turn: float = 0.0) -> None:
        """An ellipse with these half axes in metres, turned by degrees."""
        axes = (max(1, round(wide * self.scale)), max(1, round(tall * self.scale)))
        cv2.ellipse(self.colour, self._at(x, y), axes, turn, 0, 360, colour, -1)
        cv2.ellipse(self.cover, self._at(x, y), axes, turn, 0, 360, 255, -1)

    def shape(self, points: list[tuple[float, float]], colour: Colour) -> None:
        """A filled polygon."""
        path = [np.array([self._at(x, y) for x, y in points], np.int32)]
        cv2.fillPoly(self.colour, path, colour)
        cv2.fillPoly(self.cover, path, 255)


def _person(pen: Pen, walked: float, facing: tuple[float, float], dress: list[Colour]) -> None:
    coat, trousers, hair = dress
    skin = (132.0, 160.0, 204.0)
    across, ahead = facing
    swing = math.sin(walked * 2 * math.pi / 1.4)
    lift = math.cos(walked * 2 * math.pi / 1.4)
    bob = 0.02 * abs(lift)
    half = 0.08 + 0.11 * abs(ahead)
    for side in (-1, 1):
        step, raised = side * swing, max(0.0, side * lift) * 0.11
        hip, foot = side * half * 0.55, (side * half * 0.6 + 0.34 * step * across, 0.05 + raised)
        knee = ((hip + foot[0]) / 2 + 0.10 * across * max(0.2, side * lift), 0.48 + raised * 0.7)
        dark: Colour = (trousers[0] * 0.8, trousers[1] * 0.8, trousers[2] * 0.8) if side < 0 else trousers
        pen.limb([(hip, 0.88), knee, foot], 0.14, dark)
        pen.limb([foot, (foot[0] + 0.12 * across, foot[1] - 0.01)], 0.09, (38.0, 36.0, 40.0))
    for side in (-1, 1):
        reach = -side * swing
        hand = (side * (half + 0.05) + 0.27 * reach * across, 0.84 + 0.05 * abs(reach) + 0.08 * reach * ahead)
        elbow = (side * (half + 0.05) + 0.10 * reach * across - 0.04 * across, 1.12)
        sleeve: Colour = (coat[0] * 0.82, coat[1] * 0.82, coat[2] * 0.82) if side < 0 else coat
        if side > 0:
            _torso(pen, half, bob, coat)
        pen.limb([(side * half, 1.40 + bob), elbow, hand], 0.10, sleeve)
        pen.blob(*hand, 0.05, 0.05, skin)
    pen.limb([(0, 1.44 + bob), (0, 1.55 + bob)], 0.10, skin)
    pen.blob(0.02 * across, 1.64 + bob, 0.095, 0.125, skin)
    pen.blob(-0.025 * across, 1.69 + bob, 0.105, 0.095, hair)
    if ahead > 0.5:  # seen from behind
        pen.blob(0, 1.655 + bob, 0.10, 0.12, hair)


def _torso(pen: Pen, half: float, bob: float, coat: Colour) -> None:
    shoulder, waist = half + 0.03, half * 0.8 + 0.05
    pen.shape([(-shoulder, 1.42 + bob), (shoulder, 1.42 + bob), (waist, 0.84), (-waist, 0.84)], coat)
    pen.limb([(-half, 1.42 + bob), (half, 1.42 + bob)], 0.13, coat)


def _dog(pen: Pen, walked: float, facing: tuple[float, float], dress: list[Colour]) -> None:
    fur = dress[2]
    dark: Colour = (fur[0] * 0.7, fur[1] * 0.7, fur[2] * 0.7)
    way = 1.0 if facing[0] >= 0 else -1.0
    length = 0.20 + 0.16 * abs(facing[0])
    for index, (root, tone) in enumerate(((-length, dark), (length, dark), (-length * 0.9, fur), (length * 0.9, fur))):
        phase = walked * 2 * math.pi / 0.75 + index * math.pi * 0.75
        foot = (root * way + 0.13 * math.sin(phase) * way, 0.03 + 0.06 * max(0.0, math.cos(phase)))
        pen.limb([(root * way, 0.36), ((root * way + foot[0]) / 2 - 0.03 * way, 0.2), foot], 0.085, tone)
    pen.blob(0, 0.44, length + 0.12, 0.15, fur)
    pen.blob(0.14 * way, 0.43, length * 0.6, 0.175, fur)
    wag = 0.05 * math.sin(walked * 14)
    pen.limb([(-(length + 0.08) * way, 0.46), (-(length + 0.28) * way, 0.64 + wag)], 0.045, fur)
    pen.limb([((length + 0.02) * way, 0.46), ((length + 0.17) * way, 0.62)], 0.17, fur)
    pen.blob((length + 0.22) * way, 0.64, 0.11, 0.085, fur)
    pen.blob((length + 0.33) * way, 0.61, 0.07, 0.045, fur)
    pen.blob((length + 0.14) * way, 0.64, 0.035, 0.08, dark)
    pen.blob((length + 0.39) * way, 0.62, 0.02, 0.02, (24.0, 24.0, 24.0))


def _ball(pen: Pen, walked: float, facing: tuple[float, float], dress: list[Colour]) -> None:
    radius = 0.17
    pen.blob(0, radius, radius, radius, (60.0, 70.0, 196.0))
    turn = walked / radius * (1 if facing[0] >= 0 else -1)
    for index in range(3):
        angle = turn + index * 2 * math.pi / 3
        x, y = 0.085 * math.sin(angle), radius + 0.085 * math.cos(angle)
        pen.blob(x, y, 0.05, 0.05, (224.0, 228.0, 232.0))


def _car(pen: Pen, walked: float, facing: tuple[float, float], dress: list[Colour]) -> None:
    paint = dress[0]
    way = 1.0 if facing[0] >= 0 else -1.0

    def turned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x * way, y) for x, y in points]

    body = [(-2.1, 0.35), (-2.12, 0.8), (-1.95, 0.98), (1.1, 0.92), (2.0, 0.78), (2.12, 0.55), (2.08, 0.32)]
    cabin = [(-1.75, 0.95), (-1.25, 1.42), (0.25, 1.46), (1.05, 0.93)]
    glass = [(-1.5, 0.97), (-1.15, 1.34), (0.2, 1.37), (0.8, 0.95)]
    light: Colour = (paint[0] * 1.1, paint[1] * 1.1, paint[2] * 1.1)
    pen.shape(turned(cabin), (min(light[0], 250.0), min(light[1], 250.0), min(light[2], 250.0)))
    pen.shape(turned(body), paint)
    pen.shape(turned(glass), (74.0, 66.0, 56.0))
    pen.limb(turned([(-0.45, 0.95), (-0.45, 1.38)]), 0.07, paint)
    pen.limb(turned([(-2.05, 0.4), (2.05, 0.4)]), 0.14, (44.0, 44.0, 46.0))
    pen.limb(turned([(-1.9, 0.74), (1.9, 0.68)]), 0.035, (paint[0] * 0.7, paint[1] * 0.7, paint[2] * 0.7))
    pen.blob(2.0 * way, 0.66, 0.09, 0.06, (222.0, 238.0, 244.0))
    pen.blob(-2.06 * way, 0.74, 0.05, 0.09, (44.0, 40.0, 186.0))
    for x in (-1.3, 1.3):
        pen.blob(x * way, 0.32, 0.33, 0.33, (34.0, 34.0, 36.0))
        pen.blob(x * way, 0.32, 0.19, 0.19, (150.0, 150.0, 152.0))
        for spoke in range(3):
            angle = walked / 0.32 * way + spoke * math.pi * 2 / 3
            pen.limb(
                [(x * way, 0.32), (x * way + 0.17 * math.sin(angle), 0.32 + 0.17 * math.cos(angle))],
                0.05,
                (70.0, 70.0, 72.0),
            )


Draw = Callable[[Pen, float, tuple[float, float], list[Colour]], None]
SHAPES: dict[str, tuple[Draw, float, float]] = {
    "person": (_person, 1.1, 1.85),
    "dog": (_dog, 1.5, 0.85),
    "ball": (_ball, 0.42, 0.4),
    "car": (_car, 4.6, 1.6),
}
"""Who can take a route: how to draw it, and the box it needs (metres wide, metres tall)."""

COATS: list[Colour] = [(46, 52, 148), (148, 96, 52), (60, 104, 70), (52, 150, 196), (72, 70, 74), (190, 190, 186)]
TROUSERS: list[Colour] = [(92, 66, 48), (56, 54, 52), (78, 98, 112), (104, 100, 96)]
HAIR: list[Colour] = [(42, 62, 92), (48, 48, 52), (84, 132, 172), (62, 92, 132)]


class Actor:
    """One who takes a route once, from `start_s` until `end_s` (seconds of the clip)."""

    def __init__(self, route: Route, start_s: float, rng: np.random.Generator) -> None:
        self.draw, self.wide, self.tall = SHAPES[route.who]
        self.route, self.start_s = route, start_s
        points = np.array(route.points)
        self.points = points
        self.lengths = np.hypot(*np.diff(points, axis=0).T)
        self.ends = np.cumsum(self.lengths)
        self.end_s = start_s + float(self.ends[-1]) / route.speed
        self.dress: list[Colour] = [shades[rng.integers(len(shades))] for shades in (COATS, TROUSERS, HAIR)]

    def where(self, at_s: float) -> tuple[float, float, tuple[float, float], float]:
        """Position x, z, heading as a unit vector and metres gone at `at_s`, which lies between start and end."""
        walked = (at_s - self.start_s) * self.route.speed
        leg = min(int(np.searchsorted(self.ends, walked)), len(self.lengths) - 1)
        done = (walked - (self.ends[leg] - self.lengths[leg])) / self.lengths[leg]
        x, z = self.points[leg] + (self.points[leg + 1] - self.points[leg]) * done
        heading = (self.points[leg + 1] - self.points[leg]) / self.lengths[leg]
        return float(x), float(z), (float(heading[0]), float(heading[1])), walked

    def paint(self, picture: Array, scene: Scene, at_s: float) -> None:
        """Draw shadow and body into `picture` (BGR) as they are at `at_s`, behind whatever stands nearer."""
        view = scene.view
        x, z, heading, walked = self.where(at_s)
        scale = view.focal / z
        pen = Pen(self.wide, self.tall, scale * DETAIL)
        self.draw(pen, walked, heading, self.dress)
        lit = _light(pen)
        size = (max(1, round(self.wide * scale)), max(1, round(self.tall * scale)))
        cover = cv2.resize(pen.cover, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        colour = cv2.resize(lit, size, interpolation=cv2.INTER_AREA)
        column, row = view.project(x, z)
        free = scene.depth > z
        _shadow(picture, free, cover, column, row, scale)
        _lay(picture, free, column - size[0] / 2, row - size[1], colour.astype(np.float32), cover)


def _light(pen: Pen) -> Array:
    """The sprite as the sun from the upper left shows it: brighter there, darker on the other side."""
    reach = max(1, round(0.10 * pen.scale))
    soft = cv2.blur(pen.cover, (reach | 1, reach | 1))
    towards = np.roll(soft, (reach // 2, reach // 2), axis=(0, 1)).astype(np.float32)
    shade = 0.80 + 0.0016 * towards - 0.0010 * np.roll(soft, (-reach // 2, -reach // 2), axis=(0, 1))
    return np.asarray(np.clip(pen.colour * shade[..., None] * 0.95, 0, 255), np.uint8)


def _shadow(picture: Array, free: Array, cover: Array, column: float, row: float, scale: float) -> None:
    """Lay the body's outline on the ground, to the right and a little towards the view, and darken what it covers."""
    height, width = cover.shape
    flat, slant = 0.30, 0.75
    size = (width + math.ceil(height * slant), max(2, math.ceil(height * flat)))
    # An outline's point h above the feet falls h·slant to the right and h·flat nearer.
    matrix = np.array([[1, -slant, height * slant], [0, -flat, height * flat]], np.float32)
    fallen = cv2.warpAffine(cover, matrix, size, flags=cv2.INTER_LINEAR)
    soft = max(1, round(0.06 * scale)) | 1
    fallen = cv2.blur(fallen, (soft, soft))
    _lay(picture, free, column - width / 2, row - 0.03 * scale, np.zeros((*fallen.shape, 3), np.float32), fallen * 0.5)


def _lay(picture: Array, free: Array, left: float, top: float, colour: Array, cover: Array) -> None:
    """Lay a small picture over `picture` where that is free; what hangs over its edge is cut off."""
    x, y = round(left), round(top)
    rows = slice(max(0, y), min(picture.shape[0], y + cover.shape[0]))
    columns = slice(max(0, x), min(picture.shape[1], x + cover.shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    part = np.s_[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    under = picture[rows, columns].astype(np.float32)
    under += (colour[part] - under) * (cover[part] * free[rows, columns])[..., None]
    picture[rows, columns] = under.astype(np.uint8)
