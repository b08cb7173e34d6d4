"""Test kit of Glimpser plugins: fixtures, stand-ins for the host, and conformance classes to inherit.

The fixtures (``frames``, ``packets``, ``clock``, ``worker_context``, ``hub_context``, ``no_network``) are there as soon
as ``glimpser-sdk[testing]`` is installed. A plugin's conformance test is a class::

    from glimpser_sdk.testing import AnalyzerConformance
    from glimpser_vane import plugin


    class TestVane(AnalyzerConformance):
        @pytest.fixture
        def spec(self):
            return plugin.glimpser_analyzers()[0]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glimpser_sdk.clocks import SystemClock

    from .clocks import VirtualClock
    from .conformance.analyzer import AnalyzerConformance
    from .conformance.auth import AuthBackendConformance, FactorBackendConformance
    from .conformance.plugin import PluginConformance
    from .conformance.router import RouterConformance
    from .conformance.search import SearchConformance
    from .conformance.single_sign_on import HeaderBackendConformance, RedirectBackendConformance
    from .conformance.sink import SinkConformance
    from .conformance.source import SourceConformance
    from .contexts import FakeEgress, FakeHubContext, FakeMetrics, FakeWorkerContext, MemoryStore, Published
    from .database import tables
    from .pictures import moving_shapes
    from .video import encoded
    from .web import FakeHost, FakePrincipal, app_with

_WHERE = {
    "AnalyzerConformance": ".conformance.analyzer",
    "AuthBackendConformance": ".conformance.auth",
    "FactorBackendConformance": ".conformance.auth",
    "FakeEgress": ".contexts",
    "FakeHost": ".web",
    "FakeHubContext": ".contexts",
    "FakeMetrics": ".contexts",
    "FakePrincipal": ".web",
    "FakeWorkerContext": ".contexts",
    "HeaderBackendConformance": ".conformance.single_sign_on",
    "MemoryStore": ".contexts",
    "PluginConformance": ".conformance.plugin",
    "Published": ".contexts",
    "RedirectBackendConformance": ".conformance.single_sign_on",
    "RouterConformance": ".conformance.router",
    "SearchConformance": ".conformance.search",
    "SinkConformance": ".conformance.sink",
    "SourceConformance": ".conformance.source",
    "SystemClock": "glimpser_sdk.clocks",
    "VirtualClock": ".clocks",
    "app_with": ".web",
    "encoded": ".video",
    "moving_shapes": ".pictures",
    "tables": ".database",
}

__all__ = [
    "AnalyzerConformance", "AuthBackendConformance", "FactorBackendConformance", "FakeEgress", "FakeHost",
    "FakeHubContext", "FakeMetrics", "FakePrincipal", "FakeWorkerContext",
    "HeaderBackendConformance", "MemoryStore", "PluginConformance", "Published",
    "RedirectBackendConformance", "RouterConformance", "SearchConformance", "SinkConformance", "SourceConformance",
    "SystemClock", "VirtualClock", "app_with", "encoded", "moving_shapes", "tables",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        import importlib

        return getattr(importlib.import_module(_WHERE[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
