"""The catalogue of permissions and the built-in roles. Plugins add permissions; nothing takes one away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from glimpser_sdk.specs import PermissionSpec

ALL = frozenset({"admin", "operator", "viewer"})
OPERATE = frozenset({"admin", "operator"})

CORE: tuple[PermissionSpec, ...] = (
    PermissionSpec(id="streams.view", title="See streams, live pictures and snapshots", roles=ALL, per_stream=True),
    PermissionSpec(
        id="streams.control", title="Start and stop streams, take snapshots", roles=OPERATE, per_stream=True
    ),
    PermissionSpec(id="streams.configure", title="Create, change, import, export and delete streams", per_stream=True),
    PermissionSpec(id="streams.record_unmasked", title="Allow recording past a privacy mask", per_stream=True),
    PermissionSpec(id="streams.share", title="Share streams and events by link", roles=OPERATE, per_stream=True),
    PermissionSpec(id="groups.manage", title="Create and change groups of streams", roles=OPERATE),
    PermissionSpec(
        id="events.view", title="See events, activities, clips and the timeline", roles=ALL, per_stream=True
    ),
    PermissionSpec(id="events.create", title="Report events of other systems", roles=OPERATE, per_stream=True),
    PermissionSpec(id="activities.review", title="Mark activities as reviewed", roles=ALL, per_stream=True),
    PermissionSpec(id="media.delete", title="Delete snapshots and clips", per_stream=True),
    PermissionSpec(id="live_sessions.view", title="See and disconnect viewers"),
    PermissionSpec(id="plugins.view", title="See plugins"),
    PermissionSpec(id="plugins.manage", title="Enable, disable and configure plugins"),
    PermissionSpec(id="settings.view", title="See settings"),
    PermissionSpec(id="settings.change", title="Change settings"),
    PermissionSpec(id="system.view", title="See the state of the hub and its workers"),
    PermissionSpec(id="audit.view", title="See and export the audit log"),
    PermissionSpec(id="users.manage", title="Manage users and their keys"),
)

ROLES: tuple[str, ...] = ("admin", "operator", "viewer", "guest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a role may limit. ``counted``: by the day, or how many at a time."""

    name: str
    title: str
    counted: Literal["per_day", "concurrent"]


LIVE_VIEWS, MEDIA_DOWNLOADS = "live_views", "media_downloads"
COUNTED = (
    Counted(name=LIVE_VIEWS, title="Live views", counted="concurrent"),
    Counted(name=MEDIA_DOWNLOADS, title="Different clips and kept pictures downloaded", counted="per_day"),
)


class Catalogue:
    """All permissions, what each role has of them, and what may be limited."""

    def __init__(self, plugins: Iterable[PermissionSpec] = ()) -> None:
        self._permissions = {spec.id: spec for spec in (*CORE, *plugins)}
        of_plugins = (
            Counted(name=spec.id, title=spec.title, counted=spec.counted)
            for spec in self._permissions.values()
            if spec.counted is not None
        )
        self.limits = {counted.name: counted for counted in (*COUNTED, *of_plugins)}
        self._roles = {
            role: frozenset(spec.id for spec in self._permissions.values() if role in spec.roles) for role in ROLES
        }
        self._roles["admin"] = frozenset(self._permissions)

    def __contains__(self, permission: str) -> bool:
        return permission in self._permissions

    def __iter__(self) -> Iterator[PermissionSpec]:
        return iter(self._permissions.values())

    @cached_property
    def on_streams(self) -> tuple[str, ...]:
        """The same in the order of the catalogue, as ``can`` in answers names them."""
        return tuple(spec.id for spec in self._permissions.values() if spec.per_stream)

    @cached_property
    def per_stream(self) -> frozenset[str]:
        """Permissions that may be granted on single streams."""
        return frozenset(spec.id for spec in self._permissions.values() if spec.per_stream)

    def is_everyday(self, permission: str) -> bool:
        """Whether using it is no administrative action: viewers have it, or it is for reports of other systems."""
        return permission == "events.create" or permission in self._roles["viewer"]

    def of_role(self, role: str) -> frozenset[str]:
        """What a built-in role may do; an unknown role may do nothing."""
        return self._roles.get(role, frozenset())
