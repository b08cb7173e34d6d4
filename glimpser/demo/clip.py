"""Film a scene: an H.264 clip with quiet phases, things that move, drifting light, swaying leaves and a sensor's noise.

A clip ends as it began, in a quiet phase, so that it can be looped without a jump.
"""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from glimpser.demo.actors import Actor
from glimpser.demo.scenes import Branch, Scene, paint
from glimpser.demo.textures import Array

QUIET_S = 11.0
"""The shortest quiet phase, in seconds, in a clip of a minute or more."""


class DemoUnavailable(RuntimeError):
    """The demo cannot film its scenes; the message says what to install."""


def generate(path: Path, *, seed: int, seconds: float, size: tuple[int, int] = (640, 360), fps: int = 10) -> None:
    """Write an H.264 MP4 of about `seconds` (at least 1) to `path`, which appears only when it is complete.

    `seed` picks the scene (0 front door, 1 driveway, 2 yard, then again with other details) and everything in it; the
    same arguments give the same pictures. `size` is width and height in pixels, both even; `fps` is 1 to 60. A minute
    or more has quiet phases of at least 10 s between the things that move; below about 40 s there may be time for
    none. Costs about 5 ms of CPU a frame at 640x360.

    Raises ValueError for arguments out of range, DemoUnavailable without PyAV, OSError if the file cannot be written.
    """
    if seed < 0 or seconds < 1 or not 1 <= fps <= 60 or min(size) < 64 or size[0] % 2 or size[1] % 2:
        raise ValueError(
            "seed must be 0 or more, seconds 1 or more, fps 1 to 60, width and height even and at least 64"
        )
    av = _av()
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            options = {"preset": "veryfast", "crf": "25", "bf": "0", "g": str(round(1.5 * fps)), "threads": "2"}
            stream = container.add_stream("libx264", rate=fps, options=options)
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for planes in film(seed, seconds, size, fps):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
            container.mux(stream.encode(None))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def film(seed: int, seconds: float, size: tuple[int, int], fps: int) -> Iterator[Array]:
    """The clip's pictures as planar YUV 4:2:0, each of shape (height · 3 / 2, width)."""
    scene = paint(seed, size)
    rng = np.random.default_rng((seed, 1))
    cast = schedule(scene, seconds, rng)
    light, sensor = Light(rng, seconds), Sensor(rng, size)
    for index in range(round(seconds * fps)):
        at_s = index / fps
        picture = scene.still.copy()
        # The farther one first, so that the nearer one covers it.
        for actor in sorted((a for a in cast if a.start_s <= at_s < a.end_s), key=lambda a: -a.where(at_s)[1]):
            actor.paint(picture, scene, at_s)
        for branch in scene.branches:
            _sway(picture, branch, at_s, seconds)
        planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
        luma = planes[: size[1]]
        luma[:] = cv2.multiply(luma, light.at(at_s, size), dtype=cv2.CV_8U)
        yield sensor.read(planes)


def schedule(scene: Scene, seconds: float, rng: np.random.Generator) -> list[Actor]:
    """Who comes when: one at a time, each after a quiet phase, with one more quiet phase at the end."""
    quiet = min(QUIET_S, seconds / 6)
    cast: list[Actor] = []
    now = quiet
    while True:
        actor = Actor(scene.routes[len(cast) % len(scene.routes)], now, rng)
        if actor.end_s + quiet > seconds:
            return cast
        cast.append(actor)
        now = actor.end_s + quiet + rng.uniform(0, 2)


def cycles(seconds: float, period_s: float) -> float:
    """The angular speed (rad/s) nearest to one turn per `period_s` that comes full circle in `seconds`."""
    return 2 * math.pi * max(1, round(seconds / period_s)) / seconds


class Light:
    """Daylight that drifts as thin clouds pass: a gain for each pixel, back at its beginning after `seconds`."""

    def __init__(self, rng: np.random.Generator, seconds: float) -> None:
        self.slow, self.slower = cycles(seconds, 31), cycles(seconds, 97)
        self.seconds = seconds
        ring = np.tile(rng.random((9, 48), dtype=np.float32), 3)
        self.clouds = cv2.GaussianBlur(ring, (0, 0), 1.6)[:, 48:96]

    def at(self, at_s: float, size: tuple[int, int]) -> Array:
        """Gains of shape (height, width), 0.9 to 1.1."""
        whole = 1 + 0.025 * math.sin(self.slow * at_s) + 0.03 * math.sin(self.slower * at_s)
        shift = at_s / self.seconds * 48
        first = int(shift)
        strip = np.roll(self.clouds, -first, axis=1)[:, :18]
        following = np.roll(self.clouds, -first - 1, axis=1)[:, :18]
        local = strip + (following - strip) * (shift - first) - 0.5
        return whole + 0.16 * cv2.resize(local, size, interpolation=cv2.INTER_LINEAR)


class Sensor:
    """A small sensor's noise: new in every frame, finer in luma, blotchy in colour."""

    VARIANTS = 12

    def __init__(self, rng: np.random.Generator, size: tuple[int, int]) -> None:
        self.rng, self.height = rng, size[1]
        shape = (self.VARIANTS, size[1] * 3 // 2, size[0])
        self.noise = rng.normal(0, 2.2, shape).astype(np.float32).round().astype(np.int16)
        self.noise[:, size[1] :] //= 2

    def read(self, planes: Array) -> Array:
        """The planes as the sensor delivers them."""
        noise = self.noise[self.rng.integers(self.VARIANTS)]
        flipped = noise[:, ::-1] if self.rng.random() < 0.5 else noise
        return cv2.add(planes, flipped, dtype=cv2.CV_8U)


def _sway(picture: Array, branch: Branch, at_s: float, seconds: float) -> None:
    """Lay a branch over the picture, bent by a gust that comes and goes; what hangs free moves most."""
    height, width = branch.opacity.shape
    rows, columns = np.indices((height, width), np.float32)
    gust = 0.55 + 0.45 * math.sin(cycles(seconds, 23) * at_s)
    wave = np.sin(cycles(seconds, 2.7) * at_s + columns / width * 3 + rows / height * 2)
    flutter = np.sin(cycles(seconds, 0.9) * at_s + columns * 0.21 + rows * 0.17)
    bend = branch.reach * gust * (wave + 0.35 * flutter) * (0.3 + 0.7 * rows / height)
    across, down = columns + bend, rows + 0.5 * bend
    colour = cv2.remap(branch.colour, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.remap(branch.opacity, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    below, beside = min(height, picture.shape[0] - branch.top), min(width, picture.shape[1] - branch.left)
    part = picture[branch.top : branch.top + below, branch.left : branch.left + beside]
    under = part.astype(np.float32)
    under += (colour[:below, :beside] - under) * cover[:below, :beside, None]
    part[:] = under.astype(np.uint8)


def _av() -> Any:
    try:
        return importlib.import_module("av")
    except ImportError as error:
        raise DemoUnavailable(
            "The demo films its scenes with PyAV, which is not installed: pip install 'glimpser[demo]'"
        ) from error
