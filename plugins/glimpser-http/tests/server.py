"""A small HTTP server whose answers a test writes itself, byte by byte where it wants to."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    path: str
    headers: dict[str, str]


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"", status: int = 200, /, **headers: str) -> Handler:
    """A handler that always says the same; ``content_type="image/png"`` sets a header."""

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(response(body, status, **headers))

    return handle


def response(body: bytes = b"", status: int = 200, /, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}", *lines, "", ""])
    return head.encode("latin-1") + body


@dataclass
class Server:
    """Answers each request with the handler of its path. ``seen`` holds the requests."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    scheme: str = "http"
    _server: Any = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.scheme = "https" if tls else "http"

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (h.partition(":") for h in head[1:-2])}
                request = Request(head[0].split()[1], headers)
                self.seen.append(request)
                await self.handlers.get(request.path, answer(b"", 404))(request, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()


def digest_guard(body: bytes, username: str, password: str) -> Handler:
    """Asks for Digest authentication (MD5, qop auth) and checks what comes."""

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', request.headers.get("authorization", "")))

        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        secret, asked = md5(f"{username}:cam:{password}"), md5(f"GET:{request.path}")
        parts = [secret, "n0nce", given.get("nc", ""), given.get("cnonce", ""), "auth", asked]
        if given.get("response") == md5(":".join(parts)) and given["username"] == username:
            writer.write(response(body))
        else:
            challenge = 'Digest realm="cam", nonce="n0nce", qop="auth", algorithm=MD5'
            writer.write(response(b"no", 401, WWW_Authenticate=challenge))

    return handle


def basic_guard(body: bytes, credentials: str) -> Handler:
    """Asks for Basic authentication; ``credentials`` as base64 has them."""

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.headers.get("authorization") == f"Basic {credentials}":
            writer.write(response(body))
        else:
            writer.write(response(b"no", 401, WWW_Authenticate='Basic realm="cam"'))

    return handle


def endless(start: bytes, part: bytes = b"", pause_s: float = 0.05) -> Any:
    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return handle


def closing(data: bytes) -> Any:
    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        raise ConnectionError

    return handle
