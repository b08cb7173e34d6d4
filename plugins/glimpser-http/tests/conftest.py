"""What the tests share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from glimpser_http.config import HttpConfig
from glimpser_http.errors import CODES
from glimpser_http.source import HttpSource
from glimpser_sdk.errors import GlimpserError

from .server import Server


class Egress:
    """A plain client. ``opened``: the arguments it was asked for with."""

    def __init__(self) -> None:
        self.opened: list[dict[str, Any]] = []
        self.refusal: Exception | None = None

    def http(self, **arguments: Any) -> httpx.AsyncClient:
        self.opened.append(arguments)
        refusal = self.refusal

        class Transport(httpx.AsyncHTTPTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                if refusal is not None:
                    raise refusal
                return await super().handle_async_request(request)

        return httpx.AsyncClient(transport=Transport(verify=arguments.get("verify_tls", True)), trust_env=False)


class Metrics:
    def __init__(self) -> None:
        self.values: dict[tuple[str, str], float] = {}

    def counter(self, name: str) -> Any:
        values = self.values

        class Counter:
            def inc(self, amount: float = 1.0, /, **labels: str) -> None:
                key = name, ",".join(labels.values())
                values[key] = values.get(key, 0) + amount

        return Counter()


@dataclass
class Context:
    egress: Egress = field(default_factory=Egress)
    metrics: Metrics = field(default_factory=Metrics)


@pytest.fixture
def ctx() -> Context:
    return Context()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def source(ctx: Context) -> AsyncIterator[Callable[..., HttpSource]]:
    """Makes sources and closes them."""
    made: list[HttpSource] = []

    def make(url: str, **config: Any) -> HttpSource:
        config = {"interval_s": 1, "timeout_s": 1, **config}
        made.append(HttpSource(ctx, HttpConfig(url=url, **config), "main"))
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    return _encoded(".jpg", 90)


@pytest.fixture(scope="session")
def other_jpeg() -> bytes:
    return _encoded(".jpg", 160)


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    return _encoded


def _encoded(kind: str, level: int, *parameters: int) -> bytes:
    import cv2
    import numpy as np

    pixels = np.full((48, 64, 3), level, np.uint8)
    pixels[10:20, 10:30] = (0, 0, 255)
    done, data = cv2.imencode(kind, pixels, list(parameters))
    assert done
    return bytes(data)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


Make = Callable[..., HttpSource]


async def pictures(source: HttpSource, count: int = 1) -> list[Any]:
    """The first pictures."""
    taken: list[Any] = []
    async with asyncio.timeout(10), aclosing(source.run()) as run:
        async for picture in run:
            taken.append(picture)
            if len(taken) == count:
                break
    return taken


async def failure(source: HttpSource) -> GlimpserError:
    """Why it gave no picture; every reason must be documented."""
    with pytest.raises(GlimpserError) as caught:
        await pictures(source)
    reason = caught.value.reason
    if not reason.code.startswith("egress."):
        CODES[reason.code].format(**reason.params)
    return caught.value
