"""Pictures over HTTP, from a real server."""

from __future__ import annotations

import asyncio
import base64
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest

from glimpser_sdk.errors import AuthFailed, NotReady, Unsupported
from glimpser_sdk.sources import Cadenced

from .conftest import Context, Make, failure, pictures
from .server import Request, Server, answer, basic_guard, digest_guard, endless, response

# --- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.control("A14")
async def test_a_jpeg_is_handed_on_untouched(server: Server, source: Make, jpeg: bytes) -> None:
    server.handlers["/now.jpg"] = answer(jpeg, content_type="image/jpeg")
    [picture] = await pictures(source(server.url("/now.jpg")))
    assert picture.jpeg(80, None) == jpeg
    assert (picture.width, picture.height, picture.meta) == (64, 48, {})


@pytest.mark.parametrize(
    ("kind", "parameters"), [(".png", ()), (".webp", (64, 80)), (".webp", (64, 101)), (".gif", ())]
)
async def test_other_kinds_are_decoded(
    server: Server, source: Make, encoded: Callable[..., bytes], kind: str, parameters: tuple[int, ...]
) -> None:
    server.handlers["/p"] = answer(encoded(kind, 90, *parameters), content_type="application/octet-stream")
    [picture] = await pictures(source(server.url("/p")))
    assert (picture.width, picture.height) == (64, 48)
    blue, _, red = picture.bgr(None)[15, 20].astype(int)
    assert red - blue > 150


@pytest.mark.attack("A14")
async def test_a_picture_larger_than_it_may_be_is_refused_by_its_head(server: Server, source: Make) -> None:
    side = 30_000
    heads = {
        "png": b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", side, side, 8, 2, 0, 0, 0),
        "gif": b"GIF89a" + struct.pack("<HHBBB", side, side, 0, 0, 0),
        "webp": b"RIFF\0\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0" + struct.pack("<HBHB", side, 0, side, 0),
        "webp-lossy": b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 16383, 16383),
        "webp-lossless": b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0/" + struct.pack("<I", 0x3FFF | 0x3FFF << 14),
    }
    for name, head in heads.items():
        server.handlers["/" + name] = answer(head + bytes(100))
        error = await failure(source(server.url("/" + name)))
        assert isinstance(error, Unsupported)
        assert error.reason.code == "media.too_large", name


@pytest.mark.attack("A14")
async def test_a_jpeg_larger_than_it_may_be_is_refused(server: Server, source: Make, jpeg: bytes) -> None:
    at = jpeg.index(b"\xff\xc0")
    huge = jpeg[: at + 5] + struct.pack(">HH", 30_000, 30_000) + jpeg[at + 9 :]
    server.handlers["/p"] = answer(huge)
    assert (await failure(source(server.url("/p")))).reason.code == "media.too_large"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html><body>Log in</body></html>", "media.not_image"),
        (b"", "media.not_image"),
        (b"\xff\xd8\xffnothing of a picture\xff\xd9", "media.not_image"),
        (b"RIFF\0\0\0\0WAVEfmt and so on and so on", "media.not_image"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0", "media.incomplete"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 9, 9) + b"rest is missing", "media.incomplete"),
    ],
)
async def test_what_is_no_picture(server: Server, source: Make, body: bytes, code: str) -> None:
    server.handlers["/p"] = answer(body, content_type="image/jpeg")
    assert (await failure(source(server.url("/p")))).reason.code == code


async def test_half_a_jpeg_is_not_taken_for_one(server: Server, source: Make, jpeg: bytes) -> None:
    server.handlers["/p"] = answer(jpeg[: len(jpeg) - 40])
    assert (await failure(source(server.url("/p")))).reason.code == "media.incomplete"


async def test_a_video_is_refused_at_once(server: Server, source: Make) -> None:
    server.handlers["/p"] = endless(b"HTTP/1.1 200 x\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n")
    assert (await failure(source(server.url("/p")))).reason.code == "media.not_image"


# --- unchanged pictures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "value", "condition"),
    [("ETag", '"v1"', "if-none-match"), ("Last_Modified", "Wed, 01 May 2024 12:00:00 GMT", "if-modified-since")],
)
async def test_an_unchanged_picture_is_asked_for_and_given_again(
    server: Server, source: Make, ctx: Context, jpeg: bytes, header: str, value: str, condition: str
) -> None:
    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        same = request.headers.get(condition) == value
        writer.write(response(b"", 304) if same else response(jpeg, **{header: value}))

    server.handlers["/p"] = handle
    first, second = await pictures(source(server.url("/p")), 2)
    assert (first.meta, second.meta) == ({}, {"unchanged": True})
    assert second.jpeg(80, None) == jpeg
    assert ctx.metrics.values == {("fetches_total", "new"): 1, ("fetches_total", "unchanged"): 1}


async def test_the_same_bytes_are_the_same_picture(
    server: Server, source: Make, jpeg: bytes, other_jpeg: bytes
) -> None:
    bodies = iter([jpeg, jpeg, other_jpeg])

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(response(next(bodies)))

    server.handlers["/p"] = handle
    taken = await pictures(source(server.url("/p")), 3)
    assert [bool(picture.meta) for picture in taken] == [False, True, False]
    assert taken[2].jpeg(80, None) == other_jpeg


async def test_304_to_an_unconditional_request_is_a_refusal(server: Server, source: Make) -> None:
    server.handlers["/p"] = answer(b"", 304)
    assert (await failure(source(server.url("/p")))).reason.code == "net.rejected"


# --- schedule ---------------------------------------------------------------------------------------------------------


async def test_fetches_keep_their_schedule(server: Server, source: Make, jpeg: bytes) -> None:
    times: list[float] = []

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        times.append(time.monotonic())
        await asyncio.sleep(0.4)
        writer.write(response(jpeg))

    server.handlers["/p"] = handle
    await pictures(source(server.url("/p")), 4)
    assert [later - times[0] for later in times] == pytest.approx([0, 1, 2, 3], abs=0.35)
    assert server.connections == 1


async def test_a_slow_fetch_costs_steps_and_no_drift(server: Server, source: Make, jpeg: bytes) -> None:
    times: list[float] = []

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        times.append(time.monotonic())
        await asyncio.sleep(1.3 if len(times) == 1 else 0)
        writer.write(response(jpeg))

    server.handlers["/p"] = handle
    await pictures(source(server.url("/p"), timeout_s=5), 3)
    assert [later - times[0] for later in times] == pytest.approx([0, 2, 3], abs=0.35)


async def test_the_cadence_is_the_configured_one(source: Make) -> None:
    made = source("http://127.0.0.1/p", interval_s=30, timeout_s=5)
    assert isinstance(made, Cadenced)
    assert (made.cadence().kind, made.cadence().seconds) == ("interval", 30)
    assert made.cadence().timeout_s >= 10


# --- who asks ---------------------------------------------------------------------------------------------------------

AWKWARD = "p:a@ß/ %41"


@pytest.mark.parametrize("in_address", [False, True])
async def test_digest(server: Server, source: Make, jpeg: bytes, in_address: bool) -> None:
    server.handlers["/p"] = digest_guard(jpeg, "ada", "s3cret")
    if in_address:
        made = source(server.url("/p").replace("//", "//ada:s3cret@"))
    else:
        made = source(server.url("/p"), username="ada", password="s3cret")
    assert len(await pictures(made, 2)) == 2
    assert len(server.seen) == 3, "the second fetch needs no second question"
    assert "authorization" not in server.seen[0].headers


@pytest.mark.parametrize("in_address", [False, True])
async def test_basic(server: Server, source: Make, jpeg: bytes, in_address: bool) -> None:
    server.handlers["/p"] = basic_guard(jpeg, base64.b64encode(f"ada:{AWKWARD}".encode()).decode())
    if in_address:
        made = source(server.url("/p").replace("//", "//ada:p%3Aa%40%C3%9F%2F%20%2541@"))
    else:
        made = source(server.url("/p"), username="ada", password=AWKWARD)
    assert len(await pictures(made, 2)) == 2
    assert len(server.seen) == 3
    assert "authorization" not in server.seen[0].headers


async def test_credentials_are_not_offered_unasked(server: Server, source: Make, jpeg: bytes) -> None:
    server.handlers["/p"] = answer(jpeg)
    await pictures(source(server.url("/p"), username="ada", password="s3cret"))
    assert "authorization" not in server.seen[0].headers


@pytest.mark.parametrize("guard", [digest_guard(b"", "ada", "right"), basic_guard(b"", "cmlnaHQ="), answer(b"", 403)])
async def test_wrong_credentials(server: Server, source: Make, guard: Any) -> None:
    server.handlers["/p"] = guard
    error = await failure(source(server.url("/p"), username="ada", password="wrong"))
    assert isinstance(error, AuthFailed)
    assert error.reason.code == "auth.failed"
    assert len(server.seen) <= 3
    assert "wrong" not in str(error.reason)


@pytest.mark.parametrize("challenge", ['Digest realm="x", nonce="y", algorithm=NONE', "Digest", "Bearer", ""])
async def test_a_challenge_that_cannot_be_met(server: Server, source: Make, challenge: str) -> None:
    server.handlers["/p"] = answer(b"", 401, WWW_Authenticate=challenge)
    error = await failure(source(server.url("/p"), username="ada", password="s3cret"))
    assert isinstance(error, AuthFailed | NotReady)


async def test_headers_are_sent(server: Server, source: Make, jpeg: bytes) -> None:
    server.handlers["/p"] = answer(jpeg)
    await pictures(source(server.url("/p"), headers={"X-Channel": "2", "User-Agent": "me"}))
    sent = server.seen[0].headers
    assert (sent["x-channel"], sent["user-agent"], sent["accept-encoding"]) == ("2", "me", "identity")


# --- redirects --------------------------------------------------------------------------------------------------------


async def test_redirects_on_the_same_server_are_followed(server: Server, source: Make, jpeg: bytes) -> None:
    server.handlers["/p"] = answer(b"", 302, Location="/q")
    server.handlers["/q"] = digest_guard(jpeg, "ada", "s3cret")
    assert await pictures(source(server.url("/p"), username="ada", password="s3cret"))


async def test_without_credentials_they_are_followed_anywhere(server: Server, source: Make, jpeg: bytes) -> None:
    server.handlers["/p"] = answer(b"", 307, Location=server.url("/q", host="localhost"))
    server.handlers["/q"] = answer(jpeg)
    assert await pictures(source(server.url("/p")))


@pytest.mark.parametrize("secret", [{"username": "ada", "password": "s3cret"}, {"headers": {"X-Key": "k"}}])
async def test_what_was_given_for_one_host_goes_to_no_other(
    server: Server, source: Make, jpeg: bytes, secret: dict[str, Any]
) -> None:
    server.handlers["/p"] = answer(b"", 302, Location=server.url("/q", host="localhost"))
    server.handlers["/q"] = digest_guard(jpeg, "ada", "s3cret")
    error = await failure(source(server.url("/p"), **secret))
    assert (error.reason.code, error.reason.params["host"]) == ("net.other_host", "localhost")
    assert [request.path for request in server.seen] == ["/p"]


@pytest.mark.parametrize(
    ("location", "code"),
    [("file:///etc/passwd", "net.redirected"), ("ftp://127.0.0.1/x", "net.redirected"), ("/p", "net.redirects"),
     ("http://-ü-/", "net.failed"), ("data:image/png;base64,AAAA", "net.redirected")],
)  # fmt: skip
async def test_redirects_to_nowhere(server: Server, source: Make, location: str, code: str) -> None:
    server.handlers["/p"] = answer(b"", 302, Location=location)
    assert (await failure(source(server.url("/p")))).reason.code == code
    assert len(server.seen) <= 6
