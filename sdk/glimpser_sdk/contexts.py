"""What a plugin gets from its host: one context in the hub, one in a worker."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import httpx

    from .sinks import MediaFile


class Clock(Protocol):
    """Time. Order and time-outs use ``mono_ns`` only."""

    def now(self) -> datetime:
        """UTC, aware."""

    def mono_ns(self) -> int:
        """Monotonic nanoseconds."""


class Counter(Protocol):
    """A metric that only grows."""

    def inc(self, amount: float = 1.0, /, **labels: str) -> None:
        """Add."""


class Metrics(Protocol):
    """The plugin's declared metrics; each carries the label ``plugin``."""

    def counter(self, name: str) -> Counter:
        """A declared counter by name. KeyError when it was not declared through ``glimpser_metrics``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A target that may be used. ``url`` has its host replaced by a pinned address or a local relay where the protocol
    needs it; ``proxy`` is the proxy through which http and https must go (None for other schemes). ``agent``: what an
    RTSP client must send as its User-Agent, by which the relay knows it ('' for other schemes). Both are credentials:
    keep them out of logs and arguments."""

    url: str
    proxy: str | None = None
    agent: str = ""


class WorkerEgress(Protocol):
    """The only way out of a worker. What it may reach follows from the network capability in the plugin's manifest and
    from what the instance is to its stream: source, analyzer or sink."""

    def open(self, url: str) -> Opened:
        """Check and pin a target; blocks up to 10 s. Raises ConfigInvalid (refused, ``code`` says why) or NotReady."""

    def http(self, *, verify_tls: bool = True) -> httpx.AsyncClient:
        """An HTTP client whose every hop is checked; a request to a hop that is refused raises like :meth:`open`.

        Redirects are followed only where a request asks for it. ``verify_tls`` off: for devices that sign their own
        certificates. Close it.
        """


class WorkerContext(Protocol):
    """Given to sources, analyzers and sinks."""

    stream_id: str
    folder: Path
    """Scratch folder of this instance; for sinks the folder whose finished files the hub takes over."""
    media_roots: tuple[Path, ...]
    """Folders below which local files may be opened."""
    egress: WorkerEgress
    clock: Clock
    log: logging.Logger
    metrics: Metrics

    def report(self, file: MediaFile) -> None:
        """Hand a finished file to the hub (sinks)."""

    def notice(self, code: str, **params: Any) -> None:
        """Tell people something once about this stream (``ffmpeg.hwaccel_fallback``): becomes a system event."""


class KeyValueStore(Protocol):
    """The plugin's own small values."""

    async def get(self, key: str, default: Any = None) -> Any:
        """A JSON value. ConfigInvalid for a secret that this installation's keys do not open."""

    async def set(self, key: str, value: Any) -> None:
        """Store a JSON value; returns after commit."""

    async def set_secret(self, key: str, value: Any) -> None:
        """Store a JSON value encrypted; returns after commit. NotReady while the hub has no key."""

    async def delete(self, key: str) -> None:
        """Forget a value; no error when there is none."""


class HubContext(Protocol):
    """Given to everything that runs in the hub: setup, auth backends, routers."""

    plugin_id: str
    config: Any
    """The plugin's validated configuration (the model of its ConfigSpec), or None."""
    kv: KeyValueStore
    clock: Clock
    log: logging.Logger
    metrics: Metrics
    data_dir: Path
    """A folder of the plugin's own."""

    def http(self) -> httpx.AsyncClient:
        """An HTTP client whose every hop is checked against the outbound policy, by the network capability in the
        plugin's manifest. ConfigInvalid when it declares none. Close it."""

    async def publish(self, type: str, *, stream_id: str | None = None, score: float | None = None, **data: Any) -> str:
        """Record a finished event of a declared type; returns its id after commit."""

    async def write(self, change: Callable[[Any], Awaitable[Any]]) -> Any:
        """Run ``change(connection)`` on the one writer; returns its result after commit."""

    def spawn(self, task: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run a background task until it ends or the plugin stops; its failure degrades the plugin."""
