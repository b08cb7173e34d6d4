"""A plugin's own metrics, in a registry of its own so that no plugin can collide with another or with itself."""

from __future__ import annotations

from collections.abc import Iterable

import prometheus_client as prometheus

from glimpser.redaction import redactor
from glimpser_sdk.specs import MetricSpec


class PluginCounter:
    """A counter; ``labels`` are those declared, without ``plugin``."""

    def __init__(self, metric: prometheus.Counter, plugin_id: str) -> None:
        self._metric = metric
        self._plugin_id = plugin_id

    def inc(self, amount: float = 1.0, /, **labels: str) -> None:
        """Add. ValueError for labels other than the declared ones."""
        self._metric.labels(plugin=self._plugin_id, **redactor.clean(labels)).inc(amount)


class PluginMetrics:
    """The metrics a plugin declared. ``registry`` is what the hub exports."""

    def __init__(self, plugin_id: str, specs: Iterable[MetricSpec]) -> None:
        self.registry = prometheus.CollectorRegistry()
        prefix = f"glimpser_{plugin_id.replace('-', '_')}_"
        self._counters = {
            spec.name: PluginCounter(
                prometheus.Counter(prefix + spec.name, spec.help, ("plugin", *spec.labels), registry=self.registry),
                plugin_id,
            )
            for spec in specs
        }

    def counter(self, name: str) -> PluginCounter:
        """A declared counter. KeyError when there is none of that name."""
        return self._counters[name]
