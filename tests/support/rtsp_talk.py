"""Both ends of an RTSP conversation, for tests of the relay between them."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

AGENT = b"User-Agent: camera\r\n"


def port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


def camera(after_play: bytes = b"", start: bytes = b"200 OK") -> Any:
    """A minimal RTSP server: answers every request, `start` to PLAY, then sends `after_play` and echoes."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            cseq = re.search(rb"CSeq: (\d+)", head)
            assert cseq
            if head.startswith(b"PLAY"):
                writer.write(b"RTSP/1.0 %s\r\nCSeq: %s\r\n\r\n%s" % (start, cseq[1], after_play))
                while data := await reader.read(65536):
                    writer.write(data)
                return
            writer.write(b"RTSP/1.0 200 OK\r\nCSeq: %s\r\nX-Line: %s\r\n\r\n" % (cseq[1], head.split(b"\r\n")[0]))

    return handle


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes, cseq: int, more: bytes = b""
) -> bytes:
    writer.write(b"%s RTSP/1.0\r\nCSeq: %d\r\n%s%s\r\n" % (line, cseq, AGENT, more))
    return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
