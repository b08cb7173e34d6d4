"""Counters of a stream over all its generations, and as metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

LEVELS = frozenset({"pre_roll_bytes"})

_PLAIN = {
    "packets": "glimpser_packets_total",
    "bytes": "glimpser_bytes_total",
    "keyframes": "glimpser_keyframes_total",
    "connects": "glimpser_connects_total",
    "restarts": "glimpser_stream_restarts_total",
    "cpu_s": "glimpser_stream_cpu_seconds_total",
    "pre_roll_bytes": "glimpser_pre_roll_bytes",
}
_LABELLED = {
    "analyzed": ("glimpser_frames_analyzed_total", "analyzer"),
    "observations": ("glimpser_observations_total", "analyzer"),
    "jpeg": ("glimpser_jpeg_encoded_total", "size"),
    "dropped": ("glimpser_dropped_total", "queue"),
    "errors": ("glimpser_instance_errors_total", "instance"),
}


class Counters:
    """Sums what each generation counts from zero. A level (``pre_roll_bytes``) is not summed."""

    def __init__(self) -> None:
        self._before: dict[str, float] = {}
        self._now: dict[str, float] = {}
        self.restarts = 0

    def begin(self) -> None:
        """A new generation starts."""
        for name, value in self._now.items():
            if name not in LEVELS:
                self._before[name] = self._before.get(name, 0.0) + value
        self._now = {}

    def update(self, values: Mapping[str, float]) -> None:
        """The running generation's counters."""
        self._now.update(values)

    def values(self) -> dict[str, float]:
        """All counters, by the protocol's names, and ``restarts``. Those that every stream has are there from the
        start, although the first word about them comes after up to a second."""
        names = self._before.keys() | self._now.keys()
        sums = {name: self._before.get(name, 0.0) + self._now.get(name, 0.0) for name in sorted(names)}
        return {**dict.fromkeys(_PLAIN, 0.0), **sums, "restarts": float(self.restarts)}


def metrics(values: Mapping[str, float]) -> Iterator[tuple[str, dict[str, str], float]]:
    """(metric, labels, value) for counters by the protocol's names; unknown names are left out."""
    for name, value in values.items():
        head, _, tail = name.partition(".")
        if name in _PLAIN:
            yield _PLAIN[name], {}, value
        elif head.startswith("decoded_"):
            yield "glimpser_frames_decoded_total", {"mode": head.removeprefix("decoded_")}, value
        elif head in _LABELLED and tail:
            metric, label = _LABELLED[head]
            yield metric, {label: tail}, value
