"""``python -m glimpser.worker.analyzer_child --fd N --memory-fd M --parent P``: runs analyzers away from the worker."""

from __future__ import annotations

import argparse
import logging
import mmap
import queue
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glimpser.protocol.messages import EgressAnswer
from glimpser_sdk.analyzers import Analyzer, StreamInfo
from glimpser_sdk.errors import GlimpserError
from glimpser_sdk.frames import Frame
from glimpser_sdk.observations import Region
from glimpser_sdk.pictures import BgrPicture, Picture, fit, open_jpeg

from .analyzer_wire import Close, Frames, Open, Results, ToChild, View, Wire
from .components import make, secrets
from .context import Context, Surroundings
from .egress import EgressDesk
from .guard import CAUGHT
from .process import settle, single_threaded

if TYPE_CHECKING:
    from glimpser_sdk.pictures import Plane


class GrayPicture(BgrPicture):
    """A luma plane alone; colour is asked for in vain and comes out gray. Told at the picture's full size."""

    __slots__ = ("_luma",)

    def __init__(self, luma: Plane) -> None:
        import cv2

        super().__init__(cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR))  # type: ignore[arg-type]
        self._luma = luma

    def luma(self, max_side: int | None) -> Plane:
        """The plane, scaled by area."""
        import cv2

        height, width = self._luma.shape
        size = fit(width, height, max_side)
        if size == (width, height):
            return self._luma
        return cv2.resize(self._luma, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def _picture(view: View, memory: mmap.mmap) -> Picture:
    import numpy as np

    data = memory[view.offset : view.offset + view.size]
    if not view.shape:
        return open_jpeg(data, captured_at=view.captured_at, meta=view.meta)
    pixels = np.frombuffer(data, np.uint8).reshape(view.shape)
    if len(view.shape) == 2:
        return GrayPicture(pixels)
    return BgrPicture(pixels)


def _frame(stream_id: str, view: View, memory: mmap.mmap) -> Frame:
    picture = _picture(view, memory)
    picture.meta = view.meta
    frame = Frame(
        picture,
        stream_id=stream_id,
        feed=view.feed,
        sequence=view.sequence,
        captured_at=view.captured_at,
        received_at=view.received_at,
        mono_ns=view.mono_ns,
        time_s=view.time_s,
        dt=view.dt,
        key=view.key,
    )
    frame.width, frame.height = view.width, view.height
    return frame


class Child:
    """Does one command after another; a thread of its own reads, so that egress answers come through meanwhile."""

    def __init__(self, wire: Wire, memory_fd: int) -> None:
        self._wire, self._memory_fd = wire, memory_fd
        self._memory: mmap.mmap | None = None
        self._commands: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._instances: dict[int, tuple[str, Analyzer, Context]] = {}
        self._around = Surroundings(post=wire.send, desk=EgressDesk(wire.send))

    def _read(self) -> None:
        try:
            while True:
                message = self._wire.receive()
                if isinstance(message, EgressAnswer):
                    self._around.desk.answer(message)
                else:
                    self._commands.put(message)
        except EOFError:
            self._commands.put(None)

    def run(self) -> None:
        """Until the worker's end closes."""
        threading.Thread(target=self._read, name="commands", daemon=True).start()
        while (command := self._commands.get()) is not None:
            try:
                results = self._obey(command)
            except CAUGHT as error:
                # Only the parent's log and status show it; the parent decides when enough is enough.
                code = error.reason.code + ": " if isinstance(error, GlimpserError) else ""
                results = Results(error=f"{code}{type(error).__name__}: {error}")
            try:
                self._wire.send(results)
            except EOFError:
                return

    def _obey(self, command: ToChild) -> Results:
        match command:
            case Open():
                self._open(command)
            case Frames():
                return self._analyse(command)
            case Close():
                _, analyzer, context = self._instances.pop(command.key)
                analyzer.close()
                context.close()
        return Results()

    def _open(self, command: Open) -> None:
        self._around.log_level = command.log_level
        context = Context(
            self._around,
            stream_id=command.stream_id,
            generation=command.generation,
            plugin=command.component.plugin,
            folder=Path(command.folder or "."),
            secrets=secrets(command.component),
        )
        regions = tuple(
            Region(id=r.id, name=r.name, kind=r.kind, polygon=tuple(r.polygon))  # type: ignore[arg-type]
            for r in command.regions
        )
        info = StreamInfo(id=command.stream_id, name=command.stream_name, regions=regions)
        self._instances[command.key] = command.stream_id, make(command.component, context, info), context

    def _analyse(self, command: Frames) -> Results:
        stream_id, analyzer, _ = self._instances[command.key]
        if self._memory is None or len(self._memory) != command.memory:
            self._memory = mmap.mmap(self._memory_fd, command.memory, prot=mmap.PROT_READ)
        frames = [_frame(stream_id, view, self._memory) for view in command.views]
        found = analyzer.process(frames)
        return Results(observations=[list(observations) for observations in found])


def main() -> None:
    """Run until the worker ends."""
    parser = argparse.ArgumentParser(prog="glimpser.worker.analyzer_child")
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--memory-fd", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    options = parser.parse_args()
    settle(options.parent)
    single_threaded()
    logging.captureWarnings(True)
    Child(Wire(socket.socket(fileno=options.fd), ToChild), options.memory_fd).run()


if __name__ == "__main__":
    main()
