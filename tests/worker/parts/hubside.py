"""The hub's side of the protocol, as the tests need it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from glimpser.protocol.framing import bulk_to_hub, control_to_hub
from glimpser.protocol.messages import (
    AnalyzerPart,
    Component,
    Counters,
    Credit,
    Hello,
    Picture,
    Shutdown,
    SinkPart,
    SourcePart,
    Start,
    Status,
    StreamPart,
    Welcome,
)
from glimpser.protocol.versions import OLDEST, VERSION
from glimpser.worker.channel import Control, Link, StreamLink, memory_links

ROOT = Path(__file__).parents[3]
T = TypeVar("T")


def source(**config: Any) -> SourcePart:
    """The synthetic H.264 source."""
    component = Component(
        plugin="synthetic", id="video", factory="synthetic:VideoSource", model="synthetic:SourceConfig", config=config
    )
    return SourcePart(component=component, shape="blocking", cadence="continuous", feeds=["main", "sub"])


def pictures(**config: Any) -> SourcePart:
    """The synthetic source of plain pictures."""
    component = Component(
        plugin="synthetic", id="picture", factory="synthetic:PictureSource", model="synthetic:PictureConfig",
        config=config,
    )  # fmt: skip
    return SourcePart(component=component, shape="async", cadence="interval", feeds=["main"], cadence_s=1.0)


def stream(**fields: Any) -> StreamPart:
    """A stream of the synthetic source."""
    return StreamPart(**{"id": "s", "name": "S", "source": source(), **fields})


def bright(*, runs: str = "inline", config: dict[str, Any] | None = None, **fields: Any) -> AnalyzerPart:
    """The synthetic analyzer."""
    component = Component(
        plugin="synthetic", id=fields.pop("id", "bright"), factory="synthetic:Bright", model="synthetic:BrightConfig",
        config=config or {},
    )  # fmt: skip
    return AnalyzerPart(component=component, runs=runs, max_side=160, **fields)


def notebook(folder: Path, *, wants: str = "packets", config: dict[str, Any] | None = None, **fields: Any) -> SinkPart:
    """The synthetic sink."""
    component = Component(
        plugin="synthetic", id="notebook", factory="synthetic:Notebook", model="synthetic:SinkConfig",
        config=config or {},
    )  # fmt: skip
    return SinkPart(component=component, wants=wants, folder=str(folder), **fields)


class HubSide:
    """Keeps every message and lets tests wait for one."""

    def __init__(self, control: Link, bulk: Link) -> None:
        self.messages: list[Any] = []
        self.pictures: list[Picture] = []
        self.forwarding = True
        self.control = Control(control, control_to_hub, self._take)
        self._links = control, bulk
        self._bulk = bulk
        self._news = asyncio.Condition()
        self._tasks = [asyncio.create_task(self.control.run()), asyncio.create_task(self._read_bulk())]
        self.process: asyncio.subprocess.Process | None = None
        self.service: asyncio.Task[None] | None = None

    @classmethod
    async def spawn(cls) -> HubSide:
        """A worker process over two socket pairs."""
        pairs = [socket.socketpair() for _ in range(2)]
        fds = [theirs.fileno() for _, theirs in pairs]
        path = os.pathsep.join([str(Path(__file__).parent), str(ROOT), str(ROOT / "sdk")])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "glimpser.worker", "--control-fd", str(fds[0]), "--bulk-fd", str(fds[1]),
            "--parent", str(os.getpid()), pass_fds=fds, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        links = []
        for ours, theirs in pairs:
            theirs.close()
            links.append(StreamLink(*await asyncio.open_connection(sock=ours)))
        side = cls(*links)
        side.process = process
        try:
            return await side.greet()
        except BaseException:
            process.kill()
            await side.close()
            raise

    @classmethod
    async def within(cls) -> HubSide:
        """The service in this process over links in memory."""
        from glimpser.worker.service import Service

        (ours, theirs), (our_bulk, their_bulk) = memory_links(), memory_links()
        side = cls(ours, our_bulk)
        side.service = asyncio.create_task(Service(theirs, their_bulk).run())
        return await side.greet()

    async def greet(self) -> HubSide:
        """Say Hello and wait for Welcome."""
        self.post(Hello(version=VERSION, oldest=OLDEST, worker_id="w", node_id="n"))
        await self.wait(Welcome, timeout=25)
        return self

    def post(self, message: Any) -> None:
        """Send to the worker."""
        self.control.post(message)

    def start(self, stream: StreamPart, generation: int = 1, **fields: Any) -> None:
        """Send Start."""
        self.post(Start(generation=generation, stream=stream, **fields))

    def _take(self, message: Any) -> None:
        self.messages.append(message)
        self._telling = asyncio.ensure_future(self._tell())

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _read_bulk(self) -> None:
        unpacker = bulk_to_hub()
        while data := await self._bulk.read():
            for picture in unpacker.feed(data):
                self.pictures.append(picture)
                if picture.purpose == "live" and self.forwarding:
                    self.post(Credit(stream_id=picture.stream_id, pictures=1))
            await self._tell()

    def of(self, kind: type[T], test: Callable[[T], bool] = lambda _: True) -> list[T]:
        """The messages of a kind that came so far."""
        return [message for message in self.messages if isinstance(message, kind) and test(message)]

    async def until(self, what: Callable[[], Any], timeout: float = 10.0) -> Any:
        """Wait until ``what`` gives something true."""
        async with asyncio.timeout(timeout), self._news:
            while not (found := what()):
                await self._news.wait()
            return found

    async def wait(self, kind: type[T], test: Callable[[T], bool] = lambda _: True, timeout: float = 10.0) -> T:
        """The first message of a kind that passes the test."""
        found: list[T] = await self.until(lambda: self.of(kind, test), timeout)
        return found[0]

    @property
    def newest(self) -> dict[str, float]:
        """The newest counters."""
        return self.of(Counters)[-1].values

    async def state(self, state: str, generation: int = 1, timeout: float = 10.0) -> Status:
        """Wait for a state."""
        return await self.wait(Status, lambda s: s.state == state and s.generation == generation, timeout)

    async def shows(self, purpose: str, timeout: float = 10.0) -> Picture:
        """Wait for a picture of a purpose."""
        found: list[Picture] = await self.until(lambda: [p for p in self.pictures if p.purpose == purpose], timeout)
        return found[0]

    async def close(self) -> None:
        """End the worker and see it gone."""
        self.post(Shutdown(grace_s=3))
        if self.process is not None:
            try:
                await asyncio.wait_for(self.process.wait(), 8)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
                raise
        if self.service is not None:
            await asyncio.wait_for(self.service, 8)
        for link in self._links:
            link.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.01)
