"""What the plugin registers, and its start in the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glimpser_sdk import (
    AuthBackendSpec,
    ConfigSpec,
    ModelsSpec,
    PanelSpec,
    PermissionSpec,
    PluginManifest,
    RouterSpec,
    RouteSpec,
    hookimpl,
    lazy,
)

if TYPE_CHECKING:
    from glimpser_sdk import HubContext


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Access rules."""
    return PluginManifest(
        id="access", title="Access rules", description="Which networks and countries are served, and where from only "
        "administrators are.", capabilities=frozenset({"files"}),
    )  # fmt: skip


@hookimpl
def glimpser_config() -> ConfigSpec:
    """Where the GeoIP database is."""
    return ConfigSpec(model=lazy("glimpser_access.config:AccessConfig"))


@hookimpl
def glimpser_models() -> ModelsSpec:
    """One table."""
    return ModelsSpec(modules=("glimpser_access.models",), migrations="glimpser_access.migrations")


@hookimpl
def glimpser_permissions() -> list[PermissionSpec]:
    """Administrators alone: a rule can shut everybody out."""
    return [PermissionSpec(id="access.manage", title="Manage access rules", roles=frozenset({"admin"}))]


@hookimpl
def glimpser_auth_backends() -> list[AuthBackendSpec]:
    """Asked before anybody is asked who they are."""
    return [
        AuthBackendSpec(
            id="rules", title="Access rules", kind="admission", factory=lazy("glimpser_access.rules:rules_of")
        )
    ]


@hookimpl
def glimpser_routers() -> list[RouterSpec]:
    """The rules."""
    return [
        RouterSpec(
            factory=lazy("glimpser_access.routes:make"),
            claims=("/api/access-rules",),
            routes=(
                RouteSpec(
                    path="/access-rules",
                    methods=("GET",),
                    permission="access.manage",
                    answer=lazy("glimpser_access.inputs:RuleOut"),
                    many=True,
                ),
                RouteSpec(
                    path="/access-rules",
                    methods=("POST",),
                    permission="access.manage",
                    body=lazy("glimpser_access.inputs:NewRule"),
                    answer=lazy("glimpser_access.inputs:RuleOut"),
                    status=201,
                    dangerous=True,
                ),
                RouteSpec(
                    path="/access-rules/<rule_id>",
                    methods=("DELETE",),
                    permission="access.manage",
                    status=204,
                    dangerous=True,
                ),
            ),
        )
    ]


@hookimpl
def glimpser_panels() -> list[PanelSpec]:
    """A page for the rules."""
    return [
        PanelSpec(slot="page", title="Access rules", element="access-rules", module="glimpser_access:panel/rules.js",
                  permission="access.manage", icon="lock")
    ]  # fmt: skip


@hookimpl
async def glimpser_setup(ctx: HubContext) -> None:
    """Read the rules, and the GeoIP database where there is one."""
    from .rules import rules_of

    await rules_of(ctx).load()
