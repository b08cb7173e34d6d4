"""Names that plugins offer become folders, paths of the API and tables: none of them is a path itself."""

from __future__ import annotations

from typing import Any

import pytest

from glimpser_sdk.contributions import ContractBroken, Contribution
from glimpser_sdk.lazy import lazy
from glimpser_sdk.rules import check_contribution
from glimpser_sdk.specs import AnalyzerSpec, PluginManifest, SinkSpec, SourceSpec


@pytest.mark.attack("A34", control=True)
@pytest.mark.parametrize("path", ["../../x", "/etc", "a/b", ".", "a\\b", "A", ""])
def test_a_plugin_cannot_offer_a_path(path: str) -> None:
    spec: Any = {"title": "x", "config": lazy("a:B"), "factory": lazy("a:B")}
    for offered in ({"sources": (SourceSpec(kind=path, **spec),)}, {"sinks": (SinkSpec(id=path, **spec),)},
                    {"analyzers": (AnalyzerSpec(id=path, **spec),)}):  # fmt: skip
        with pytest.raises(ContractBroken, match="must match"):
            check_contribution("good", _offering("good", offered))
    with pytest.raises(ContractBroken, match="must match"):
        check_contribution(path, _offering(path, {}))
    check_contribution("good", _offering("good", {"sources": (SourceSpec(kind="good", **spec),)}))


def _offering(plugin: str, offered: dict[str, Any]) -> Contribution:
    return Contribution(manifest=PluginManifest(id=plugin, title="x"), **offered)
