"""Collects what was measured and writes it to ``docs/benchmarks.md``."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@dataclass
class Figures:
    """Rows of the table: what, figure, budget, goal. ``name``: of its place in the page."""

    name: str = "figures"
    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self, what: str, value: float, unit: str, *, budget: float | None = None, goal: float | None = None,
        at_least: bool = False,
    ) -> None:  # fmt: skip
        """One figure. ``at_least``: more is better."""

        def met(limit: float | None) -> str:
            if limit is None:
                return ""
            good = value >= limit if at_least else value <= limit
            return f"{'≥' if at_least else '≤'} {limit:g}{unit} {'met' if good else '**missed**'}"

        row = (what, f"{value:.3g}{unit}" if value < 100 else f"{value:.0f}{unit}", met(budget), met(goal), unit)
        self.rows.append(row)
        print("BENCH", *row[:4], sep=" | ")

    def note(self, text: str) -> None:
        """A sentence below the table."""
        self.notes.append(text)
        print("BENCH", text)

    def write(self) -> None:
        """Put the table between the page's marks."""
        if not self.rows:
            return
        head = (
            f"Measured on {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores, "
            "everything in one run, median of the repeats.\n\n"
            "| what | figure | budget | goal |\n|---|---|---|---|\n"
        )
        table = "".join(f"| {what} | {figure} | {budget} | {goal} |\n" for what, figure, budget, goal, _ in self.rows)
        notes = "".join(f"\n- {note}" for note in self.notes)
        start, end = f"<!-- {self.name}: begin -->", f"<!-- {self.name}: end -->"
        text = PAGE.read_text() if PAGE.exists() else f"# Benchmarks\n\n{start}\n{end}\n"
        before, _, rest = text.partition(start)
        after = rest.partition(end)[2]
        PAGE.write_text(f"{before}{start}\n{head}{table}{notes}\n{end}{after}")
