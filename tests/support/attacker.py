"""The attacker's name server and site, the camera on the LAN, and the canaries: one listener for every address."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import threading
from dataclasses import dataclass

ATTACKER = "93.184.216.34"
CAMERA = "192.168.77.2"
_A, _AAAA = 1, 28
_NAMES: dict[str, list[str]] = {
    "evil.example": ["127.0.0.1"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "xn--evl-bia.example": ["127.0.0.1"],
    "nas.lan": ["10.0.0.5"],
    "camera.lan": [CAMERA],
}


class Names:
    """A name server on 127.0.0.53. ``rebind….example`` is the attacker's site the first time, loopback from then on."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.53", 53))
        threading.Thread(target=self._run, daemon=True).start()

    def forget(self) -> None:
        """Names that rebind begin anew."""
        self._asked.clear()

    def _run(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(512)
            self._socket.sendto(self._answer(data), sender)

    def _answer(self, data: bytes) -> bytes:
        labels, at = [], 12
        while length := data[at]:
            labels.append(data[at + 1 : at + 1 + length].decode("latin-1").lower())
            at += 1 + length
        kind = struct.unpack("!H", data[at + 1 : at + 3])[0]
        name = ".".join(labels)
        known = _NAMES.get(name)
        if known is None and name.startswith("rebind"):
            known = ["127.0.0.1"] if name in self._asked else [ATTACKER]
            if kind == _A:
                self._asked.add(name)
        found = [ipaddress.ip_address(text) for text in known or []]
        packed = [one.packed for one in found if one.version == (4 if kind == _A else 6) and kind in (_A, _AAAA)]
        head = data[:2] + struct.pack("!HHHHH", 0x8180 if known else 0x8183, 1, len(packed), 0, 0)
        records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 0, len(one)) + one for one in packed)
        return head + data[12 : at + 5] + records


@dataclass(frozen=True)
class Hit:
    """Something reached a canary."""

    how: str
    address: str
    said: str


class Site:
    """Listens on every address. ``hits``: who came to one that is neither the attacker's nor the camera's; ``visits``:
    who came to the camera."""

    def __init__(self, port: int) -> None:
        self.hits: list[Hit] = []
        self.visits: list[str] = []
        self._port = port
        self._listener = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=256)
        threading.Thread(target=self._run, daemon=True).start()
        self._canary = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._canary.bind(("127.0.0.1", 7776))
        threading.Thread(target=self._datagrams, daemon=True).start()

    def _datagrams(self) -> None:
        while True:
            data, _ = self._canary.recvfrom(2048)
            self.hits.append(Hit("udp", "127.0.0.1", repr(data[:20])))

    def _run(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        mapped = ipaddress.IPv6Address(connection.getsockname()[0])
        address = str(mapped.ipv4_mapped or mapped)
        hit = address not in (ATTACKER, CAMERA)
        if hit:
            # Before a byte is read: a connection is enough.
            self.hits.append(Hit("tcp", address, ""))
        elif address == CAMERA:
            self.visits.append(address)
        with connection, contextlib.suppress(OSError, IndexError, ValueError):
            connection.settimeout(3)
            while head := _head(connection):
                if hit:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret")
                    return
                answer = self._answer(head)
                connection.sendall(answer)
                if b"RTSP/" not in head:
                    return

    def _answer(self, head: bytes) -> bytes:
        target = head.split()[1].decode()
        path = target.split("://", 1)[-1].split("/", 1)[-1] if "://" in target else target[1:]
        how, _, rest = path.partition("/")
        if b" RTSP/" in head.splitlines()[0]:
            return self._rtsp(head, how, rest)
        if how == "picture":
            return _http(b"no picture", b"Content-Type: text/plain\r\n")
        onward = bytes.fromhex(rest)
        if how == "302":
            return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: %s\r\n\r\n" % onward
        kinds = {
            "segment": b"#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n%s\n#EXT-X-ENDLIST\n",
            "key": b'#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:METHOD=AES-128,URI="%s"\n#EXTINF:1,\nown.ts\n#EXT-X-ENDLIST\n',
            "variant": b"#EXT-X-STREAM-INF:BANDWIDTH=1\n%s\n",
        }
        return _http(b"#EXTM3U\n#EXT-X-VERSION:7\n" + kinds[how] % onward,
                     b"Content-Type: application/vnd.apple.mpegurl\r\n")  # fmt: skip

    def _rtsp(self, head: bytes, how: str, rest: str) -> bytes:
        cseq = head.partition(b"CSeq: ")[2].split(b"\r\n")[0]
        method = head.split()[0]
        if how == "302":
            onward = bytes.fromhex(rest.split("/")[0])
            return b"RTSP/1.0 302 Moved\r\nCSeq: %s\r\nLocation: %s\r\n\r\n" % (cseq, onward)
        fine = b"RTSP/1.0 200 OK\r\nCSeq: %s\r\nSession: 1\r\n" % cseq
        if method == b"OPTIONS":
            return fine + b"Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n"
        if method == b"DESCRIBE" and how == "udp":
            sdp = (b"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\n"
                   b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:t\r\n")  # fmt: skip
            return fine + b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s" % (len(sdp), sdp)
        if method == b"SETUP":
            client = head.partition(b"client_port=")[2].split(b"\r\n")[0].split(b";")[0]
            return fine + (b"Transport: RTP/AVP/UDP;unicast;client_port=%s;server_port=7776-7777;source=127.0.0.1"
                           b"\r\n\r\n" % client)  # fmt: skip
        return fine + b"\r\n" if method == b"PLAY" else b"RTSP/1.0 404 Not Found\r\nCSeq: %s\r\n\r\n" % cseq


def _head(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more:
            return b""
        data += more
    return data


def _http(body: bytes, extra: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n%s" % (len(body), extra, body)
