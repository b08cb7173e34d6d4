"""The little of HTTP/1.1 that a forward proxy has to understand. Pure.

Requests are read by h11 and written anew; of a response only the head is touched, since cameras answer oddly and the
connection ends with it anyway.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass

import h11

from glimpser.egress.errors import Refused

MAX_HEAD = 64 * 1024
MARK = b"x-glimpser-egress"

HEAD_END = re.compile(rb"\r?\n\r?\n")

_HOP = {MARK} | set(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer upgrade expect".split()
)
_STATUS = re.compile(rb"(?:HTTP/1\.[01]|ICY|RTSP/1\.0) ([1-9][0-9]{2})(?: .*)?")


@dataclass(frozen=True)
class ResponseHead:
    """The status and the head as it goes to the client."""

    status: int
    raw: bytes


def token_of(request: h11.Request) -> str:
    """The password of a request's Basic proxy credentials, or an empty text."""
    for name, value in request.headers:
        if name == b"proxy-authorization" and value[:6].lower() == b"basic ":
            try:
                return base64.b64decode(value[6:], validate=True).partition(b":")[2].decode("ascii")
            except (binascii.Error, UnicodeDecodeError):
                return ""
    return ""


def onward(request: h11.Request, path: str, host: str, *, credentials: bool) -> h11.Request:
    """The request as the target gets it: origin form, its own Host, no headers meant for the proxy or for a single hop,
    and Authorization and Cookie only where they may go."""
    dropped = _HOP | {b"host"} | (set() if credentials else {b"authorization", b"cookie"})
    for name, value in request.headers:
        if name == b"connection":
            dropped |= {part.strip().lower() for part in value.split(b",")} - {b"content-length", b"transfer-encoding"}
    kept = [(name, value) for name, value in request.headers.raw_items() if name.lower() not in dropped]
    headers = [(b"Host", host.encode("ascii")), *kept, (b"Connection", b"close")]
    return h11.Request(method=request.method, target=path.encode("ascii"), headers=headers)


def response_head(data: bytes) -> ResponseHead:
    """Read a response's head (ending with its empty line). Raises Refused `egress.bad_message`."""
    lines = data.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    match = _STATUS.fullmatch(lines[0].rstrip())
    if match is None:
        raise Refused("egress.bad_message", {"reason": "the target does not answer in HTTP"})
    kept = [line for line in lines[1:] if line.partition(b":")[0].strip().lower() not in _HOP]
    return ResponseHead(int(match[1]), b"\r\n".join([lines[0], *kept, b"Connection: close", b"", b""]))


def refusal(refused: Refused) -> bytes:
    """The proxy's own answer: 407 for credentials, else 403, with the code in reason, header and JSON body."""
    status = 407 if refused.code == "egress.auth" else 403
    body = json.dumps({"code": refused.code, "params": refused.params, "detail": str(refused)}).encode()
    challenge = 'Proxy-Authenticate: Basic realm="glimpser"\r\n' if status == 407 else ""
    head = (
        f"HTTP/1.1 {status} {refused.code}\r\nX-Glimpser-Egress: {refused.code}\r\n{challenge}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body
