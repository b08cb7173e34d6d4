"""What the plugin registers for saved walls; ``plugin.py`` hands it on."""

from __future__ import annotations

from glimpser_sdk import ModelsSpec, PermissionSpec, RouterSpec, RouteSpec, lazy

SAVE, MANAGE = "dashboard.save", "dashboard.manage"


def models() -> ModelsSpec:
    """Walls, and filters of the inbox."""
    return ModelsSpec(
        modules=("glimpser_dashboard.walls.models", "glimpser_dashboard.filters.models"),
        migrations="glimpser_dashboard.migrations",
        forget=lazy("glimpser_dashboard.walls.store:forget"),
    )


def permissions() -> list[PermissionSpec]:
    """Who watches may keep walls of their own; walls of others are for administrators."""
    everybody = frozenset({"admin", "operator", "viewer"})
    return [
        PermissionSpec(id=SAVE, title="Save walls and share them with others", roles=everybody),
        PermissionSpec(id=MANAGE, title="Change and delete shared walls of others", roles=frozenset({"admin"})),
    ]


def routers() -> list[RouterSpec]:
    """The walls, and changes to them."""
    return [
        RouterSpec(
            factory=lazy("glimpser_dashboard.walls.routes:make"),
            claims=("/api/dashboards",),
            routes=(
                RouteSpec(
                    path="/dashboards",
                    methods=("GET",),
                    permission="authenticated",
                    query=lazy("glimpser_dashboard.walls.inputs:ListQuery"),
                    answer=lazy("glimpser_dashboard.walls.inputs:WallOut"),
                    many=True,
                ),
                RouteSpec(
                    path="/dashboards/<wall_id>",
                    methods=("PUT",),
                    permission=SAVE,
                    body=lazy("glimpser_dashboard.walls.inputs:WallIn"),
                    answer=lazy("glimpser_dashboard.walls.inputs:WallOut"),
                ),
                RouteSpec(
                    path="/dashboards/<wall_id>",
                    methods=("DELETE",),
                    permission=SAVE,
                    status=204,
                    match=True,
                ),
            ),
        )
    ]
