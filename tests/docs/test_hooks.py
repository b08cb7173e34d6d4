"""Every hook is documented, tested by name, and used by a plugin that is shipped."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pluggy
import pytest
from generators import hook_reference, shipped

from glimpser_sdk import hookspecs
from glimpser_sdk.contributions import new_manager

ROOT = Path(__file__).resolve().parents[2]
HOOKS = sorted(
    name for name, hook in vars(new_manager().hook).items() if isinstance(hook, pluggy.HookCaller) and hook.has_spec()
)

TESTS = ("sdk/tests/**/*.py", "tests/**/*.py", "plugins/*/tests/**/*.py", "examples/*/tests/**/*.py")


def test_there_are_hooks() -> None:
    assert {"glimpser_manifest", "glimpser_sources", "glimpser_teardown"} <= set(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_it_is_documented(name: str) -> None:
    section = hook_reference.markdown().partition(f"## `{name}`\n")[2].partition("\n## ")[0]
    assert f"def {name}(" in section, "the hook reference has no section with its signature"
    assert inspect.getdoc(getattr(hookspecs, name)), "it has no docstring"
    assert "Used by: `" in section


@pytest.mark.parametrize("name", HOOKS)
def test_it_is_tested_by_name(name: str) -> None:
    tests = [path for pattern in TESTS for path in ROOT.glob(pattern) if path != Path(__file__)]
    assert any(re.search(rf"\b{name}\b", path.read_text()) for path in tests)


@pytest.mark.parametrize("name", HOOKS)
def test_a_shipped_plugin_uses_it(name: str) -> None:
    assert name in {hook for plugin in shipped.plugins() for hook in plugin.contribution.hooks}


def test_all_first_party_plugins_are_in_the_catalogue() -> None:
    folders = {path.name.removeprefix("glimpser-") for path in ROOT.glob("plugins/glimpser-*")}
    assert {plugin.id for plugin in shipped.plugins()} == folders
