"""Behind a proxy that puts the hub under a path of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from support.authority import Authority

from .hubs import NAME, running, set_up

pytestmark = pytest.mark.browser

PREFIX = b"/cameras"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def proxy(port: int, to: int, tls: Authority | None = None) -> AsyncIterator[None]:
    """Passes on what is under PREFIX, without it, and answers 404 for the rest, as a web server with one location does.
    With ``tls`` it does the encryption for the hub, and says so.

    One request a connection, so that only the first line has to be understood; sockets stay open both ways.
    """

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, rest = head.partition(b"\r\n")
        method, path, version = line.split(b" ")
        if not path.startswith((PREFIX + b"/", PREFIX + b"?")) and path != PREFIX:
            strays.append(path)
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        inner_reader, inner = await asyncio.open_connection("127.0.0.1", to)
        if b"upgrade: websocket" not in rest.lower():
            kept = [h for h in rest.split(b"\r\n") if not h.lower().startswith(b"connection:")]
            rest = b"\r\n".join([b"Connection: close", *kept])
        if tls is not None:
            rest = b"\r\n".join([b"X-Forwarded-Proto: https", rest])
        inner.write(b" ".join((method, path[len(PREFIX) :] or b"/", version)) + b"\r\n" + rest)
        await asyncio.gather(copy(reader, inner), copy(inner_reader, writer))

    strays: list[bytes] = []
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=context)
    async with server:
        yield
    assert [path for path in strays if path != b"/favicon.ico"] == []


async def test_everything_works_under_a_path(page: Page, film: Path, tmp_path: Path) -> None:
    outside, inside = free_port(), free_port()
    public = f"http://127.0.0.1:{outside}{PREFIX.decode()}"
    (tmp_path / "hub").mkdir()
    hub_of = running(tmp_path / "hub", film.parent, inside, GLIMPSER_PUBLIC_URL=public)
    with hub_of as hub:
        assert hub.url == public
        assert hub.setup.startswith(public + "/setup#token=")
        async with proxy(outside, inside):
            await set_up(page, hub)

            await page.get_by_role("button", name="Add stream").click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_label("Address").fill(str(film))
            await dialog.get_by_label("Name", exact=True).fill("Patio")
            await dialog.get_by_role("button", name="Add stream").click()
            await expect(page.locator(".screen.has-picture")).to_have_count(1, timeout=20_000)
            await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()

            await page.get_by_role("link", name="Patio").click()
            await expect(page.get_by_role("heading", name="Patio")).to_be_visible()
            await page.reload()
            await expect(page.locator(".screen.has-picture")).to_have_count(1, timeout=20_000)
            await page.get_by_role("button", name=f"Sign out {NAME}").click()
            await expect(page).to_have_url(f"{public}/login")
            await page.context.close()
