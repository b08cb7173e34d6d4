"""Pictures by the pixel: ranges, colours, sizes, masks, JPEG."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st

from glimpser_sdk.pictures import BgrPicture, JpegPicture, YuvPicture, fit, open_jpeg


def yuv(y: int, u: int, v: int, size: tuple[int, int] = (64, 48), **settings: Any) -> YuvPicture:
    width, height = size
    half = ((height + 1) // 2, (width + 1) // 2)
    return YuvPicture(
        np.full((height, width), y, np.uint8), np.full(half, u, np.uint8), np.full(half, v, np.uint8), **settings
    )


def bgr(b: int, g: int, r: int, size: tuple[int, int] = (64, 48)) -> BgrPicture:
    pixels = np.empty((size[1], size[0], 3), np.uint8)
    pixels[:] = b, g, r
    return BgrPicture(pixels)


def colour(pixels: Any) -> tuple[int, ...]:
    """The one colour of a plain picture."""
    assert np.ptp(pixels.reshape(-1, 3), axis=0).max() <= 1
    return tuple(int(c) for c in pixels[0, 0])


# BT.601 as BGR of the primaries, limited and full range.
LIMITED = [
    ((16, 128, 128), (0, 0, 0)),
    ((235, 128, 128), (255, 255, 255)),
    ((126, 128, 128), (128, 128, 128)),
    ((81, 90, 240), (0, 0, 255)),
    ((145, 54, 34), (0, 255, 0)),
    ((41, 240, 110), (255, 0, 0)),
]
FULL = [
    ((0, 128, 128), (0, 0, 0)),
    ((255, 128, 128), (255, 255, 255)),
    ((76, 85, 255), (0, 0, 254)),
    ((150, 44, 21), (0, 255, 0)),
    ((29, 255, 107), (254, 0, 0)),
]


@pytest.mark.parametrize(("planes", "expected"), LIMITED)
def test_limited_range_is_stretched(planes: tuple[int, int, int], expected: tuple[int, ...]) -> None:
    assert np.abs(np.subtract(colour(yuv(*planes).bgr(None)), expected)).max() <= 3


@pytest.mark.parametrize(("planes", "expected"), FULL)
def test_full_range_is_taken_as_it_is(planes: tuple[int, int, int], expected: tuple[int, ...]) -> None:
    assert np.abs(np.subtract(colour(yuv(*planes, full_range=True).bgr(None)), expected)).max() <= 3


@pytest.mark.parametrize(("planes", "expected"), LIMITED)
def test_a_jpeg_shows_the_same_colours(planes: tuple[int, int, int], expected: tuple[int, ...]) -> None:
    shown = simplejpeg.decode_jpeg(yuv(*planes).jpeg(95, None), colorspace="BGR")
    assert np.abs(np.subtract(shown[20, 20].astype(int), expected)).max() <= 5


def test_below_black_and_above_white_stay_black_and_white() -> None:
    assert colour(yuv(3, 128, 128).bgr(None)) == (0, 0, 0)
    assert colour(yuv(250, 128, 128).bgr(None)) == (255, 255, 255)


def test_luma_is_the_y_plane_itself() -> None:
    picture = yuv(77, 10, 200)
    assert np.shares_memory(picture.luma(None), picture.y)
    assert np.shares_memory(picture.luma(1000), picture.y)


def test_luma_of_colours_weighs_them() -> None:
    assert bgr(0, 0, 255).luma(None)[0, 0] == 76
    assert bgr(0, 255, 0).luma(None)[0, 0] == 150
    assert bgr(255, 0, 0).luma(None)[0, 0] == 29


@given(st.integers(2, 8000), st.integers(2, 8000), st.none() | st.integers(2, 8000))
def test_fitting(width: int, height: int, max_side: int | None) -> None:
    w, h = fit(width, height, max_side)
    if max_side is None or max(width, height) <= max_side:
        assert (w, h) == (width, height)
    else:
        assert w % 2 == h % 2 == 0
        assert max(w, h) <= max_side + 1
        assert w >= 2
        assert h >= 2
        # The shape stays, to the nearest even number.
        assert abs(w - width * max_side / max(width, height)) <= 2
        assert abs(h - height * max_side / max(width, height)) <= 2


@pytest.mark.parametrize("make", [lambda: yuv(100, 128, 128, (640, 360)), lambda: bgr(1, 2, 3, (640, 360))])
def test_sizes(make: Any) -> None:
    picture = make()
    assert picture.luma(160).shape == (90, 160)
    assert picture.bgr(160).shape == (90, 160, 3)
    assert simplejpeg.decode_jpeg_header(picture.jpeg(80, 160))[:2] == (90, 160)
    assert picture.luma(5000).shape == (360, 640)


def test_scaling_averages() -> None:
    pixels = np.zeros((100, 100), np.uint8)
    pixels[:, ::2] = 200
    grey = np.full((50, 50), 128, np.uint8)
    assert np.all(YuvPicture(pixels, grey, grey).luma(50) == 100)


@pytest.mark.parametrize("size", [(64, 48), (63, 47), (33, 2)])
def test_odd_sizes(size: tuple[int, int]) -> None:
    picture = yuv(126, 128, 128, size)
    assert picture.bgr(None).shape == (size[1], size[0], 3)
    assert simplejpeg.decode_jpeg_header(picture.jpeg(80, None))[:2] == (size[1], size[0])
    assert picture.masked((((0, 0), (1, 0), (1, 1)),)).bgr(None).shape == (size[1], size[0], 3)


@pytest.mark.parametrize(
    "make", [lambda: yuv(200, 90, 160), lambda: yuv(200, 90, 160, full_range=True), lambda: bgr(9, 99, 199)]
)
def test_arrays_cannot_be_written_to(make: Any) -> None:
    picture = make()
    for view in (picture.luma(None), picture.luma(32), picture.bgr(None), picture.bgr(32)):
        with pytest.raises(ValueError, match="read-only"):
            view[0, 0] = 1


LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


@pytest.mark.parametrize(
    "make", [lambda: yuv(200, 90, 160), lambda: yuv(200, 90, 160, full_range=True), lambda: bgr(9, 99, 199)]
)
def test_a_mask_is_black_in_every_view_and_covers_its_edge(make: Any) -> None:
    picture = make()
    masked = picture.masked((LEFT,))
    assert np.all(masked.bgr(None)[:, :32] <= 1)
    # Chroma is shared by two pixels and smoothed, so a few beyond the edge may lose colour, never gain what is hidden.
    assert np.all(masked.luma(None)[:, 36:] == picture.luma(None)[:, 36:])
    shown = simplejpeg.decode_jpeg(masked.jpeg(95, None), colorspace="BGR")
    assert shown[:, :30].max() <= 12
    # The picture it was made of is shared and stays.
    assert np.array_equal(picture.bgr(None), make().bgr(None))


def test_a_masks_thinnest_line_covers_what_it_touches() -> None:
    line = ((0.5, 0.0), (0.5, 1.0), (0.5, 0.5))
    masked = bgr(255, 255, 255, (100, 100)).masked((line,)).bgr(None)
    assert np.all(masked[:, 50] == 0)


def jpeg(width: int = 64, height: int = 48) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return bytes(simplejpeg.encode_jpeg(pixels, quality=90, colorspace="BGR"))


def test_a_jpeg_is_handed_on_as_it_came() -> None:
    data = jpeg()
    picture = open_jpeg(data)
    assert (picture.width, picture.height) == (64, 48)
    assert picture.jpeg(10, None) is data
    assert picture.jpeg(10, 64) is data
    assert simplejpeg.decode_jpeg_header(picture.jpeg(10, 32))[:2] == (24, 32)
    assert np.array_equal(picture.bgr(None), simplejpeg.decode_jpeg(data, colorspace="BGR"))


def test_a_masked_jpeg_is_not_the_old_bytes() -> None:
    data = jpeg()
    masked = open_jpeg(data).masked((LEFT,))
    assert masked.jpeg(95, None) != data
    assert simplejpeg.decode_jpeg(masked.jpeg(95, None), colorspace="BGR")[:, :30].max() <= 12


@pytest.mark.parametrize("data", [b"", b"no picture", jpeg()[:20]])
def test_what_is_no_jpeg(data: bytes) -> None:
    with pytest.raises(ValueError):
        open_jpeg(data)


def test_a_jpeg_that_is_too_large_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(ValueError, match="64x48 pixels are more than the 3000 allowed"):
        open_jpeg(jpeg(), max_pixels=3000)


def test_times_and_notes_stay_with_the_picture() -> None:
    for picture in (yuv(1, 2, 3, time_s=1.5, meta={"a": 1}), JpegPicture(jpeg(), 64, 48, time_s=1.5, meta={"a": 1})):
        assert (picture.time_s, picture.meta) == (1.5, {"a": 1})
        masked = picture.masked((LEFT,))
        assert (masked.time_s or 1.5, masked.meta) == (1.5, {"a": 1})
