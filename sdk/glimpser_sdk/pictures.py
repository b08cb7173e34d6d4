"""Pictures as decoders and fetchers hand them over. Needs the extra ``glimpser-sdk[frames]``; imports it on first use.

A picture knows its native form and gives, on demand, luma, BGR and JPEG. Arrays are read-only.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]

Polygon = tuple[tuple[float, float], ...]


class Picture(Protocol):
    """One picture in its native form.

    ``captured_at``: UTC by the source's clock, None when it gives none. ``time_s``: media time in seconds on the
    source's own clock, None when it has none. ``meta``: JSON values about this picture.
    """

    width: int
    height: int
    captured_at: datetime | None
    time_s: float | None
    meta: dict[str, Any]

    def luma(self, max_side: int | None) -> Plane:
        """H×W uint8 brightness, full range 0..255 not guaranteed, scaled so that its longest side is ``max_side``."""

    def bgr(self, max_side: int | None) -> Plane:
        """H×W×3 uint8, blue first."""

    def jpeg(self, quality: int, max_side: int | None) -> bytes:
        """A baseline JPEG, ``quality`` 1..100."""

    def masked(self, polygons: tuple[Polygon, ...]) -> Picture:
        """A copy with the polygons (points in 0..1) painted black."""


def fit(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    """The size with the same shape whose longest side is at most ``max_side``; even numbers, never enlarged."""
    longest = max(width, height)
    if max_side is None or longest <= max_side:
        return width, height
    scale = max_side / longest
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _resize(plane: Plane, width: int, height: int) -> Plane:
    import cv2

    if plane.shape[1] == width and plane.shape[0] == height:
        return plane
    resized: Any = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
    return resized  # type: ignore[no-any-return]


def _frozen(array: Any) -> Plane:
    array.flags.writeable = False
    return array  # type: ignore[no-any-return]


def _fill(plane: Any, polygons: tuple[Polygon, ...], value: int | tuple[int, ...]) -> None:
    """Paint the polygons; every pixel that a polygon touches is painted."""
    import cv2
    import numpy as np

    height, width = plane.shape[:2]
    for polygon in polygons:
        points = np.array([[x * width, y * height] for x, y in polygon])
        corners = np.round(points).astype(np.int32)
        colour = value if isinstance(value, tuple) else (value,)
        cv2.fillPoly(plane, [corners], colour)
        cv2.polylines(plane, [corners], True, colour, thickness=2)


class _Base:
    __slots__ = ("captured_at", "height", "meta", "time_s", "width")

    def __init__(
        self,
        width: int,
        height: int,
        captured_at: datetime | None,
        time_s: float | None,
        meta: dict[str, Any] | None,
    ) -> None:
        self.width = width
        self.height = height
        self.captured_at = captured_at
        self.time_s = time_s
        self.meta = meta or {}


class YuvPicture(_Base):
    """4:2:0 planes, uint8: ``y`` H×W, ``u`` and ``v`` half of it, rounded up. ``full_range``: luma 0..255."""

    __slots__ = ("full_range", "u", "v", "y")

    def __init__(
        self,
        y: Plane,
        u: Plane,
        v: Plane,
        *,
        full_range: bool = False,
        captured_at: datetime | None = None,
        time_s: float | None = None,
        meta: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(y.shape[1], y.shape[0], captured_at, time_s, meta)
        self.y, self.u, self.v = y, u, v
        self.full_range = full_range

    def luma(self, max_side: int | None) -> Plane:
        """The Y plane itself at native size, else scaled by area."""
        width, height = fit(self.width, self.height, max_side)
        return _frozen(_resize(self.y, width, height).view())

    def _scaled(self, max_side: int | None) -> tuple[Plane, Plane, Plane]:
        width, height = fit(self.width, self.height, max_side)
        half = (width + 1) // 2, (height + 1) // 2
        return _resize(self.y, width, height), _resize(self.u, *half), _resize(self.v, *half)

    def bgr(self, max_side: int | None) -> Plane:
        """Converted by BT.601, which is what cameras of these sizes mean and what viewers assume."""
        import cv2
        import numpy as np

        y, u, v = self._full(max_side)
        height, width = y.shape
        size = (width, height)
        chroma = [cv2.resize(c, size, interpolation=cv2.INTER_LINEAR) for c in (v, u)]
        packed = cv2.merge([np.ascontiguousarray(y), *chroma])
        return _frozen(cv2.cvtColor(packed, cv2.COLOR_YCrCb2BGR))

    def _full(self, max_side: int | None) -> tuple[Plane, Plane, Plane]:
        """Scaled planes stretched to full range, as JPEG means them."""
        import cv2

        y, u, v = self._scaled(max_side)
        if self.full_range:
            return y, u, v
        luma, chroma = _stretch()
        a: Any = cv2.LUT(y, luma)
        b: Any = cv2.LUT(u, chroma)
        c: Any = cv2.LUT(v, chroma)
        return a, b, c

    def jpeg(self, quality: int, max_side: int | None) -> bytes:
        """Encoded from the planes without going through BGR."""
        import numpy as np
        import simplejpeg

        y, u, v = (np.ascontiguousarray(p) for p in self._full(max_side))
        return bytes(simplejpeg.encode_jpeg_yuv_planes(y, u, v, quality=quality, fastdct=True))

    def masked(self, polygons: tuple[Polygon, ...]) -> YuvPicture:
        """Painted on copies of the planes."""
        y, u, v = self.y.copy(), self.u.copy(), self.v.copy()
        _fill(y, polygons, 0 if self.full_range else 16)
        _fill(u, polygons, 128)
        _fill(v, polygons, 128)
        return YuvPicture(
            y, u, v, full_range=self.full_range, captured_at=self.captured_at, time_s=self.time_s, meta=self.meta
        )


_tables: tuple[Any, Any] | None = None


def _stretch() -> tuple[Any, Any]:
    global _tables
    if _tables is None:
        import numpy as np

        ramp = np.arange(256, dtype=np.float32)
        luma = np.clip((ramp - 16) * 255 / 219, 0, 255).round().astype(np.uint8)
        chroma = np.clip((ramp - 128) * 255 / 224 + 128, 0, 255).round().astype(np.uint8)
        _tables = luma, chroma
    return _tables


class BgrPicture(_Base):
    """Packed H×W×3 uint8, blue first."""

    __slots__ = ("_bgr",)

    def __init__(
        self,
        bgr: Plane,
        *,
        captured_at: datetime | None = None,
        time_s: float | None = None,
        meta: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(bgr.shape[1], bgr.shape[0], captured_at, time_s, meta)
        self._bgr = bgr

    def bgr(self, max_side: int | None) -> Plane:
        """As it came, scaled by area."""
        return _frozen(_resize(self._bgr, *fit(self.width, self.height, max_side)).view())

    def luma(self, max_side: int | None) -> Plane:
        """BT.601 luma of the scaled picture."""
        import cv2

        return _frozen(cv2.cvtColor(self.bgr(max_side), cv2.COLOR_BGR2GRAY))

    def jpeg(self, quality: int, max_side: int | None) -> bytes:
        """4:2:0 JPEG."""
        import numpy as np
        import simplejpeg

        pixels = np.ascontiguousarray(self.bgr(max_side))
        return bytes(simplejpeg.encode_jpeg(pixels, quality=quality, colorspace="BGR", colorsubsampling="420"))

    def masked(self, polygons: tuple[Polygon, ...]) -> BgrPicture:
        """Painted on a copy."""
        pixels = self._bgr.copy()
        _fill(pixels, polygons, (0, 0, 0))
        return BgrPicture(pixels, captured_at=self.captured_at, time_s=self.time_s, meta=self.meta)


class JpegPicture(_Base):
    """A JPEG as it arrived, decoded only when pixels are asked for; handed on untouched at its native size.

    ``width`` and ``height`` are the header's. :func:`open_jpeg` reads them and refuses what is no JPEG.
    """

    __slots__ = ("_decoded", "data")

    def __init__(
        self,
        data: bytes,
        width: int,
        height: int,
        *,
        captured_at: datetime | None = None,
        time_s: float | None = None,
        meta: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(width, height, captured_at, time_s, meta)
        self.data = data
        self._decoded: BgrPicture | None = None

    def _pixels(self) -> BgrPicture:
        if self._decoded is None:
            import simplejpeg

            pixels = simplejpeg.decode_jpeg(self.data, colorspace="BGR")
            self._decoded = BgrPicture(pixels, captured_at=self.captured_at, time_s=self.time_s, meta=self.meta)
        return self._decoded

    def luma(self, max_side: int | None) -> Plane:
        """From the decoded pixels."""
        return self._pixels().luma(max_side)

    def bgr(self, max_side: int | None) -> Plane:
        """From the decoded pixels."""
        return self._pixels().bgr(max_side)

    def jpeg(self, quality: int, max_side: int | None) -> bytes:
        """The bytes as they came when the size fits, whatever the quality; else encoded anew."""
        if max_side is None or max(self.width, self.height) <= max_side:
            return self.data
        return self._pixels().jpeg(quality, max_side)

    def masked(self, polygons: tuple[Polygon, ...]) -> BgrPicture:
        """Decoded and painted."""
        return self._pixels().masked(polygons)


MAX_PIXELS = 64_000_000


def open_jpeg(
    data: bytes,
    *,
    captured_at: datetime | None = None,
    meta: dict[str, Any] | None = None,
    max_pixels: int = MAX_PIXELS,
) -> JpegPicture:
    """Read a JPEG's header. ValueError when it is none or has more than ``max_pixels`` pixels."""
    import simplejpeg

    height, width, _, _ = simplejpeg.decode_jpeg_header(data)
    if width * height > max_pixels:
        raise ValueError(f"{width}x{height} pixels are more than the {max_pixels} allowed")
    return JpegPicture(data, width, height, captured_at=captured_at, meta=meta)
