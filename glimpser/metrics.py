"""What the hub counts about itself, in a Prometheus registry of its own; a plugin may export it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram


class HubMetrics:
    """Requests by method and status class; feeds; live bytes."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._requests = Counter(
            "glimpser_http_requests", "Requests answered", ["method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "glimpser_http_request_seconds", "Time to the start of the answer", registry=self.registry,
            buckets=(0.005, 0.01, 0.03, 0.1, 0.2, 0.5, 1, 5),
        )  # fmt: skip
        self.live_bytes = Counter("glimpser_live_bytes", "Bytes of live pictures sent", registry=self.registry)
        self._audit = Counter("glimpser_audit_entries", "Entries of the audit log", ["area"], registry=self.registry)
        self.audit_troubles = Counter(
            "glimpser_audit_troubles", "Entries of the audit log not written, and signs of tampering",
            registry=self.registry,
        )  # fmt: skip
        self.plugin_searches = Counter(
            "glimpser_plugin_searches", "Searches asked of plugins, by what came of them", ["plugin", "outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.events = Counter("glimpser_events", "Changes of events recorded", ["change"], registry=self.registry)

    def audited(self, action: str) -> None:
        """An entry was written; ``action`` is its code."""
        self._audit.labels(action.partition(".")[0]).inc()

    def request(self, method: str, status: int, seconds: float) -> None:
        """One request was answered; ``seconds`` until its answer began."""
        known = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
        self._requests.labels(known, f"{status // 100}xx").inc()
        self._seconds.observe(seconds)
