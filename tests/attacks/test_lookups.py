"""Nothing of a stream is looked up past the queries that say who may see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "glimpser"
MODELS = frozenset({"Stream", "Event", "Snapshot", "Activity", "MediaFile", "StreamGroup"})
WRITES = frozenset({"create", "bulk_create"})
"""What makes a row finds none."""
ALLOWED = {
    "api/visible.py": "the queries themselves",
    "demo/seed.py": "makes the streams of the demonstration, asked by nobody",
    "events/activities.py": "puts what workers report together, inside the transaction that writes it",
    "events/log.py": "the same",
    "events/service.py": "records what workers, plugins and the hub report",
    "hub.py": "reads all streams again after they were changed from the command line",
    "identity/rights.py": "finds out what a principal may see, before there is one",
    "identity/shares.py": "asks for the event of a link what its author may see",
    "media/pruner.py": "removes what is too old, whoever could see it",
    "media/service.py": "keeps and deletes files; what is deleted comes as a loaded row",
    "streams/apply.py": "a command of who runs the hub's machine",
    "streams/desired.py": "tells capture what should run",
    "streams/store.py": "changes rows that come loaded, inside a transaction",
}
NOW = {
    "api/visible.py": "the door itself",
    "api/live.py": "looks at the state after it went through visible.live",
    "api/streams.py": "decides whether a start ends a back-off; answers with visible.states",
    "api/system.py": "counts viewers for who sees the system, which no restricted user does",
    "api/tools.py": "diagnostics, after they went through visible.live",
}
"""Modules of the API that ask capture for this moment."""


def lookups(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines that read rows of the models by any name, and imports that would hide that."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            hidden = [a for a in node.names if a.name in MODELS and a.asname not in (None, a.name)]
            yield from ((node.lineno, f"{a.name} as {a.asname}") for a in hidden)
        if isinstance(node, ast.Attribute) and node.attr not in WRITES:
            name = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            if name in MODELS:
                yield node.lineno, f"{name}.{node.attr}"


def moments(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines that ask for live pictures or the state of streams."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        text = ast.unparse(node)
        if text.endswith(("hub.live", "hub.capture.state", "hub.capture.states", "hub.capture.diagnostics")):
            yield node.lineno, text


def modules(folder: str = "") -> dict[str, ast.AST]:
    """The core's modules by their path."""
    return {str(p.relative_to(CORE)): ast.parse(p.read_text()) for p in sorted((CORE / folder).rglob("*.py"))}


def test_rows_are_found_where_it_is_asked_who_may_see_them() -> None:
    found = {path: list(lookups(tree)) for path, tree in modules().items()}
    strange = {path: lines for path, lines in found.items() if lines and path not in ALLOWED}
    assert strange == {}, "look it up through glimpser/api/visible.py, or say here why nobody's rights matter"
    assert sum(map(len, found.values())) > 40
    assert {path for path, lines in found.items() if lines} == set(ALLOWED), "a module needs its exception no more"


def test_this_moment_is_asked_for_where_a_delay_is_known() -> None:
    found = {path: list(moments(tree)) for path, tree in modules("api").items()}
    strange = {path: lines for path, lines in found.items() if lines and path not in NOW}
    assert strange == {}, "go through visible.live or visible.states"
    assert {path for path, lines in found.items() if lines} == set(NOW), "a module needs its exception no more"


def test_nobody_writes_conditions_of_visibility_alone() -> None:
    """``visible_to`` without the moment would forget the delay."""
    users = {path for path, tree in modules().items() for n in ast.walk(tree)
             if isinstance(n, ast.Name) and n.id in ("visible_to", "known_to")}  # fmt: skip
    assert users == {"api/visible.py"}


@pytest.mark.parametrize(
    "code",
    ["await Event.filter(id=event_id).first()", "await models.Stream.get(id=i)", "Snapshot.all()",
     "from glimpser.database.models import Stream as S", "f = MediaFile.get_or_none"],
)  # fmt: skip
def test_it_would_be_found(code: str) -> None:
    assert list(lookups(ast.parse(f"async def handler():\n    {code}")))


@pytest.mark.parametrize("code", ["hub.live.open(i)", "self._hub.live", "hub.capture.state(i).mode"])
def test_a_moment_would_be_found(code: str) -> None:
    assert list(moments(ast.parse(code)))
