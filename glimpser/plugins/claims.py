"""Paths of plugins outside ``/api/p/ID``: which are free, and when two of them collide."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The only places below the core's own paths where a plugin may add one.
EXTENSION_POINTS = ("/api/auth/<>", "/api/me/<>", "/api/streams/<>/<>")

_PLACEHOLDER = re.compile(r"<[^<>/]*>|\{[^{}/]*\}")

Segments = tuple[str, ...]


def segments(path: str) -> Segments:
    """``/api/streams/<id>/ptz`` as ("api", "streams", "<>", "ptz")."""
    return tuple(_PLACEHOLDER.sub("<>", path).strip("/").split("/"))


def overlap(one: Segments, other: Segments) -> bool:
    """Whether some request could go to either of two claims: a claim stands for its path and all below it."""
    return all(a == b or "<>" in (a, b) for a, b in zip(one, other, strict=False))


def refusal(claim: str, core: Iterable[str]) -> str:
    """Why a claim is not allowed ('' when it is). ``core``: the core's paths."""
    wanted = segments(claim)
    if wanted[:2] == ("api", "p"):
        return f"{claim!r} lies below /api/p, where every plugin already owns /api/p/ID"
    if len(wanted) < 2 or wanted[0] != "api" or "<>" in wanted[1] or "" in wanted:
        return f"{claim!r} must be a path below /api whose first part is a name"
    owned = [segments(path) for path in core]
    if wanted[1] not in {path[1] for path in owned if len(path) > 1 and path[0] == "api"}:
        return ""
    for point in map(segments, EXTENSION_POINTS):
        literal = wanted[len(point) - 1 : len(point)]
        if len(wanted) >= len(point) and overlap(wanted, point) and "<>" not in literal[0]:
            taken = [path for path in owned if len(path) >= len(point) and path[len(point) - 1] == literal[0]]
            if not any(overlap(wanted, path) for path in taken):
                return ""
    return f"{claim!r} belongs to the core; plugins may add {', '.join(EXTENSION_POINTS).replace('<>', '<name>')}"
