"""The catalogue of event types: the core's own and those of plugins. Everything else speaks of a type by its code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from glimpser_sdk.specs import EventTypeSpec

CORE: tuple[EventTypeSpec, ...] = (
    EventTypeSpec(
        type="stream.lost",
        title="Stream lost",
        severity="warning",
        text="{stream} gives no picture: {code}",
        description="A running stream stopped giving pictures; ends when it is back. Data: code, params.",
    ),
    EventTypeSpec(
        type="stream.notice",
        title="Stream notice",
        severity="notice",
        text="{stream}: {code}",
        description="Something worth knowing once about a stream, such as a fall-back. Data: plugin, code, params.",
    ),
    EventTypeSpec(
        type="stream.suspect",
        title="Stream isolated",
        severity="warning",
        text="{stream} crashed its worker twice and now runs alone",
        description="A stream was active in two crashes of a worker and runs alone from now on. Data: code, params.",
    ),
    EventTypeSpec(
        type="worker.crashed",
        title="Worker crashed",
        severity="warning",
        text="A worker died ({code}); its streams were started again",
        description="A worker process ended unasked. Data: code, params, streams.",
    ),
    EventTypeSpec(
        type="audit.trouble",
        title="Audit log",
        severity="critical",
        text="The audit log: {reason}",
        description="The audit log could not be written, or somebody tampered with it. Data: reason.",
    ),
    EventTypeSpec(
        type="plugin.failed",
        title="Plugin failed",
        severity="warning",
        text="The plugin {plugin} failed: {code}",
        description="A plugin did not start or stopped working. Data: plugin, code, params.",
    ),
    EventTypeSpec(
        type="storage.low",
        title="Storage low",
        severity="critical",
        text="Less than {min_free_percent} % of the volume is free: no new pictures are kept",
        description="The volume is nearly full; pictures and clips are not kept until there is room. Data: free_bytes.",
    ),
    EventTypeSpec(
        type="database.not_copied",
        title="No copy of the database",
        severity="warning",
        text="The copy of the day could not be made: {reason}",
        description="The database could not be copied; it is tried again every ten minutes. Data: reason.",
    ),
    EventTypeSpec(
        type="external.reported",
        title="External event",
        severity="notice",
        text="{stream}: {text}",
        description="An event that another system reported through the API.",
    ),
)

SEVERITIES = ("info", "notice", "warning", "critical")


class EventTypes:
    """All known types by name; unknown ones get a plain default, so that an event is never lost to a missing plugin."""

    def __init__(self, plugins: Iterable[EventTypeSpec] = ()) -> None:
        self._types: dict[str, EventTypeSpec] = {spec.type: spec for spec in CORE}
        for spec in plugins:
            self._types.setdefault(spec.type, spec)

    def __iter__(self) -> Any:
        return iter(sorted(self._types.values(), key=lambda spec: spec.type))

    def __contains__(self, name: str) -> bool:
        return name in self._types

    def get(self, name: str) -> EventTypeSpec:
        """The type, or a default one of that name."""
        return self._types.get(name) or EventTypeSpec(type=name, title=name, text="{stream}: " + name)

    def text(self, name: str, params: Mapping[str, Any]) -> str:
        """The catalogue text for people; a parameter that is missing is left out."""
        spec = self.get(name)
        return (spec.text or spec.title).format_map(_Known(params))


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def worse(a: str, b: str) -> str:
    """The graver of two severities."""
    return max(a, b, key=SEVERITIES.index)
