"""What a hostile or broken camera sends, made on the spot from a seed: pictures, videos, packets, session descriptions.

`corpus` makes items; `Camera` serves them over HTTP and RTSP, one a path, or all of a kind in turn.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import os
import random
import re
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np

from . import hostile

ROOT = Path(__file__).parents[2]
FOUND = Path(os.environ.get("GLIMPSER_TEST_DATA") or ROOT.parent / "shared" / "data") / "malformed"
"""Broken files of other projects, where they are at hand."""
START = b"\0\0\0\1"


@dataclass(frozen=True)
class Item:
    """``kind``: of a stream that reads it; ``config``: besides its address. ``raw``: all that an HTTP server answers,
    or over RTSP (``sdp`` given) what follows PLAY. ``good``: the item that the broken ones were made of."""

    what: str
    kind: str
    raw: bytes
    sdp: bytes = b""
    format: str = ""
    good: bool = False


# --- good ones


def video(container: str, seconds: float = 1.0) -> bytes:
    """A short film of noise."""
    rng, out = np.random.default_rng(1), BytesIO()
    with av.open(out, "w", format=container, options={"fflags": "bitexact"}) as file:
        stream: Any = file.add_stream(
            "libx264", rate=10, options={"preset": "ultrafast", "x264-params": "log=-1:keyint=5"}
        )
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(round(seconds * 10)):
            frame = av.VideoFrame.from_ndarray(rng.integers(60, 190, (72, 64), dtype=np.uint8), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def picture(ending: str) -> bytes:
    """A small picture."""
    import cv2

    pixels = np.random.default_rng(2).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    return bytes(cv2.imencode(ending, pixels)[1])


def exif(jpeg: bytes, block: bytes) -> bytes:
    """A JPEG with this Exif block."""
    body = b"Exif\0\0" + block
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def units(stream: bytes) -> list[bytes]:
    """The NAL units of an elementary stream."""
    return [unit for unit in re.split(b"\0\0\0?\1", stream) if unit]


def rtp(payloads: list[bytes]) -> bytes:
    """Payloads as packets within an RTSP connection."""
    packets = b""
    for number, payload in enumerate(payloads):
        packet = struct.pack(">BBHII", 0x80, 96 | 0x80, number & 0xFFFF, number * 9000, 1) + payload
        packets += struct.pack(">cBH", b"$", 0, len(packet)) + packet
    return packets


def sdp(nals: list[bytes]) -> bytes:
    """The description of that stream."""
    sets = ",".join(base64.b64encode(nal).decode() for nal in nals if nal[0] & 31 in (7, 8))
    return re.sub(rb"sprop-parameter-sets=[^\r]*", b"sprop-parameter-sets=" + sets.encode(), hostile.SDP)


def answer(body: bytes, kind: str = "application/octet-stream", length: int | None = None) -> bytes:
    """An HTTP answer."""
    size = len(body) if length is None else length
    return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (
        kind.encode(), size) + body  # fmt: skip


def parts(pictures: list[bytes]) -> bytes:
    """An HTTP answer of JPEGs, one after the other."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
    return head + b"".join(
        b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(p), p) for p in pictures
    )


# --- and broken ones


def mutate(rng: random.Random, data: bytes, times: int = 3) -> bytes:
    """Bits flipped, pieces lost, doubled, moved, filled up and cut off."""
    found = bytearray(data)
    for _ in range(rng.randint(1, times)):
        if len(found) < 4:
            break
        at = rng.randrange(len(found))
        size = min(rng.choice((1, 2, 4, 16, 64, 512)), len(found) - at)
        match rng.randrange(7):
            case 0:
                found[at] ^= 1 << rng.randrange(8)
            case 1:
                found[at : at + size] = b"\xff" * size
            case 2:
                found[at : at + size] = bytes(size)
            case 3:
                del found[at : at + size]
            case 4:
                found[at:at] = found[at : at + size] * rng.choice((1, 8))
            case 5:
                found[at : at + size] = rng.randbytes(size)
            case 6:
                del found[max(4, at) :]
    return bytes(found)


def _videos(rng: random.Random, count: int) -> Iterator[Item]:
    nals = units(video("h264"))
    yield Item("H.264", "ffmpeg", answer(video("h264", 3)), format="h264", good=True)
    for number in range(count):
        hit = {rng.randrange(len(nals)) for _ in range(3)} | {number % 3}
        broken = [mutate(rng, nal) if i in hit else nal for i, nal in enumerate(nals)]
        if number % 4 == 0:
            rng.shuffle(broken)
        yield Item(f"H.264 {number}", "ffmpeg", answer(b"".join(START + nal for nal in broken)), format="h264")
    for container, kind in (("mpegts", "video/mp2t"), ("mp4", "video/mp4"), ("matroska", "video/x-matroska")):
        data = video(container)
        for number in range(count // 3):
            # The head of a container says the most.
            head = mutate(rng, data[:600]) + data[600:] if number % 2 else mutate(rng, data, 12)
            yield Item(f"{container} {number}", "ffmpeg", answer(head, kind))


def _parts(rng: random.Random, count: int) -> Iterator[Item]:
    jpeg = picture(".jpg")
    good = parts([jpeg] * 20)
    yield Item("MJPEG", "ffmpeg", good, good=True)
    lies = [
        good.replace(b"Content-Length: ", b"Content-Length: -"),
        good.replace(b"Content-Length: ", b"Content-Length: 99999999999"),
        good.replace(b"boundary=frame", b"boundary=" + b"-" * 4000),
        good.replace(b"--frame\r\n", b"--frame" * 500 + b"\r\n"),
        good.replace(b"image/jpeg\r\n", b"image/jpeg\r\n" + b"X: y\r\n" * 2000, 1),
        good.replace(b"boundary=frame", b'boundary="'),
    ]
    broken = [parts([mutate(rng, jpeg) for _ in range(20)]) for _ in range(count)]
    for number, raw in enumerate([*lies, *broken][:count]):
        yield Item(f"MJPEG {number}", "ffmpeg", raw)


def _pictures(rng: random.Random, count: int) -> Iterator[Item]:
    jpeg, png, webp = picture(".jpg"), picture(".png"), picture(".webp")
    yield Item("JPEG", "http", answer(jpeg, "image/jpeg"), good=True)
    at = jpeg.index(b"\xff\xc0")
    loop = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    many = b"MM\0*\0\0\0\x08" + struct.pack(">H", 0xFFFF) + b"\x01\x12\0\x03\xff\xff\xff\xff\xff\xff\xff\xff" * 200
    first = [
        jpeg[: at + 5] + b"\xff\xff\xff\xff" + jpeg[at + 9 :],
        jpeg[: at + 5] + b"\0\0\0\0" + jpeg[at + 9 :],
        jpeg[: at + 9] + b"\xff" + jpeg[at + 10 :],
        exif(jpeg, loop),
        exif(jpeg, many),
        jpeg[:2] + b"\xff\xe1\0\0" + jpeg[2:],
        jpeg[:2] + b"\xff\xe1\xff\xff" + jpeg[2:],
        jpeg.replace(b"\xff\xc4", b"\xff\xc4\xff\xff", 1),
        png[:16] + struct.pack(">II", 30_000, 30_000) + png[24:],
        png[:33] + b"\xff\xff\xff\xffIDAT" + png[41:],
        webp[:4] + b"\xff\xff\xff\xff" + webp[8:],
        b"GIF89a"
        + struct.pack("<HH", 65535, 65535)
        + b"\xf7\0\0"
        + bytes(768)
        + b",\0\0\0\0\xff\xff\xff\xff\0\x0c\xff",
    ]
    kinds = [mutate(rng, rng.choice((jpeg, jpeg, png, webp)), 6) for _ in range(count)]
    for number, data in enumerate([*first, *kinds][: count + 6]):
        yield Item(f"picture {number}", "http", answer(data, "image/jpeg"))


def _sessions(rng: random.Random, count: int) -> Iterator[Item]:
    nals = units(video("h264"))
    good, packets = sdp(nals), rtp(nals * 4)
    yield Item("RTSP", "ffmpeg", packets, sdp=good, good=True)
    lines = [
        good.replace(b"H264/90000", b"H264/-1"), good.replace(b"H264/90000", b"H264/999999999999999999999"),
        good.replace(b"a=rtpmap:96", b"a=rtpmap:" + b"9" * 300),
        good.replace(b"RTP/AVP 96", b"RTP/AVP " + b"96 " * 3000), good.replace(b"m=video 0", b"m=video 99999999"),
        good + good[good.index(b"m=video") :] * 100, good.replace(b"packetization-mode=1", b"packetization-mode=-99"),
        re.sub(rb"sprop-parameter-sets=[^\r]*", b"sprop-parameter-sets=" + b"A" * 20_000, good),
        re.sub(rb"sprop-parameter-sets=[^\r]*", b"sprop-parameter-sets=" + b",Zw==" * 2000, good),
        good.replace(b"a=control:track1", b"a=control:" + b"../" * 3000), good.replace(b"\r\n", b"\n\0\r"),
        good.replace(b"IN IP4 0.0.0.0", b"IN IP4 224.0.0.1/999"), good.replace(b"a=fmtp:96", b"a=fmtp:97"),
        good.replace(b"H264/90000", b"MP4V-ES/90000"), b"", b"v=0\r\n" * 2000,
    ]  # fmt: skip
    broken = [*lines, *(mutate(rng, good, 8) for _ in range(count))]
    rng.shuffle(broken)
    for number, text in enumerate(broken[:count]):
        yield Item(f"description {number}", "ffmpeg", packets, sdp=text or b"\r\n")
    odd = [
        rtp([b"\x7c\x85" + rng.randbytes(500)] * 50), rtp([b"\x7c\x05" + rng.randbytes(500)] * 50),
        rtp([b"\x78\xff\xff" + rng.randbytes(40)] * 50), rtp([b"\x78" + b"\0\0" * 100] * 50), rtp([b""] * 50),
        packets.replace(b"\x80\xe0", b"\xbf\xe0"), packets.replace(b"\x80\xe0", b"\x90\xe0"),
        b"$\0\xff\xff" * 2000, rng.randbytes(20_000),
    ]  # fmt: skip
    rng.shuffle(odd)
    for number, raw in enumerate([*odd, *(mutate(rng, packets, 20) for _ in range(count))][:count]):
        yield Item(f"packets {number}", "ffmpeg", raw, sdp=good)


def _found(rng: random.Random, count: int) -> Iterator[Item]:
    """Files that broke other programs."""
    files = sorted(path for path in FOUND.rglob("*") if path.is_file() and path.stat().st_size < 300_000)
    for path in rng.sample(files, min(count, len(files))):
        data = path.read_bytes()
        still = data[:4] in (b"\x89PNG", b"GIF8", b"RIFF") or data[:2] == b"\xff\xd8"
        kind = ("http", "image/jpeg", "") if still else ("ffmpeg", "application/octet-stream", "")
        kind = ("ffmpeg", "video/h264", "h264") if path.suffix == ".264" else kind
        yield Item(f"file {path.parent.name}/{path.name}", kind[0], answer(data, kind[1]), format=kind[2])


def corpus(seed: int, count: int) -> list[Item]:
    """About eight times ``count`` items, and the good ones that they were made of."""
    rng = random.Random(seed)
    makers: tuple[Callable[[random.Random, int], Iterator[Item]], ...] = (_videos, _parts, _pictures, _sessions, _found)
    return [item for make in makers for item in make(rng, count)]


# --- a camera that sends them


class Camera:
    """Serves item n at ``/n``, and those of ``turns`` one after the other at ``/next``."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        broken = [item for item in items if not item.good]
        self._turns = {over: itertools.cycle([i for i in broken if bool(i.sdp) is over]) for over in (True, False)}
        self._pictures = itertools.cycle([i for i in broken if i.kind == "http"])
        self.ports: dict[bool, int] = {}
        self.served = 0

    @contextlib.contextmanager
    def serve(self) -> Iterator[Camera]:
        """While it runs."""
        with hostile.serve(self._http) as http, hostile.serve(self._rtsp) as over_rtsp:
            self.ports = {False: http, True: over_rtsp}
            yield self

    def config(self, number: int) -> dict[str, Any]:
        """The configuration of a stream that reads this item."""
        item = self._items[number]
        scheme = "rtsp" if item.sdp else "http"
        more = {"format": item.format} if item.format else {}
        return {"url": f"{scheme}://127.0.0.1:{self.ports[bool(item.sdp)]}/{number}", **more}

    def _item(self, head: bytes, over_rtsp: bool) -> Item:
        self.served += 1
        place = re.search(rb"/(\d+|next|picture)(?:[/ ?]|$)", head.partition(b"\r\n")[0].partition(b"://")[2] or head)
        name = place[1] if place else b"next"
        if name.isdigit():
            return self._items[int(name)]
        return next(self._pictures if name == b"picture" else self._turns[over_rtsp])

    def _http(self, client: socket.socket) -> None:
        item = self._item(client.recv(65536), over_rtsp=False)
        client.sendall(item.raw)
        client.shutdown(socket.SHUT_WR)
        client.settimeout(5)
        client.recv(1)

    def _rtsp(self, client: socket.socket) -> None:
        item = self._item(client.recv(65536, socket.MSG_PEEK), over_rtsp=True)
        hostile.rtsp_session(lambda socket: socket.sendall(item.raw), sdp=item.sdp)(client)
