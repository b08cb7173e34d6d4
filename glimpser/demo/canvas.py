"""The brush: sky, ground and upright things of a scene, laid from far to near."""

from __future__ import annotations

import cv2
import numpy as np

from glimpser.demo.textures import Array, cells_hash, fractal, leaves, mix, sample, smooth
from glimpser.demo.view import View, inside


class Canvas:
    """A picture in the making, from far to near, in float BGR."""

    def __init__(self, view: View, rng: np.random.Generator) -> None:
        self.view, self.rng = view, rng
        self.x, self.z, self.is_ground = view.ground()
        self.grain = fractal(rng, (512, 512), cells=8)
        self.rough = fractal(rng, (512, 512), cells=64, octaves=3, fall=0.8)
        self.picture: Array = self._sky()
        self.depth: Array = np.full(self.x.shape, np.inf, np.float32)

    def noise(self, metres: float, texture: Array | None = None) -> Array:
        """Noise that lies on the ground, one tile every `metres`, turned so that tiles do not line up with the view."""
        u, v = self.x * 0.87 + self.z * 0.5, self.z * 0.87 - self.x * 0.5
        return sample(self.grain if texture is None else texture, u / metres + metres * 3.7, v / metres + metres * 1.9)

    def put(self, colour: Array | tuple[float, ...], share: Array) -> None:
        """Lay a colour over the picture where `share` is above 0."""
        self.picture = mix(self.picture, colour, share)

    def stand(self, colour: Array, share: Array, z: Array | float) -> None:
        """Put something upright `z` metres ahead, which hides what passes behind it."""
        self.put(colour, share)
        self.depth = np.where(share > 0.5, z, self.depth).astype(np.float32)

    def shade(self, amount: Array) -> None:
        """Darken: 0 leaves as is, 1 is black."""
        self.picture = self.picture * (1 - amount[..., None])

    def _sky(self) -> Array:
        size = (self.view.height, self.view.width)
        _, rows = self.view.pixels()
        sky = mix((205.0, 168.0, 128.0), (232.0, 222.0, 208.0), np.clip(rows / max(self.view.horizon, 1), 0, 1))
        clouds = smooth(0.45, 0.8, fractal(self.rng, size, cells=3, fall=0.5))
        return mix(sky, (238.0, 236.0, 234.0), clouds * 0.8)

    def grass(self) -> None:
        patches, blades = self.noise(9.0), self.noise(0.8, self.rough)
        colour = mix((52.0, 98.0, 84.0), (62.0, 118.0, 92.0), self.noise(2.3))
        colour = mix(colour, (72.0, 122.0, 124.0), smooth(0.5, 0.8, patches) * 0.7)  # dry patches
        near = np.clip(14 / self.z, 0, 1)  # blades blur into an even green far away
        self.put(colour * (1 + (blades - 0.5) * 1.1 * near)[..., None], self.is_ground)

    def asphalt(self, where: Array) -> None:
        speckle, worn = self.noise(0.7, self.rough), self.noise(7.0)
        grey = 96 + 40 * (worn - 0.5) + 55 * (speckle - 0.5) * np.clip(12 / self.z, 0, 1)
        cracks = smooth(0.016, 0.0, np.abs(self.noise(5.0) - 0.52)) * np.clip(12 / self.z, 0, 1)
        colour = grey[..., None] * np.array([1.02, 1.0, 0.97], np.float32)
        self.put(colour * (1 - 0.35 * cracks[..., None]), where * self.is_ground)

    def paving(self, where: Array, slab: float) -> None:
        row = np.floor(self.z / slab)
        u = self.x / slab + 0.5 * (row % 2)
        tone = cells_hash(u, self.z / slab)
        gap_u, gap_v = np.abs(u % 1 - 0.5), np.abs((self.z / slab) % 1 - 0.5)
        joint = smooth(0.462, 0.49, np.maximum(gap_u, gap_v)) * np.clip(11 / self.z, 0, 1)
        grey = (138 + 34 * (tone - 0.5) + 46 * (self.noise(1.1) - 0.5)) * (1 - 0.42 * joint)
        self.put(grey[..., None] * np.array([0.93, 1.0, 1.05], np.float32), where * self.is_ground)

    def edge(self, distance: Array, width: float) -> Array:
        """1 on the inner side (negative `distance`, metres) of a border that wanders a little, as lawns do."""
        return 1 - smooth(-width, width, distance + (self.noise(1.3) - 0.5) * 0.14)

    def tree_line(self, low: float, high: float) -> None:
        """A wood on the horizon, `low` to `high` pixels above it."""
        columns, rows = self.view.pixels()
        size = (self.view.height, self.view.width)
        outline = fractal(self.rng, (8, self.view.width), cells=6, octaves=7, fall=0.6)[4]
        top = self.view.horizon - low - (high - low) * outline
        leafy = fractal(self.rng, size, cells=70, octaves=5, fall=0.9)
        depth = np.clip((rows - top) / (high * 1.2), 0, 1)
        colour = mix((92.0, 118.0, 104.0), (56.0, 74.0, 62.0), depth) * (0.7 + 0.65 * leafy)[..., None]
        jagged = rows - top + (leafy - 0.5) * 10 + 0 * columns
        self.put(mix(colour, (200.0, 196.0, 186.0), 0.22), smooth(-2, 2, jagged) * (1 - self.is_ground))

    def hedge(self, z: float, low: float, high: float, height: float) -> None:
        """A clipped hedge across the view, from `low` to `high` metres, with its shadow on the ground before it."""
        x, y = self.view.facing(z)
        leafy = fractal(self.rng, x.shape, cells=48, octaves=4, fall=0.85)
        top = height + (sample(self.grain, x / 4, np.full_like(x, 0.3)) - 0.5) * 0.5 + (leafy - 0.5) * 0.25
        where = inside(x, low, high, 0.08) * smooth(-0.02, 0.05, top - y) * smooth(-0.03, 0.02, y)
        light = 0.55 + 0.55 * np.clip(y / height, 0, 1)
        self.shade(0.45 * inside(self.x, low, high, 0.3) * inside(self.z, z - 0.9, z, 0.25) * self.is_ground)
        self.stand(mix((44.0, 92.0, 66.0), (58.0, 112.0, 92.0), leafy) * (light * (0.5 + leafy))[..., None], where, z)

    def house(self, z: float, low: float, high: float, eaves: float, tint: tuple[float, float, float]) -> None:
        """A house across the view: boarded wall, windows, a door, a tiled roof."""
        x, y = self.view.facing(z)
        boards = 1 - 0.16 * smooth(0.82, 0.98, (y / 0.22) % 1)
        wall = np.array(tint, np.float32) * (boards * (0.94 + 0.12 * sample(self.grain, x / 5, y / 5)))[..., None]
        self.stand(wall, inside(x, low, high, 0.04) * inside(y, -0.2, eaves, 0.04), z)
        pitch = (y - eaves) / 2.2
        roof_edge = inside(x, low - 0.4 + pitch * 1.6, high + 0.4 - pitch * 1.6, 0.08) * inside(pitch, 0, 1, 0.03)
        tiles = 0.8 + 0.25 * cells_hash(x / 0.35, y / 0.22) - 0.2 * smooth(0.7, 1, (y / 0.22) % 1)
        self.put(np.array([62, 66, 84], np.float32) * tiles[..., None], roof_edge)
        self.shade(0.4 * inside(x, low, high, 0.05) * inside(y, eaves - 0.35, eaves, 0.08))
        for index, centre in enumerate(np.linspace(low, high, 6)[1:-1]):
            bottom = 0.0 if index == 2 else 0.95
            frame = inside(x, centre - 0.62, centre + 0.62, 0.02) * inside(y, bottom, 2.2, 0.02)
            pane = inside(x, centre - 0.52, centre + 0.52, 0.02) * inside(y, bottom + 0.1, 2.1, 0.02)
            self.put((222.0, 224.0, 226.0), frame)
            glass = mix((92.0, 78.0, 66.0), (178.0, 160.0, 140.0), np.clip((y - x * 0.3) % 1.7, 0, 1))
            self.put(np.array([52, 60, 92], np.float32) if index == 2 else glass, pane)

    def fence(self, z: float, height: float) -> None:
        """A wooden fence across the whole view, weathered board by board."""
        x, y = self.view.facing(z)
        board = 0.145
        tone, lift = cells_hash(x / board, np.zeros_like(x)), cells_hash(x / board, np.ones_like(x))
        veins = sample(self.rough, x / 0.5, y / 6.0)
        light = (0.72 + 0.36 * tone) * (0.8 + 0.4 * veins) * (1 - 0.55 * smooth(0.42, 0.5, np.abs(x / board % 1 - 0.5)))
        colour = np.array([86, 116, 138], np.float32) * light[..., None]
        self.shade(0.5 * inside(self.z, z - 1.1, z, 0.3) * self.is_ground)
        self.stand(colour, smooth(-0.02, 0.02, height + 0.05 * lift - y) * smooth(-0.03, 0.02, y), z)

    def garage(self, x: float, near: float, far: float, height: float) -> None:
        """A rendered wall along the left, with a panelled door."""
        z, y = self.view.side(x)
        render = 0.9 + 0.2 * sample(self.grain, z / 3, y / 3)
        wall = np.array([176, 194, 204], np.float32) * render[..., None]
        where = inside(z, near, far, 0.03) * inside(y, 0.0, height, 0.03)
        self.shade(0.5 * np.exp(-np.abs(self.x - x) / 0.5).astype(np.float32) * inside(self.z, near, far, 0.2))
        self.stand(wall, where, z)
        door = inside(z, near + 1.6, far - 2.2, 0.02) * inside(y, 0.02, 2.3, 0.02)
        ribs = 1 - 0.28 * smooth(0.88, 0.97, y / 0.46 % 1) - 0.12 * smooth(0.92, 0.98, z / 0.9 % 1)
        self.put(np.array([116, 122, 120], np.float32) * (ribs * render)[..., None], door)
        self.put((70.0, 78.0, 92.0), inside(z, near, far, 0.03) * inside(y, height - 0.02, height + 0.14, 0.02))
        self.put((58.0, 70.0, 74.0), inside(z, near, far, 0.03) * inside(y, 0.0, 0.16, 0.02) * (1 - door))

    def tree(self, x: float, z: float, height: float, tint: tuple[float, float, float]) -> None:
        """A broad tree `height` metres tall and the pool of shade under it."""
        far_x, far_y = self.view.facing(z)
        column, foot = self.view.project(x, z)
        metre = self.view.focal / z
        shade = np.exp(-(((self.x - x) / (0.32 * height)) ** 2 + ((self.z - z) / (0.3 * height)) ** 2))
        self.shade((0.55 * shade * self.is_ground).astype(np.float32))
        bark = 0.6 + 0.5 * sample(self.rough, far_x / 0.3, far_y / 2.0)
        trunk = smooth(0.0, 0.04, 0.05 * height * (1.25 - far_y / height) * 0.5 - np.abs(far_x - x))
        self.stand(
            np.array([48, 62, 74], np.float32) * bark[..., None], trunk * inside(far_y, 0, 0.6 * height, 0.03), z
        )
        side = round(0.9 * height * metre)
        clumps = [
            (side * (0.5 + 0.3 * np.cos(turn) * reach), side * (0.46 + 0.26 * np.sin(turn) * reach), side * 0.16)
            for turn, reach in zip(self.rng.uniform(0, 2 * np.pi, 14), self.rng.uniform(0.3, 1, 14), strict=True)
        ]
        crown, cover = leaves(self.rng, (side, side), clumps, leaf=max(1.2, 0.13 * metre), count=2600, colour=tint)
        self._hang(round(column - side / 2), round(foot - height * metre), crown, cover, z)

    def _hang(self, left: int, top: int, colour: Array, cover: Array, z: float) -> None:
        """Stand a small picture `z` metres ahead; what hangs over the canvas's edge is cut off."""
        rows = slice(max(0, top), min(self.view.height, top + cover.shape[0]))
        columns = slice(max(0, left), min(self.view.width, left + cover.shape[1]))
        part = np.s_[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        self.picture[rows, columns] = mix(self.picture[rows, columns], colour[part], cover[part])
        self.depth[rows, columns] = np.where(cover[part] > 0.5, z, self.depth[rows, columns])

    def dapple(self, x: float, z: float, radius: float, strength: float) -> None:
        """The shadow of a crown of leaves on the ground."""
        far = np.hypot(self.x - x, (self.z - z) * 0.8) / radius
        spots = smooth(0.38, 0.58, self.noise(5.3) + 0.25 * (1 - far))
        self.shade(strength * spots * (1 - smooth(0.6, 1.05, far)) * self.is_ground)

    def finish(self) -> tuple[Array, Array]:
        """Add haze, the lens's softness and dark corners; the picture (uint8 BGR) and its depth at half the size."""
        haze = np.clip((self.z - 14) / 120, 0, 0.25) * self.is_ground
        self.put((200.0, 196.0, 186.0), haze.astype(np.float32))
        columns, rows = self.view.pixels()
        corner = np.hypot(columns / self.view.width - 0.5, rows / self.view.height - 0.5)
        self.shade((0.5 * smooth(0.35, 0.85, corner)).astype(np.float32))
        half = cv2.resize(self.picture, (self.view.width // 2, self.view.height // 2), interpolation=cv2.INTER_AREA)
        return np.clip(half, 0, 255).astype(np.uint8), self.depth[::2, ::2]
