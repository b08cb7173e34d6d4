"""What the plugin registers: its pages. All else happens in browsers, by the public API."""

from __future__ import annotations

from glimpser_sdk import FrontEndSpec, ModelsSpec, PanelSpec, PermissionSpec, PluginManifest, RouterSpec, hookimpl

from .filters import hooks as filters
from .walls import hooks as walls

PATHS = (
    # One line each, as in `web/src/pages/index.ts`.
    "/",
    "/review",
    "/streams/new",
    "/streams/<stream_id>/edit",
    "/share-target",
    "/welcome",
    "/settings",
    "/search",
    "/plugins",
    "/plugins/<plugin_id>",
    "/status",
    "/help",
    "/streams",
    "/streams/<stream_id>",
    "/groups",
    "/login",
    "/setup",
    "/p/<plugin_id>/<name>",
    "/s",
    "/invitation",
    "/reset",
    "/account",
    "/users",
    "/users/<user_id>",
    "/roles",
    "/keys",
    "/links",
    "/audit",
)
"""Where the pages are. An address that is not here answers 404 when somebody loads it."""

BESIDE = ("sw.js", "manifest.webmanifest", "icon-192.png", "icon-512.png", "icon-maskable.png", "icon-apple.png")
"""What makes an app of the pages: browsers look for it at the hub's root, at addresses that stay."""


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Dashboard."""
    return PluginManifest(
        id="dashboard", title="Dashboard", description="The web pages: walls, streams, review, people and settings."
    )


@hookimpl
def glimpser_front_ends() -> list[FrontEndSpec]:
    """The pages in place of the built-in ones."""
    return [
        FrontEndSpec(
            files="glimpser_dashboard:static", paths=PATHS, beside=BESIDE, trusted_types=("lit-html", "glimpser-worker")
        )
    ]


@hookimpl
def glimpser_models() -> ModelsSpec:
    """Saved walls and filters."""
    return walls.models()


@hookimpl
def glimpser_permissions() -> list[PermissionSpec]:
    """To keep walls, and to change those of others."""
    return walls.permissions()


@hookimpl
def glimpser_routers() -> list[RouterSpec]:
    """The walls, and one's own filters."""
    return [*walls.routers(), *filters.routers()]


@hookimpl
def glimpser_panels() -> list[PanelSpec]:
    """The region editor, as any plugin would bring one."""
    return [
        PanelSpec(
            slot="config.field",
            title="Regions",
            element="dashboard-regions",
            module="glimpser_dashboard:static/regions.js",
            match=("regions",),
        )
    ]
