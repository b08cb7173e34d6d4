"""Decoded pictures are FFmpeg's own, bit by bit, and cost no copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from glimpser_ffmpeg.decoder import picture
from glimpser_sdk.packets import Packet


@pytest.fixture
def played(tmp_path: Path, clip: Any, open_source: Any, whole: Any) -> Any:
    """(source, packets, FFmpeg's own gray planes) of a clip with B-frames and a keyframe every 10."""
    path = clip(tmp_path / "a.mp4", frames=40, size=(322, 182), options={"bf": "2", "g": "10"})
    source = open_source(str(path), loop=False, realtime=False)
    with av.open(str(path)) as container:
        own = [frame.to_ndarray()[:182] for frame in container.decode(video=0)]
    return source, whole(source), own


def test_every_picture_is_exact(played: Any) -> None:
    source, packets, own = played
    decoder = source.decoder(packets[0].parameters)
    pictures = [p for packet in packets for p in decoder.decode(packet)]
    assert len(pictures) >= 38
    for mine, theirs in zip(pictures, own, strict=False):
        assert np.array_equal(mine.y, theirs)
    times = [p.time_s for p in pictures]
    assert times == sorted(times)
    assert times[1] - times[0] == pytest.approx(0.04)
    assert pictures[0].y.base is not None
    assert not pictures[0].y.flags.writeable


def test_keyframe_comes_at_once(played: Any) -> None:
    source, packets, own = played
    decoder = source.decoder(packets[0].parameters)
    keys = [p for p in packets if p.keyframe]
    assert len(keys) == 4
    for number, packet in enumerate(keys):
        shown = decoder.decode_key(packet)
        assert np.array_equal(shown.y, own[number * 10])
    # Full decoding may follow a keyframe decoded by itself.
    decoder.reset()
    start = packets.index(keys[1])
    pictures = [p for packet in packets[start:] for p in decoder.decode(packet)]
    assert np.array_equal(pictures[0].y, own[10])


def test_pictures_without_references_can_be_left_out(played: Any) -> None:
    source, packets, own = played
    decoder = source.decoder(packets[0].parameters)
    decoder.skip_non_reference(True)
    fewer = [p for packet in packets for p in decoder.decode(packet)]
    assert 5 < len(fewer) < len(own) - 5


def test_packet_without_native_handle_decodes(played: Any) -> None:
    source, packets, own = played
    copy = Packet(
        feed="main",
        parameters=packets[0].parameters,
        pts=packets[0].pts,
        dts=packets[0].dts,
        time_base=packets[0].time_base,
        keyframe=True,
        size=packets[0].size,
        received_at=None,
        mono_ns=0,
        data=packets[0].data,
    )
    shown = source.decoder(copy.parameters).decode_key(copy)
    assert np.array_equal(shown.y, own[0])
    assert shown.time_s == 0


def test_damage_gives_no_picture_and_no_error(played: Any) -> None:
    source, packets, _ = played
    decoder = source.decoder(packets[0].parameters)
    rng = np.random.default_rng(2)
    for packet in packets:
        data = bytearray(packet.data)
        for position in rng.integers(0, len(data), 20):
            data[position] ^= 0xFF
        packet.native, packet._data = None, bytes(data)
        decoder.decode(packet)
        decoder.decode_key(packet)
    decoder.close()
    decoder.close()
    assert decoder.decode(packets[0]) == []


@pytest.mark.parametrize(
    ("pix_fmt", "full"),
    [("yuv420p", False), ("yuvj420p", True), ("nv12", False), ("yuv422p", False), ("yuv420p10le", False)],
)
def test_pixel_formats(pix_fmt: str, full: bool) -> None:
    gray = np.tile(np.linspace(20, 230, 96, dtype=np.uint8), (50, 1))
    source = av.VideoFrame.from_ndarray(np.repeat(gray[:, :, None], 3, 2), format="bgr24")
    shown = picture(source.reformat(format=pix_fmt), (1, 25))
    assert shown.full_range is full
    assert (shown.width, shown.height) == (96, 50)
    assert shown.u.shape == shown.v.shape == (25, 48)
    assert np.abs(shown.bgr(None).astype(int)[:, :, 1] - gray).max() <= 4


def test_picture_outlives_its_decoder(played: Any) -> None:
    source, packets, own = played
    decoder = source.decoder(packets[0].parameters)
    shown = decoder.decode_key(packets[0])
    decoder.close()
    del decoder, packets
    assert np.array_equal(shown.y, own[0])


@pytest.mark.parametrize("device", ["cuda", "vaapi", "qsv"])
def test_absent_device_falls_back_and_says_so_once(device: str, ctx: Any, played: Any, open_source: Any) -> None:
    _, packets, own = played
    source = open_source(str(ctx.folder / "a.mp4"), hwaccel=device)
    for _ in range(2):
        decoder = source.decoder(packets[0].parameters)
        shown = decoder.decode_key(packets[0])
        assert np.abs(shown.y.astype(int) - own[0]).mean() < 1
    if decoder.device:
        pytest.skip(f"{device} works here")
    [(code, params)] = ctx.notices
    assert code == "ffmpeg.hwaccel_fallback"
    assert params["device"] == device
    assert params["why"]


def test_auto_is_silent_without_devices(ctx: Any, played: Any, open_source: Any) -> None:
    _, packets, _ = played
    source = open_source(str(ctx.folder / "a.mp4"), hwaccel="auto")
    assert source.decoder(packets[0].parameters).decode_key(packets[0]) is not None
    assert ctx.notices == []
