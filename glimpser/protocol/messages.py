"""Every message, by direction. Field names and types are the wire format: change them only with a new version.

Control messages are small, acknowledged and never dropped. Bulk messages carry pictures and may be dropped.
Each stream command carries the stream's ``generation``; both sides ignore what belongs to an older one.
Times on the wire are aware UTC datetimes; ``mono_ns`` values are of one machine and never leave it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Message(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Base of all messages."""


# --- parts ---------------------------------------------------------------------------------------------------------


class WhyNot(Message):
    """A documented code and its parameters."""

    code: str
    params: dict[str, Any] = {}


class RegionPart(Message):
    """A polygon; points in 0..1."""

    id: str
    name: str
    kind: str
    polygon: list[tuple[float, float]]


class Component(Message):
    """What a worker imports for one instance: the plugin's id, its factory and configuration model as
    ``module:Attribute``, and the configuration with its secrets resolved."""

    plugin: str
    id: str
    factory: str
    model: str
    config: dict[str, Any] = {}


class SourcePart(Message):
    """The stream's source. ``host``: what connections are paced by ('' = not paced)."""

    component: Component
    shape: str
    cadence: str
    feeds: list[str]
    cadence_s: float = 0.0
    cadence_timeout_s: float = 10.0
    host: str = ""


class AnalyzerPart(Message):
    """One analyzer on a stream; the fields of its AnalyzerSpec that the worker needs."""

    component: Component
    runs: str
    format: str = "gray"
    max_side: int | None = None
    max_fps: float | None = None
    after: str | None = None
    max_batch: int = 1
    idle_trigger: bool = False
    gap_s: float = 3.0


class SinkPart(Message):
    """One sink on a stream. ``folder``: where it may write."""

    component: Component
    wants: str
    folder: str
    feed: str = "main"
    pre_roll_s: float = 0.0


class StreamPart(Message):
    """All that a worker needs to run a stream."""

    id: str
    name: str
    source: SourcePart
    regions: list[RegionPart] = []
    analyzers: list[AnalyzerPart] = []
    sinks: list[SinkPart] = []
    unmasked_recording: bool = False
    max_idle_gap_s: float = 2.0
    idle: bool = True
    media_roots: list[str] = []
    folder: str = ""


class LiveView(Message):
    """One size that somebody watches. ``side``: longest side in pixels, 0 = native. ``max_fps``: the fastest viewer."""

    side: int
    max_fps: float


# --- hub → worker, control -------------------------------------------------------------------------------------------


class Hello(Message, tag="hello"):
    """First message. A worker that cannot speak a version in ``oldest..version`` answers Refused and exits."""

    version: int
    oldest: int
    worker_id: str
    node_id: str
    log_level: str = "INFO"


class Start(Message, tag="start"):
    """Run a stream (again). A running one of an older generation is stopped first. ``delay_s``: before connecting."""

    generation: int
    stream: StreamPart
    delay_s: float = 0.0


class Stop(Message, tag="stop"):
    """Stop a stream; answered by a Status ``inactive`` of that generation."""

    stream_id: str
    generation: int


class Watch(Message, tag="watch"):
    """Replace the set of live sizes wanted of a stream; empty = nobody watches."""

    stream_id: str
    generation: int
    views: list[LiveView]
    feed: str = "main"


class TakeSnapshot(Message, tag="take_snapshot"):
    """Send one full-size picture as a Picture of purpose ``snapshot``. ``fresh``: not older than the request."""

    request_id: str
    stream_id: str
    generation: int
    fresh: bool = False
    timeout_s: float = 10.0


class Probe(Message, tag="probe"):
    """Try a source without keeping anything; answered by Probed."""

    request_id: str
    source: SourcePart
    feed: str = "main"
    media_roots: list[str] = []
    timeout_s: float = 12.0


class EgressAnswer(Message, tag="egress_answer"):
    """Answers EgressAsk: a usable target, or why it is refused (``retry``: it may work later)."""

    request_id: str
    url: str = ""
    proxy: str | None = None
    agent: str = ""
    why: WhyNot | None = None
    retry: bool = False


class Credit(Message, tag="credit"):
    """Allows ``pictures`` more bulk pictures of a stream."""

    stream_id: str
    pictures: int


class Shutdown(Message, tag="shutdown"):
    """Stop all streams, flush, exit within ``grace_s``."""

    grace_s: float = 5.0


# --- worker → hub, control -------------------------------------------------------------------------------------------


class Welcome(Message, tag="welcome"):
    """Answers Hello with the version both speak from now on."""

    version: int
    pid: int
    python: str


class Refused(Message, tag="refused"):
    """Either side cannot go on; ``text`` says why in words."""

    text: str


class Status(Message, tag="status"):
    """A stream's state changed, or its measured values did (at most once a second)."""

    stream_id: str
    generation: int
    state: str
    """inactive, starting, active, stale, waiting, stopping, error."""
    why: WhyNot | None = None
    width: int = 0
    height: int = 0
    fps: float | None = None
    codec: str = ""
    last_frame_at: datetime | None = None
    retry_at: datetime | None = None
    attempts: int = 0
    suspect_plugin: str = ""
    mode: str = ""
    """What is decoded now and why: ``none``, ``key``, ``nonref``, ``full``."""
    mode_why: str = ""
    degraded: bool = False


class Counters(Message, tag="counters"):
    """Cumulative counters since the stream's Start, once a second for streams whose counters moved."""

    stream_id: str
    generation: int
    values: dict[str, float]
    """packets, bytes, keyframes, connects, decoded_key, decoded_full, decoded_nonref, analyzed.ID, observations.ID,
    jpeg.SIDE, dropped.QUEUE, errors.ID, cpu_s, pre_roll_bytes (the last is a level)."""


class WorkerHealth(Message, tag="worker_health"):
    """Once a second, also when nothing runs: resident bytes, CPU seconds, threads and streams active just now."""

    rss: int
    cpu_s: float
    threads: int
    fds: int
    active: list[str]


class EventPart(Message):
    """The current state of an event; a whole row, so that a message may be applied again or out of order."""

    id: str
    stream_id: str
    type: str
    analyzer: str
    started_at: datetime
    last_at: datetime
    revision: int
    score: float
    key: str = ""
    ended_at: datetime | None = None
    interrupted: bool = False
    best_at: datetime | None = None
    regions: dict[str, float] = {}
    """Peak share for each region id."""
    boxes: list[dict[str, Any]] = []
    label: str = ""
    text: str = ""
    data: dict[str, Any] = {}


class EventChanged(Message, tag="event_changed"):
    """``change``: started, updated (at most once a second) or ended."""

    generation: int
    change: str
    event: EventPart


class Notice(Message, tag="notice"):
    """Something to tell once about a stream (``ffmpeg.hwaccel_fallback``)."""

    stream_id: str
    generation: int
    plugin: str
    code: str
    at: datetime
    params: dict[str, Any] = {}


class FileReady(Message, tag="file_ready"):
    """A sink finished a file; the hub moves it from the sink's folder into the storage."""

    stream_id: str
    generation: int
    plugin: str
    folder: str
    name: str
    kind: str
    content_type: str
    started_at: datetime
    ended_at: datetime
    event_ids: list[str] = []
    width: int = 0
    height: int = 0
    codec: str = ""
    data: dict[str, Any] = {}


class Stuck(Message, tag="stuck"):
    """A plugin's code does not come back, after stop or at all: the hub should drain this worker."""

    stream_id: str
    generation: int
    plugin: str


class EgressAsk(Message, tag="egress_ask"):
    """A plugin wants to reach a target. ``lease``: freed when the hub gets EgressDone or the stream ends."""

    request_id: str
    lease: str
    stream_id: str
    plugin: str
    url: str


class EgressDone(Message, tag="egress_done"):
    """The lease is no longer needed."""

    lease: str


class Probed(Message, tag="probed"):
    """Answers Probe. ``jpeg``: a preview no larger than 640 pixels."""

    request_id: str
    why: WhyNot | None = None
    width: int = 0
    height: int = 0
    fps: float | None = None
    codec: str = ""
    jpeg: bytes | None = None
    details: dict[str, Any] = {}


class Log(Message, tag="log"):
    """A log record of the worker or of a plugin in it (already redacted by the worker)."""

    level: str
    logger: str
    text: str
    stream_id: str = ""
    params: dict[str, Any] = {}


class SnapshotFailed(Message, tag="snapshot_failed"):
    """Answers TakeSnapshot when no picture can be had."""

    request_id: str
    why: WhyNot


# --- worker → hub, bulk ----------------------------------------------------------------------------------------------


class Picture(Message, tag="picture"):
    """A JPEG. ``purpose``: ``live`` (droppable, costs a credit), ``best`` (of an event), ``snapshot`` (asked for)."""

    stream_id: str
    generation: int
    purpose: str
    side: int
    sequence: int
    captured_at: datetime
    width: int
    height: int
    jpeg: bytes
    feed: str = "main"
    event_id: str = ""
    request_id: str = ""
    score: float = 0.0


ToWorker = Hello | Start | Stop | Watch | TakeSnapshot | Probe | EgressAnswer | Credit | Shutdown | Refused
ToHub = (
    Welcome | Refused | Status | Counters | WorkerHealth | EventChanged | Notice | FileReady | Stuck | EgressAsk
    | EgressDone | Probed | Log | SnapshotFailed
)  # fmt: skip
Bulk = Picture
