"""Paths of earlier versions, kept for their clients. Each is another path of a route that exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .routing import Route

MOVED = (("/api/streams", "/api/settings/streams"),)
"""Everything below the first is also below the second."""
ALSO = {
    "streams.read_stream": (("GET", "/api/stream/<id:stream_id>"),),
    "streams.start_stream": (("POST", "/api/stream/<id:stream_id>/start"),),
    "streams.stop_stream": (
        ("POST", "/api/stream/<id:stream_id>/stop"),
        ("DELETE", "/api/streams/<id:stream_id>/stop"),
    ),
}


def aliases(routes: Iterable[Route]) -> Iterator[Route]:
    """The further paths of these routes."""
    for route in routes:
        for method, path in ALSO.get(route.endpoint, ()):
            yield route.alias(path, method)
        for new, old in MOVED:
            if route.path == new or route.path.startswith(new + "/"):
                yield route.alias(old + route.path.removeprefix(new))
