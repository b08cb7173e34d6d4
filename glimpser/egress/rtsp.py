"""Finds the messages in an RTSP byte stream, so that redirects can be stopped. Pure.

Two readers of one stream must see the same messages, or a hostile server could hide a redirect from this one. So heads
are taken apart leniently (any line end), checked, and put together strictly; what remains open to doubt is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glimpser.egress.errors import Refused

MAX_HEAD = 64 * 1024

_RESPONSE = re.compile(rb"RTSP/[12]\.[0-9] ([1-9][0-9]{2})(?: [^\0]*)?")
_REQUEST = re.compile(rb"([A-Z_]{1,20}) [!-~]{1,4096} RTSP/[12]\.[0-9]")
_HEADER = re.compile(rb"([A-Za-z0-9!#%&'*+.^_`|~-]+):[ \t]*(.*)", re.DOTALL)
_ADDRESS = re.compile(rb";[ \t]*(?:source|destination)[ \t]*=[^;,]*", re.IGNORECASE)
_SERVER_PORT = re.compile(rb";[ \t]*server_port[ \t]*=[ \t]*([0-9]{1,9})(?:[ \t]*-[ \t]*([0-9]{1,9}))?", re.IGNORECASE)
_HEAD_END = re.compile(rb"\n\r*\n")


@dataclass(frozen=True)
class Head:
    """One message without its body. `status` is 0 in a request, `method` is empty in a response."""

    status: int
    method: bytes
    headers: dict[bytes, bytes]
    raw: bytes

    @property
    def cseq(self) -> bytes:
        return self.headers.get(b"cseq", b"")


class Scanner:
    """Cuts a byte stream into heads and everything else (bodies, interleaved media), in order."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip = 0

    def feed(self, data: bytes) -> list[Head | bytes]:
        """The pieces that are complete now. Raises Refused `egress.bad_message` or `egress.too_large`."""
        self._buffer += data
        pieces: list[Head | bytes] = []
        while self._buffer:
            if self._skip:
                taken = self._take(min(self._skip, len(self._buffer)))
                self._skip -= len(taken)
                pieces.append(taken)
            elif self._buffer[0] == 0x24:  # "$": interleaved media, four bytes and the length in the last two
                if len(self._buffer) < 4:
                    break
                self._skip = 4 + int.from_bytes(self._buffer[2:4], "big")
            elif self._buffer[0] in b"\r\n":
                del self._buffer[0]
            else:
                end = _HEAD_END.search(self._buffer)
                if (end.end() if end else len(self._buffer)) > MAX_HEAD:
                    raise Refused("egress.too_large", {"limit": MAX_HEAD})
                if end is None:
                    break
                head = parse_head(self._take(end.end()))
                self._skip = int(head.headers.get(b"content-length", b"0"))
                pieces.append(head)
        return pieces

    @property
    def pending(self) -> bool:
        """Whether a message has begun whose head is not complete."""
        return bool(self._buffer)

    def rest(self) -> bytes:
        """What came in and is not part of a complete piece."""
        return self._take(len(self._buffer))

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def parse_head(data: bytes) -> Head:
    """Read one head, ending with its empty line. Raises Refused `egress.bad_message`."""
    lines = [line.rstrip(b"\r") for line in data.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    response, request = _RESPONSE.fullmatch(lines[0]), _REQUEST.fullmatch(lines[0])
    if response is None and request is None:
        raise _bad("the first line is neither a request nor a response")
    headers: dict[bytes, bytes] = {}
    for line in lines[1:]:
        if line[:1] in (b"$", b" ", b"\t") or b"\r" in line or b"\0" in line:
            raise _bad("a header line has characters that do not belong there")
        match = _HEADER.fullmatch(line)
        if match is None:
            continue
        name, value = match[1].lower(), match[2].strip()
        if name == b"content-length" and (name in headers or not re.fullmatch(rb"[0-9]{1,7}", value)):
            raise _bad("the length of its body is not clear")
        headers[name] = value
    if b"\r" in lines[0]:
        raise _bad("the first line has characters that do not belong there")
    return Head(
        int(response[1]) if response else 0, request[1] if request else b"", headers, b"\r\n".join(lines) + b"\r\n\r\n"
    )


def server_ports(head: Head) -> list[int]:
    """The ports to which a client that takes media by UDP would send. Raises Refused `egress.bad_message`."""
    found: list[int] = []
    for line in _transports(head):
        if line.lower().count(b"server_port") != len(matches := _SERVER_PORT.findall(line)):
            raise _bad("the server's ports are not clear")
        for first, last in matches:
            a, b = int(first), int(last or first)
            if not (0 < a <= b < 65536 and b - a < 2):
                raise _bad("the server's ports are not clear")
            # FFmpeg takes the port after the first one for control, whether it was named or not.
            found += [a, min(a + 1, 65535)]
    return found


def with_source(head: Head, address: str) -> bytes:
    """The head with one address in its Transport headers: that of the pinned target.

    A client that takes media by UDP sends its receiver reports to the address that the server names there, which would
    let a server point it anywhere; without one it uses the address it is connected to, which is this machine.
    """
    lines = head.raw.split(b"\r\n")
    source = b";source=" + address.encode()
    return b"\r\n".join(
        b",".join(_ADDRESS.sub(b"", one).rstrip(b" \t;") + source for one in line.split(b","))
        if line[:10].lower() == b"transport:"
        else line
        for line in lines
    )


def as_agent(head: Head, agent: bytes) -> bytes:
    """A request with another User-Agent."""
    lines = head.raw.split(b"\r\n")
    return b"\r\n".join(b"User-Agent: " + agent if line[:11].lower() == b"user-agent:" else line for line in lines)


def _transports(head: Head) -> list[bytes]:
    return [line for line in head.raw.split(b"\r\n") if line[:10].lower() == b"transport:"]


def refusal(cseq: bytes, status: int, code: str) -> bytes:
    """A response that ends a request here, with the code for whoever reads the log."""
    return b"RTSP/1.0 %d %s\r\nCSeq: %s\r\nX-Glimpser-Egress: %s\r\n\r\n" % (status, code.encode(), cseq, code.encode())


def _bad(reason: str) -> Refused:
    return Refused("egress.bad_message", {"reason": reason})
