"""What the plugin registers for saved filters; ``plugin.py`` hands it on."""

from __future__ import annotations

from glimpser_sdk import RouterSpec, RouteSpec, lazy

PATH = "/me/review-filters"


def routers() -> list[RouterSpec]:
    """One's own filters: read, and replaced as a whole."""
    answer = lazy("glimpser_dashboard.filters.inputs:FiltersOut")
    body = lazy("glimpser_dashboard.filters.inputs:FiltersIn")
    return [
        RouterSpec(
            factory=lazy("glimpser_dashboard.filters.routes:make"),
            claims=(f"/api{PATH}",),
            routes=(
                RouteSpec(path=PATH, methods=("GET",), permission="authenticated", answer=answer),
                RouteSpec(path=PATH, methods=("PUT",), permission="authenticated", body=body, answer=answer),
            ),
        )
    ]
