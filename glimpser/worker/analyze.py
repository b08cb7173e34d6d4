"""Analysing files away from any hub: the same feed, idle mode, routing and analyzers as a live stream, as fast as it
goes."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from glimpser.protocol.messages import AnalyzerPart, Component, EgressAnswer, EgressAsk
from glimpser_sdk.analyzers import StreamInfo
from glimpser_sdk.demand import Decode, Demand
from glimpser_sdk.errors import ConfigInvalid, StreamEnded
from glimpser_sdk.frames import Frame
from glimpser_sdk.observations import Observation, Region
from glimpser_sdk.packets import Packet
from glimpser_sdk.pictures import BgrPicture, Picture

from .analysis import Analysis
from .components import make
from .context import Context, Surroundings
from .demand import of_analyzers, total
from .egress import EgressDesk
from .feed import Feed
from .routing import InlineSlot, Slot

PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
# The last number. Nothing is given back, so that a long name without an end that fits is read once.
_NUMBER = re.compile(r"(?<!\d)(\d++)\D*+$")


class _MediaClock:
    """Time as the file tells it, so that nothing depends on how fast it is read."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.media_s = 0.0

    def now(self) -> Any:
        """Real UTC time; files carry none."""
        return self._clock.now()

    def mono_ns(self) -> int:
        """Media time."""
        return int(self.media_s * 1e9)


class _Run:
    """One file through one feed; collects a line for each analysed frame."""

    def __init__(self, parts: Sequence[AnalyzerPart], regions: tuple[Region, ...], idle: bool, folder: str) -> None:
        self._around = Surroundings(post=self._told, desk=EgressDesk(self._refuse))
        self.clock = _MediaClock(self._around.clock)
        self._folder = folder
        self._info = StreamInfo(id="offline", name="offline", regions=regions)
        masks = tuple(region.polygon for region in regions if region.kind == "privacy")
        self.feed = Feed("offline", "main", clock=self.clock, masks=masks)
        self.lines: list[dict[str, Any]] = []
        self.number: Callable[[Frame], int] = lambda frame: frame.sequence
        self._seen: dict[int, tuple[Frame, list[Observation]]] = {}
        self._errors: list[BaseException] = []
        self._analysis = Analysis(
            self.feed,
            changed=lambda change, part, told: None,
            best=lambda part, frame: None,
            failure=lambda part, error: self._errors.append(error),
            disabled=lambda part: None,
        )
        self._analysis.build(parts, self._slot)
        if idle:
            self.feed.demand = total(of_analyzers(parts, idle=True))
        else:
            self.feed.demand = Demand(decode=Decode.FULL, why=("analyze",))
        self.raise_failure()

    def _told(self, message: Any) -> None:
        """Nobody listens to log lines and notices here."""

    def _refuse(self, message: Any) -> None:
        if isinstance(message, EgressAsk):
            why = "analyze opens local files only"
            self._around.desk.answer(EgressAnswer(request_id=message.request_id, url="", why=_why(why)))

    def context(self, component: Component, roots: tuple[Path, ...] = ()) -> Context:
        """A context for a part of this run."""
        return Context(
            self._around,
            stream_id="offline",
            generation=0,
            plugin=component.plugin,
            folder=Path(self._folder),
            media_roots=roots,
        )

    def _slot(self, part: AnalyzerPart, analysis: Analysis) -> Slot:
        # Offline every analyzer runs in step with the frames, wherever it runs live.
        analyzer = make(part.component, self.context(part.component), self._info)

        def observed(slot: Slot, frame: Frame, observations: tuple[Observation, ...]) -> None:
            self._seen.setdefault(frame.sequence, (frame, []))[1].extend(observations)
            analysis.observed(slot, frame, observations)

        return InlineSlot(part, analyzer, observed, analysis.failed)

    def raise_failure(self) -> None:
        """The first error of an analyzer, if there was one."""
        if self._errors:
            raise self._errors[0]

    def drain(self) -> Iterator[dict[str, Any]]:
        """Lines of the frames analysed since the last call."""
        self.raise_failure()
        seen, self._seen = self._seen, {}
        for frame, observations in seen.values():
            regions: dict[str, float] = {}
            for seen_one in observations:
                for region, share in seen_one.regions.items():
                    regions[region] = max(share, regions.get(region, 0.0))
            yield {
                "frame": self.number(frame),
                "t": round(frame.time_s, 4),
                "motion": any(one.active for one in observations),
                "score": round(max((one.score for one in observations), default=0.0), 4),
                "regions": regions,
            }

    def close(self) -> None:
        """Free the analyzers and the decoder."""
        self._analysis.close(2.0)
        self.feed.disconnected()


def _why(detail: str) -> Any:
    from glimpser.protocol.messages import WhyNot

    return WhyNot(code="egress.offline", params={"detail": detail})


def analyze(
    path: Path,
    analyzers: Sequence[AnalyzerPart],
    *,
    source: Component | None = None,
    fps: float | None = None,
    idle: bool = False,
    regions: tuple[Region, ...] = (),
) -> Iterator[dict[str, Any]]:
    """One dict for each analysed frame: ``frame`` (number in the file's name, or 0-based index), ``t`` in seconds,
    ``motion``, ``score`` and ``regions``.

    A folder holds numbered pictures, shown at ``fps``. Any other path is opened by ``source``, a blocking source whose
    configuration makes it read the file once and not in real time. ``idle``: decode as an idle stream does, waking
    included. Raises ConfigInvalid for a path that will not do, and what the source or an analyzer raises.
    """
    if not path.exists():
        raise ConfigInvalid(f"{path} does not exist", field="path")
    with TemporaryDirectory(prefix="glimpser-analyze-") as folder:
        run = _Run(analyzers, regions, idle, folder)
        try:
            if path.is_dir():
                yield from _folder(run, path, fps)
            elif source is None:
                raise ConfigInvalid("no installed source opens files", field="path")
            else:
                yield from _video(run, path, source)
        finally:
            run.close()


def _folder(run: _Run, path: Path, fps: float | None) -> Iterator[dict[str, Any]]:
    if fps is None or fps <= 0:
        raise ConfigInvalid("a folder of pictures needs the number of frames a second (--fps)", field="fps")
    numbered = sorted(
        (int(match[1]), file)
        for file in path.iterdir()
        if file.suffix.lower() in PICTURES and (match := _NUMBER.search(file.stem))
    )
    if not numbered:
        raise ConfigInvalid(f"{path} holds no numbered pictures", field="path")
    first = numbered[0][0]
    shown: list[int] = []
    run.number = lambda frame: shown[frame.sequence]
    for number, file in numbered:
        run.clock.media_s = (number - first) / fps
        picture = _read(file)
        picture.time_s = run.clock.media_s
        shown.append(number)
        run.feed.item(picture)
        yield from run.drain()


def _read(file: Path) -> Picture:
    import cv2

    pixels: Any = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ConfigInvalid(f"{file.name} is not a picture", field="path")
    return BgrPicture(pixels)


def _video(run: _Run, path: Path, source: Component) -> Iterator[dict[str, Any]]:
    context = run.context(source, (path.resolve().parent,))
    opened = make(source, context, "main")
    times: list[float] = []
    run.number = lambda frame: bisect_left(times, (frame.picture.time_s or 0.0) - 1e-6)
    try:
        run.feed.connected(opened)
        for item in opened.run():
            if isinstance(item, Packet):
                if item.track != "video":
                    continue
                seconds = item.seconds
                if seconds is not None:
                    insort(times, seconds)
                    run.clock.media_s = max(run.clock.media_s, seconds)
                item.mono_ns = run.clock.mono_ns()
            run.feed.item(item)
            yield from run.drain()
    except StreamEnded:
        return
    finally:
        opened.close()
        context.close()
