"""From bytes to pictures. What the head of a file says is checked before anything is decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from glimpser_sdk.errors import NotReady, Unsupported
from glimpser_sdk.pictures import MAX_PIXELS, BgrPicture, open_jpeg

if TYPE_CHECKING:
    from glimpser_sdk.pictures import Picture

_JPEG, _JPEG_END = b"\xff\xd8", b"\xff\xd9"


def decode(data: bytes) -> Picture:
    """A JPEG as it came; PNG, WebP and GIF (the first picture) decoded, which may take a while.

    Raises Unsupported ``media.not_image`` or ``media.too_large``, NotReady ``media.incomplete``.
    """
    if data.startswith(_JPEG):
        return _jpeg(data)
    _check(*_size(data))
    import cv2
    import numpy as np

    try:
        pixels: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise NotReady(code="media.incomplete")
    return BgrPicture(pixels)


def _jpeg(data: bytes) -> Picture:
    try:
        picture = open_jpeg(data, max_pixels=1 << 32)
    except ValueError:
        raise Unsupported(code="media.not_image") from None
    _check(picture.width, picture.height)
    # A server that stops midway may still close the connection properly.
    if data.rfind(_JPEG_END) < 0:
        raise NotReady(code="media.incomplete")
    return picture


def _check(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Unsupported(code="media.too_large", limit=f"{MAX_PIXELS // 10**6} megapixels")


def _size(data: bytes) -> tuple[int, int]:
    """Width and height from the head of a PNG, WebP or GIF."""
    head = data[:30]
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
            return struct.unpack(">II", head[16:24])
        if head.startswith((b"GIF87a", b"GIF89a")):
            return struct.unpack("<HH", head[6:10])
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return _webp_size(head)
    except struct.error:
        raise NotReady(code="media.incomplete") from None
    raise Unsupported(code="media.not_image")


def _webp_size(head: bytes) -> tuple[int, int]:
    if head[12:16] == b"VP8X":
        low_w, high_w, low_h, high_h = struct.unpack("<HBHB", head[24:30])
        return (high_w << 16 | low_w) + 1, (high_h << 16 | low_h) + 1
    if head[12:16] == b"VP8L":
        (bits,) = struct.unpack("<I", head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if head[12:16] == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise Unsupported(code="media.not_image")
