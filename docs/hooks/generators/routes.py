"""The core's routes, as they are declared."""

from __future__ import annotations

import inspect
import re
from itertools import groupby

from glimpser.api.resources import all_routes
from glimpser.api.routing import Route

from .text import prose, table


def markdown() -> str:
    """A table for each resource."""
    routes = [route for route in all_routes() if route.path.startswith("/api/") or route.tag == "health"]
    parts = []
    for tag, group in groupby(routes, key=lambda route: route.tag):
        rows = [(route.method, f"`{_path(route)}`", f"`{route.permission}`", _summary(route)) for route in group]
        parts.append(f"## {tag.replace('-', ' ').capitalize()}\n\n" + table(("", "path", "permission", ""), rows))
    return "\n".join(parts)


def _path(route: Route) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)


def _summary(route: Route) -> str:
    return prose((inspect.getdoc(route.handler) or "").partition("\n\n")[0])
