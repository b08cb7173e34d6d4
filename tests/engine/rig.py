"""Parts that the tests of the engine and of capture share."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from glimpser.engine import LocalOptions, WorkerLost
from glimpser.protocol.messages import Component, Picture, SourcePart, Start, StreamPart, ToHub

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON_PATH = (str(ROOT), str(ROOT / "sdk"), str(HERE))


def fake_python(folder: Path, mode: str = "") -> str:
    """An interpreter that runs the fake worker whatever it is told to run."""
    script = folder / f"python-{mode or 'plain'}"
    script.write_text(f'#!/bin/sh\nFAKE_WORKER="{mode}" exec "{sys.executable}" "{HERE / "fake_worker.py"}" "$@"\n')
    script.chmod(0o755)
    return str(script)


def options(folder: Path, mode: str = "", **more: Any) -> LocalOptions:
    fields: dict[str, Any] = {"python": fake_python(folder, mode), "python_path": PYTHON_PATH, "spares": 0, "cores": 2}
    return LocalOptions(data_dir=folder, **{**fields, **more})


def source(host: str = "", **config: Any) -> SourcePart:
    component = Component(
        plugin="synthetic", id="synthetic", factory="synthetic_source:Source", model="synthetic_source:Config",
        config=config,
    )  # fmt: skip
    return SourcePart(component=component, shape="blocking", cadence="continuous", feeds=["main"], host=host)


def stream(stream_id: str, host: str = "", **config: Any) -> StreamPart:
    return StreamPart(id=stream_id, name=stream_id, source=source(host, **config))


def start(stream_id: str, generation: int = 1, **config: Any) -> Start:
    return Start(generation=generation, stream=stream(stream_id, **config))


class Heard:
    """A listener that keeps everything."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, ToHub]] = []
        self.pictures: list[Picture] = []
        self.losses: list[WorkerLost] = []
        self.work: Callable[[ToHub], Awaitable[None] | None] = lambda message: None

    def received(self, worker_id: str, message: ToHub) -> Awaitable[None] | None:
        self.messages.append((worker_id, message))
        return self.work(message)

    def pictured(self, worker_id: str, picture: Picture) -> None:
        self.pictures.append(picture)

    def lost(self, lost: WorkerLost) -> None:
        self.losses.append(lost)

    def of(self, type_: type) -> list[Any]:
        return [message for _, message in self.messages if isinstance(message, type_)]


async def until(condition: Callable[[], Any], timeout_s: float = 10.0) -> Any:
    """Wait for a condition; its value when it holds. Fails after ``timeout_s``."""
    end = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout_s} s")
        await asyncio.sleep(0.01)
    return value


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False
