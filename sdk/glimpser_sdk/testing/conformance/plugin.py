"""Rules for a plugin as a whole."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from glimpser_sdk.config import PluginConfig
from glimpser_sdk.contributions import Contribution, collect, new_manager, register
from glimpser_sdk.imports import HEAVY, IMPORT_MS, LIGHT, LOADS
from glimpser_sdk.lazy import Lazy
from glimpser_sdk.rules import check_contribution
from glimpser_sdk.schema import children, form_problems, form_schema

from .base import Conformance
from .interpreter import ask

GROUP = "glimpser.plugins"
_SECRET = re.compile(r"(^|_)(password|passphrase|secret|token|api_?key|private_key|credentials?)s?$")


class PluginConformance(Conformance):
    """What the core relies on in any plugin::

        from glimpser_vane import plugin as entry_module


        class TestPlugin(PluginConformance):
            @pytest.fixture
            def plugin(self):
                return entry_module

    Fixtures to override: ``plugin`` (always: the module that the entry point names), ``cycles``.
    """

    @pytest.fixture
    def plugin(self) -> ModuleType:
        """The entry module."""
        pytest.fail("override the fixture `plugin` with the module that the entry point names")

    @pytest.fixture
    def entry(self, plugin: ModuleType) -> importlib.metadata.EntryPoint:
        """Its entry point."""
        found = [e for e in importlib.metadata.entry_points(group=GROUP) if e.module == plugin.__name__]
        assert found, f"no installed entry point of group {GROUP} names {plugin.__name__}; is the plugin installed?"
        return found[0]

    @pytest.fixture
    def contribution(self, plugin: ModuleType) -> Contribution:
        """What its hooks return."""
        return contribution_of(plugin)

    def test_names_agree(self, entry: importlib.metadata.EntryPoint, contribution: Contribution) -> None:
        """Plugin ``vane`` is entry point ``vane``, distribution ``glimpser-vane`` and package ``glimpser_vane``."""
        name = contribution.manifest.id
        assert entry.name == name
        assert entry.dist is not None
        assert re.sub(r"[-_.]+", "-", entry.dist.name).lower() == f"glimpser-{name}"
        assert entry.module.partition(".")[0] == f"glimpser_{name.replace('-', '_')}"

    def test_hooks_keep_the_rules(self, plugin: ModuleType, contribution: Contribution) -> None:
        """Known hooks, plain functions, the right specs, names that are its own."""
        assert not register(new_manager(), contribution.manifest.id, plugin)
        check_contribution(contribution.manifest.id, contribution)

    def test_hooks_answer_alike_every_time(self, plugin: ModuleType, contribution: Contribution) -> None:
        """Hooks register and do nothing else."""
        assert contribution_of(plugin) == contribution

    def test_what_it_emits_is_declared(self, contribution: Contribution) -> None:
        """Every event type that an analyzer emits has its spec."""
        declared = {spec.type for spec in contribution.event_types}
        for analyzer in contribution.analyzers:
            assert analyzer.emits, f"analyzer {analyzer.id} emits nothing"
            assert set(analyzer.emits) <= declared, f"analyzer {analyzer.id}: not declared as event types"

    def test_routes_ask_for_permissions_that_exist(self, contribution: Contribution) -> None:
        """The plugin's own must be declared; the core's are known to the hub alone."""
        own, name = {spec.id for spec in contribution.permissions}, contribution.manifest.id
        for router in contribution.routers:
            for route in router.routes:
                assert not route.permission.startswith(f"{name}.") or route.permission in own, route.permission

    def test_what_it_names_can_be_loaded(self, contribution: Contribution) -> None:
        """Every factory can be called, every model is a PluginConfig."""
        for reference in factories(contribution):
            assert callable(reference.load()), str(reference)
        for reference in models(contribution):
            assert issubclass(reference.load(), PluginConfig), str(reference)

    def test_forms_can_be_made_of_its_models(self, contribution: Contribution) -> None:
        """Every field is described and of a kind that a form can show."""
        for reference in models(contribution):
            assert not form_problems(form_schema(reference.load())), str(reference)

    def test_models_are_strict(self, contribution: Contribution) -> None:
        """Frozen, and no unknown field gets in."""
        for reference in models(contribution):
            config = reference.load().model_config
            assert config.get("extra") == "forbid", f"{reference} takes unknown fields"
            assert config.get("frozen") is True, f"{reference} can be changed"

    def test_secrets_are_typed(self, contribution: Contribution) -> None:
        """A field with a secret's name is a SecretStr, so that it is sealed, masked and kept out of logs."""
        for reference in models(contribution):
            for path, node in fields(form_schema(reference.load()), ""):
                if _SECRET.search(path.rpartition("/")[2]):
                    assert secret(node), f"{reference}{path}: make it a SecretStr"

    def test_its_entry_module_is_light(self, plugin: ModuleType) -> None:
        """It is imported whenever the hub starts: within 100 ms, and nothing heavy."""
        answers = [ask(LIGHT, plugin.__name__) for _ in range(3)]
        heavy = sorted(set(HEAVY) & set(answers[0]["loaded"]))
        assert not heavy, (
            f"{plugin.__name__} imports {', '.join(heavy)}; name them through lazy(…) and import them there"
        )
        fastest = min(answer["ms"] for answer in answers)
        assert fastest < IMPORT_MS, f"importing {plugin.__name__} takes {fastest:.0f} ms"

    def test_it_never_imports_the_core(self, plugin: ModuleType, contribution: Contribution) -> None:
        """The SDK is all there is."""
        targets = [str(reference) for reference in (*factories(contribution), *models(contribution))]
        answer = ask(LOADS, plugin.__name__, *targets)
        assert "glimpser" not in answer["loaded"], "it imports the core"

    def test_requirements_leave_room(self, entry: importlib.metadata.EntryPoint) -> None:
        """A range of the SDK, nothing pinned, and not the core."""
        assert entry.dist is not None
        requirements = [text.partition(";")[0] for text in entry.dist.requires or []]
        pinned = [text for text in requirements if re.search(r"={2,3}(?!\s*[\w.]*\*)", text)]
        assert not pinned, f"pinned: {', '.join(pinned)}"
        names = {re.split(r"[\s\[<>=!~(]", text.strip())[0].lower().replace("_", "-"): text for text in requirements}
        assert "glimpser" not in names, "it needs the core"
        sdk = names.get("glimpser-sdk", "")
        assert ("~=" in sdk) or (">" in sdk and "<" in sdk), "say from and to which glimpser-sdk it works: >=…,<…"


def contribution_of(plugin: ModuleType) -> Contribution:
    """Call all hooks of an entry module. ContractBroken when one is not allowed."""
    manager = new_manager()
    register(manager, "under-test", plugin)
    return collect(manager, "under-test")


def factories(contribution: Contribution) -> Iterator[Lazy]:
    """All that is made later."""
    groups = (
        contribution.sources,
        contribution.analyzers,
        contribution.sinks,
        contribution.auth_backends,
        contribution.routers,
    )
    for group in groups:
        yield from (spec.factory for spec in group)
    yield from (search.find for search in contribution.search)
    yield from (command.command for command in contribution.commands)


def models(contribution: Contribution) -> Iterator[Lazy]:
    """All configuration models."""
    if contribution.config:
        yield contribution.config.model
    for group in (contribution.sources, contribution.analyzers, contribution.sinks):
        yield from (spec.config for spec in group)


def fields(node: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every named field of an inlined schema, with its place."""
    for name, child in node.get("properties", {}).items():
        yield f"{path}/{name}", child
    for below, child in children(node, path):
        yield from fields(child, below)


def secret(node: dict[str, Any]) -> bool:
    """Whether a field is written and never read. Only text can be a secret."""
    if "anyOf" in node:
        return any(secret(child) for child in node["anyOf"])
    return bool(node.get("writeOnly")) or node.get("type") not in {"string", None}
