"""Servers that count who reached them: the attacker's own, and the one that nobody may reach."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable


class Server:
    """Answers every connection with `reply(request head)` and counts them."""

    def __init__(self, reply: Callable[[bytes], bytes], host: str = "127.0.0.1", port: int = 0) -> None:
        self.hits = 0
        self.heads: list[bytes] = []
        self._reply = reply
        self._socket = socket.create_server((host, port))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.hits += 1
            with connection, contextlib.suppress(OSError):
                connection.settimeout(3)
                while head := self._head(connection):
                    self.heads.append(head)
                    connection.sendall(self._reply(head))
                    if b"RTSP/" not in head:
                        break

    @staticmethod
    def _head(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(4096)
            if not more:
                return b""
            data += more
        return data

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


def http(body: bytes = b"secret", status: bytes = b"200 OK", extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n%s" % (status, len(body), extra, body)
