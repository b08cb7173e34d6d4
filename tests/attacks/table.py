"""Reads ``matrix.txt``: who is answered how. People write it, and no test does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("matrix.txt")


@dataclass(frozen=True)
class Row:
    """What everybody is answered: for a route its statuses, for the feed whether they hear of a change."""

    method: str
    path: str
    target: str
    cells: dict[str, str]

    @property
    def title(self) -> str:
        return f"{self.method} {self.path} {self.target}"


def read() -> list[Row]:
    """All rows. ValueError for a line that is not as long as the head, or that is there twice."""
    lines = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    head, rows = lines[0][3:], list(_rows(lines))
    if len({row.title for row in rows}) != len(rows):
        raise ValueError("a row is there twice")
    if any(list(row.cells) != head for row in rows):
        raise ValueError("a row has not as many cells as the head")
    return rows


def _rows(lines: list[list[str]]) -> Iterator[Row]:
    head = lines[0][3:]
    for method, path, target, *cells in lines[1:]:
        if len(cells) != len(head):
            raise ValueError(f"{method} {path} {target}: {len(cells)} cells, not {len(head)}")
        yield Row(method, path, target, dict(zip(head, cells, strict=True)))
