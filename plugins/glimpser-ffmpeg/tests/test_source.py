"""Real streams: RTSP over both transports, MJPEG, HLS and files."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from glimpser_sdk.errors import AuthFailed, ConfigInvalid, NotReady
from glimpser_sdk.pictures import JpegPicture


def _take(source: Any, count: int) -> list[Any]:
    packets = []
    for packet in source.run():
        packets.append(packet)
        if len(packets) == count:
            source.close()
    return packets


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_rtsp(transport: str, rtsp_server: Any, open_source: Any) -> None:
    with rtsp_server("--fps", "10", "--size", "320x180", "--audio") as port:
        began = time.monotonic()
        source = open_source(f"rtsp://127.0.0.1:{port}/cam0", transport=transport)
        packets = _take(source, 80)
    assert packets[0].mono_ns / 1e9 - began < 5
    video = [p for p in packets if p.track == "video"]
    parameters = video[0].parameters
    assert (parameters.codec, parameters.width, parameters.height, parameters.fps) == ("h264", 320, 180, 10)
    assert all(p.parameters is parameters for p in video)
    assert {p.track for p in packets} == {"video", "audio"}
    times = [p.seconds for p in video if p.pts is not None]
    assert all(0.09 < b - a < 0.11 for a, b in pairwise(times))
    assert any(p.keyframe for p in video)
    assert not any(p.discontinuity for p in video)


def test_digest_authentication(rtsp_server: Any, open_source: Any, failure: Any) -> None:
    password = "p@ss:/w?rd#%&' "
    with rtsp_server("--user", "joe", "--password", password) as port:
        url = f"rtsp://127.0.0.1:{port}/cam0"
        assert len(_take(open_source(url, username="joe", password=password), 3)) == 3
        assert isinstance(failure(open_source(url, username="joe", password="wrong")), AuthFailed)
        assert isinstance(failure(open_source(url)), AuthFailed)
        missing = f"rtsp://127.0.0.1:{port}/nothing"
        assert failure(open_source(missing, username="joe", password=password)).reason.code == "net.not_found"


def test_killed_server_is_noticed(rtsp_server: Any, open_source: Any) -> None:
    with rtsp_server("--fps", "10") as port:
        packets = open_source(f"rtsp://127.0.0.1:{port}/cam0", timeout_s=2).run()
        next(packets)
    began = time.monotonic()
    with pytest.raises(NotReady) as caught:
        for _ in packets:
            pass
    assert caught.value.reason.code == "net.closed"
    assert time.monotonic() - began < 5


def test_close_while_it_flows(rtsp_server: Any, open_source: Any, closing: Any) -> None:
    with rtsp_server("--fps", "10") as port:
        source = open_source(f"rtsp://127.0.0.1:{port}/cam0")
        assert closing(source, 3.0) < 0.5
        source.close()
        assert list(source.run()) == []


def test_mjpeg_over_http_comes_through_untouched(tmp_path: Path, hostile: Any, clip: Any, open_source: Any) -> None:
    import av

    with av.open(str(clip(tmp_path / "m.avi", "mjpeg", frames=4, pix_fmt="yuvj420p"))) as container:
        pictures = [bytes(p) for p in container.demux() if p.size]
    with hostile.serve(hostile.mjpeg(pictures, fps=20)) as port:
        source = open_source(f"http://127.0.0.1:{port}/live", format="mjpeg")
        packets = _take(source, 6)
        decoder = source.decoder(packets[0].parameters)
        [picture] = decoder.decode(packets[1])
    assert isinstance(picture, JpegPicture)
    assert picture.jpeg(80, None) in pictures
    assert (picture.width, picture.height) == (320, 180)
    assert all(p.keyframe for p in packets)
    assert packets[0].parameters.fps is None
    assert 0.02 < packets[5].seconds - packets[4].seconds < 0.3
    assert picture.time_s == packets[1].seconds


@pytest.mark.control("A11")
def test_hls(tmp_path: Path, hostile: Any, clip: Any, open_source: Any, whole: Any) -> None:
    clip(tmp_path / "a.ts", frames=100, options={"g": "25"})
    (tmp_path / "live.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-VERSION:3\n#EXTINF:4.0,\na.ts\n#EXT-X-ENDLIST\n"
    )
    with hostile.folder(tmp_path) as port:
        source = open_source(f"http://127.0.0.1:{port}/live.m3u8")
        packets = whole(source)
    assert len(packets) == 100


@pytest.mark.attack("A11")
def test_playlist_cannot_read_files(tmp_path: Path, hostile: Any, clip: Any, open_source: Any) -> None:
    clip(tmp_path / "secret.ts", frames=25)
    (tmp_path / "evil.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\nfile://{tmp_path}/secret.ts\n#EXT-X-ENDLIST\n"
    )
    with hostile.folder(tmp_path) as port, pytest.raises(Exception) as caught:
        next(iter(open_source(f"http://127.0.0.1:{port}/evil.m3u8", timeout_s=2).run()))
    assert not isinstance(caught.value, StopIteration)


@pytest.mark.control("A30")
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.h264"])
def test_file_once_as_fast_as_it_goes(name: str, tmp_path: Path, clip: Any, open_source: Any, whole: Any) -> None:
    path = clip(tmp_path / name, frames=50)
    source = open_source(str(path), loop=False, realtime=False)
    packets = whole(source)
    assert len(packets) == 50


def test_file_loops_as_live(tmp_path: Path, clip: Any, open_source: Any) -> None:
    path = clip(tmp_path / "a.mp4", frames=10, fps=25, options={"bf": "0"})
    source = open_source(path.as_uri())
    cpu = time.thread_time()
    packets = _take(source, 45)
    assert time.thread_time() - cpu < 0.4
    steps = [b.seconds - a.seconds for a, b in pairwise(packets)]
    assert all(abs(step - 0.04) < 0.001 for step in steps)
    assert not any(p.discontinuity for p in packets)
    assert len({id(p.parameters) for p in packets}) <= 5
    took = (packets[-1].mono_ns - packets[0].mono_ns) / 1e9
    assert 1.6 < took < 2.1


@pytest.mark.attack("A30")
def test_files_only_below_media_folders(tmp_path: Path, ctx: Any, clip: Any, open_source: Any, failure: Any) -> None:
    inside, outside = tmp_path / "media", tmp_path / "elsewhere"
    inside.mkdir()
    outside.mkdir()
    ctx.media_roots = (inside,)
    secret = clip(outside / "a.mp4", frames=2)
    (inside / "link.mp4").symlink_to(secret)
    for url in (str(secret), secret.as_uri(), str(inside / "link.mp4"), f"{inside}/../elsewhere/a.mp4"):
        error = failure(open_source(url))
        assert isinstance(error, ConfigInvalid)
        assert (error.reason.code, error.field) == ("file.outside", "url")
    assert failure(open_source(str(inside / "none.mp4"))).reason.code == "file.not_found"


def test_playlists_and_scripts_are_no_files(tmp_path: Path, clip: Any, open_source: Any, failure: Any) -> None:
    clip(tmp_path / "a.ts", frames=2)
    for name, text in {
        "a.m3u8": "#EXTM3U\n#EXTINF:1.0,\na.ts\n#EXT-X-ENDLIST\n",
        "a.ffconcat": "ffconcat version 1.0\nfile a.ts\n",
        "a.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5000 RTP/AVP 96\n",
    }.items():
        (tmp_path / name).write_text(text)
        assert failure(open_source(str(tmp_path / name))).reason.code == "media.not_video", name


def test_sub_feed(tmp_path: Path, clip: Any, open_source: Any) -> None:
    main = clip(tmp_path / "main.mp4", frames=5)
    small = clip(tmp_path / "sub.mp4", frames=5, size=(160, 96))
    [packet] = _take(open_source(str(main), "sub", sub_url=str(small)), 1)
    assert (packet.feed, packet.parameters.width) == ("sub", 160)


def test_new_size_starts_a_new_epoch(tmp_path: Path, clip: Any, open_source: Any, whole: Any) -> None:
    parts = [clip(tmp_path / f"{n}.h264", frames=10, size=size) for n, size in enumerate([(320, 180), (160, 96)])]
    both = tmp_path / "both.h264"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    source = open_source(str(both), loop=False, realtime=False)
    packets = whole(source)
    seen = list(dict.fromkeys((p.parameters.epoch, p.parameters.width, p.parameters.height) for p in packets))
    assert seen == [(0, 320, 180), (1, 160, 96)]
    [picture] = [source.decoder(packets[10].parameters).decode_key(packets[10])]
    assert (picture.width, picture.height) == (160, 96)


def test_nothing_is_left_over(tmp_path: Path, hostile: Any, clip: Any, rtsp_server: Any, open_source: Any) -> None:
    def cycle(url: str) -> None:
        source = open_source(url)
        for packet in source.run():
            source.decoder(packet.parameters).decode(packet)
            source.close()

    def left() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

    clip(tmp_path / "a.ts", frames=25)
    with rtsp_server("--fps", "30", "--gop", "5", "--size", "160x96") as port, hostile.folder(tmp_path) as web:
        urls = [f"rtsp://127.0.0.1:{port}/cam0"] * 6 + [f"http://127.0.0.1:{web}/a.ts"] * 44
        for url in (urls[0], urls[-1]):
            cycle(url)
        time.sleep(0.3)
        before = left()
        for url in urls:
            cycle(url)
        time.sleep(0.3)
        assert left() <= before
