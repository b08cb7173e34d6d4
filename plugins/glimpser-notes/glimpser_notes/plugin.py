"""What the plugin registers, and its start and end in the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glimpser_sdk import (
    CommandSpec,
    ConfigSpec,
    MetricSpec,
    ModelsSpec,
    PanelSpec,
    PermissionSpec,
    PluginManifest,
    RouterSpec,
    RouteSpec,
    SearchSpec,
    hookimpl,
    lazy,
)

if TYPE_CHECKING:
    from glimpser_sdk import HubContext


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Notes."""
    return PluginManifest(
        id="notes", title="Notes", description="What people write about streams and what happened in them."
    )


@hookimpl
def glimpser_config() -> ConfigSpec:
    """How long notes are kept."""
    return ConfigSpec(model=lazy("glimpser_notes.config:NotesConfig"))


@hookimpl
def glimpser_models() -> ModelsSpec:
    """One table."""
    return ModelsSpec(modules=("glimpser_notes.models",), migrations="glimpser_notes.migrations")


@hookimpl
def glimpser_permissions() -> list[PermissionSpec]:
    """Who watches may read; who acts may write."""
    return [
        PermissionSpec(
            id="notes.view", title="Read notes", roles=frozenset({"admin", "operator", "viewer"}), per_stream=True
        ),
        PermissionSpec(
            id="notes.write",
            title="Write notes",
            roles=frozenset({"admin", "operator"}),
            per_stream=True,
            counted="per_day",
        ),
    ]


@hookimpl
def glimpser_routers() -> list[RouterSpec]:
    """The notes of a stream, and changes to them."""
    return [
        RouterSpec(
            factory=lazy("glimpser_notes.routes:make"),
            routes=(
                RouteSpec(
                    path="/",
                    methods=("GET",),
                    permission="notes.view",
                    per_stream=True,
                    query=lazy("glimpser_notes.inputs:ListQuery"),
                    answer=lazy("glimpser_notes.inputs:NoteOut"),
                    many=True,
                ),
                RouteSpec(
                    path="/",
                    methods=("POST",),
                    permission="notes.write",
                    per_stream=True,
                    body=lazy("glimpser_notes.inputs:NewNote"),
                    answer=lazy("glimpser_notes.inputs:NoteOut"),
                    status=201,
                ),
                RouteSpec(
                    path="/<note_id>",
                    methods=("PATCH",),
                    permission="notes.write",
                    per_stream=True,
                    body=lazy("glimpser_notes.inputs:Change"),
                    answer=lazy("glimpser_notes.inputs:NoteOut"),
                    match=True,
                ),
                RouteSpec(
                    path="/<note_id>",
                    methods=("DELETE",),
                    permission="notes.write",
                    per_stream=True,
                    status=204,
                    match=True,
                ),
            ),
        )
    ]


@hookimpl
def glimpser_panels() -> list[PanelSpec]:
    """Notes of a stream, on its page."""
    return [
        PanelSpec(slot="stream.tab", title="Notes", element="notes-tab", module="glimpser_notes:panel/notes.js",
                  permission="notes.view", icon="edit")
    ]  # fmt: skip


@hookimpl
def glimpser_search() -> list[SearchSpec]:
    """Notes by what is written in them."""
    return [SearchSpec(title="Notes", permission="notes.view", find=lazy("glimpser_notes.search:find"))]


@hookimpl
def glimpser_metrics() -> list[MetricSpec]:
    """What is counted."""
    return [
        MetricSpec(name="created_total", kind="counter", help="Notes that were written."),
        MetricSpec(name="deleted_total", kind="counter", help="Notes deleted by people and for their age."),
    ]


@hookimpl
def glimpser_commands() -> list[CommandSpec]:
    """``glimpser notes``."""
    return [CommandSpec(name="notes", help="Export notes.", command=lazy("glimpser_notes.command:notes"))]


@hookimpl
async def glimpser_setup(ctx: HubContext) -> None:
    """Old notes go now and once a day."""
    from .retention import keep_young

    ctx.spawn(keep_young(ctx), name="retention")


@hookimpl
async def glimpser_teardown(ctx: HubContext) -> None:
    """Say what is left; the retention is ended by the hub."""
    from .models import Note

    ctx.log.info("notes kept: %d", await Note.all().count())
