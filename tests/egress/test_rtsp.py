from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glimpser.egress.errors import Refused
from glimpser.egress.rtsp import Head, Scanner

CONVERSATION = (
    b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE\r\n\r\n"
    b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 27\r\n\r\nRTSP/1.0 302 Found\r\nCSeq: 9"
    b"$\x00\x00\x05he\r\n\r"
    b"OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: 3\r\n\r\n"
)


def flat(pieces: list[Head | bytes]) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else piece.raw for piece in pieces)


@given(st.lists(st.integers(1, len(CONVERSATION)), max_size=8))
def test_messages_are_found_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    edges = sorted({0, len(CONVERSATION), *cuts})
    scanner = Scanner()
    pieces = [piece for a, b in pairwise(edges) for piece in scanner.feed(CONVERSATION[a:b])]
    heads = [(piece.status, piece.method, piece.cseq) for piece in pieces if isinstance(piece, Head)]
    assert heads == [(200, b"", b"1"), (200, b"", b"2"), (0, b"OPTIONS", b"3")]
    assert flat(pieces) == CONVERSATION
    assert scanner.rest() == b""


@pytest.mark.parametrize(
    "data",
    [
        b"RTSP/1.0 200 OK\nCSeq: 1\n\nRTSP/1.0 302 Found\r\nLocation: rtsp://127.0.0.1/\r\n\r\n",
        b"\r\n\r\nRTSP/1.0 302 Found\r\n\r\n",
        b"RTSP/1.0 200 OK\r\r\n\r\r\nRTSP/1.0 302 Found\r\n\r\n",
    ],
)
def test_a_redirect_cannot_hide_behind_line_ends(data: bytes) -> None:
    assert 302 in [piece.status for piece in Scanner().feed(data) if isinstance(piece, Head)]


@pytest.mark.parametrize(
    "data",
    [
        b"RTSP/1.0 200 OK\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 5x\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nX: y\r\n Content-Length: 5\r\n\r\n",
        b"RTSP/1.0 200 OK\r\n$abc\r\n\r\n",
        b"RTSP/1.0  302 Found\r\n\r\n",
        b" RTSP/1.0 302 Found\r\n\r\n",
        b"RTSP/1.0 200\rRTSP/1.0 302 x\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: rtsp://127.0.0.1/\r\n\r\n",
        b"X: \0\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nX: " + b"y" * 70000 + b"\r\n\r\n",
        b"y" * 70000,
    ],
)
def test_what_is_open_to_doubt_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        Scanner().feed(data)


def test_a_head_that_names_a_length_in_an_ignored_way_has_no_body() -> None:
    pieces = Scanner().feed(b"RTSP/1.0 200 OK\r\nContent-Length : 26\r\n\r\nRTSP/1.0 302 Found\r\nA: b\r\n\r\n")
    assert [piece.status for piece in pieces if isinstance(piece, Head)] == [200, 302]


@given(st.binary(max_size=200))
def test_no_input_breaks_the_scanner(data: bytes) -> None:
    scanner = Scanner()
    try:
        out = flat(scanner.feed(data)) + scanner.rest()
    except Refused:
        return
    assert len(out) <= len(data) + 2 * data.count(b"\n") + 2
