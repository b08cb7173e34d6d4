"""The tally of attack tests: rows of the catalogue that they try, how many were refused, whether the controls bite.

``tests/attacks/catalogue.toml`` holds the rows. A test says which of them it tries::

    @pytest.mark.attack("A73")                  # its control is another test of the row
    @pytest.mark.attack("A73", control=True)    # it makes the control as well: the same attack where it must succeed
    @pytest.mark.control("A73")                 # nothing but the control

The hooks belong to ``tests/conftest.py``; they also see tests elsewhere when these run beside ``tests``.
"""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "tests" / "attacks" / "catalogue.toml"
MARKS = ("attack", "control")


@dataclass
class Tally:
    """What a run saw."""

    passed: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    figures: dict[str, str] = field(default_factory=dict)

    def add(self, roles: list[str], *, good: bool) -> None:
        """A test that was an attack, a control or both."""
        self.total.update(roles)
        if good:
            self.passed.update(roles)


TALLY = pytest.StashKey[Tally]()


def catalogue() -> dict[str, dict[str, str]]:
    """The rows by their number: ``what`` is tried, and what it ``waits`` for while nothing like it exists here."""
    rows: dict[str, dict[str, str]] = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    return rows


def marked() -> Iterator[tuple[str, str, bool]]:
    """``(mark, row, control)`` of every mark in the tests of the repository, read and not run."""
    for pattern in ("tests/**/*.py", "plugins/*/tests/**/*.py", "sdk/tests/**/*.py"):
        for path in ROOT.glob(pattern):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                if node.func.attr in MARKS and ast.unparse(node.func.value) == "pytest.mark":
                    control = node.func.attr == "control" or any(k.arg == "control" for k in node.keywords)
                    for row in node.args:
                        yield node.func.attr, str(ast.literal_eval(row)), control


def note(items: list[pytest.Item]) -> None:
    """Write on each test what it is, so that the process that counts hears of it."""
    for item in items:
        roles = ["attacks"] if item.get_closest_marker("attack") else []
        if item.get_closest_marker("control") or any(m.kwargs.get("control") for m in item.iter_markers("attack")):
            roles.append("controls")
        if roles:
            item.user_properties.append(("attack", roles))


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[TALLY] = tally = Tally()
    config.pluginmanager.register(Counting(tally), "attacks")


class Counting:
    """Hears of every result, wherever the test ran."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once: at its call, or where it failed before."""
        known: dict[str, Any] = dict(report.user_properties)
        if report.when == "call" or (report.when == "setup" and report.failed):
            if not report.skipped:
                self._tally.add(known.get("attack", []), good=report.passed)
            self._tally.figures |= {name[7:]: text for name, text in known.items() if name.startswith("figure ")}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What was refused, whether the controls bit, and how much of the catalogue there is."""
    tally = config.stash[TALLY]
    if not tally.total and not tally.figures:
        return
    say = terminalreporter.write_line
    terminalreporter.section("attacks")
    for name, text in sorted(tally.figures.items()):
        say(f"{name}: {text}")
    passed, total = tally.passed, tally.total
    say(f"refused {passed['attacks']}/{total['attacks']}, controls {passed['controls']}/{total['controls']}")
    rows = catalogue()
    tried = {row for mark, row, _ in marked() if mark == "attack"}
    waiting = [row for row in rows if row not in tried and "waits" in rows[row]]
    missing = [row for row in rows if row not in tried and "waits" not in rows[row]]
    say(f"rows with a test ({len(tried)}): {' '.join(sorted(tried))}")
    say(f"rows without a surface yet ({len(waiting)}): {' '.join(waiting) or 'none'}")
    say(f"rows with a surface and no test ({len(missing)}): {' '.join(missing) or 'none'}")


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """``figure("matrix", "900 cells, 0 mismatches")``: a line of the summary at the end."""
    return lambda name, text: request.node.user_properties.append((f"figure {name}", text))
