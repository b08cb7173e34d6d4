"""Permissions and event types: the core's and those of the plugins in this repository."""

from __future__ import annotations

from glimpser.events.types import CORE as EVENT_TYPES
from glimpser.identity.audit.actions import ACTIONS
from glimpser.identity.permissions import CORE as PERMISSIONS
from glimpser.identity.permissions import ROLES

from .shipped import plugins
from .text import table


def permissions() -> str:
    """One row for each permission, and which built-in roles have it."""
    rows = [("core", spec) for spec in PERMISSIONS]
    rows += [(plugin.id, spec) for plugin in plugins() for spec in plugin.contribution.permissions]
    return table(
        ("permission", "from", "roles", "on single streams", "meaning"),
        (
            (f"`{s.id}`", who, ", ".join(r for r in ROLES if r in s.roles), "yes" if s.per_stream else "", s.title)
            for who, s in rows
        ),
    )


def audit_actions() -> str:
    """One row for each code of the audit log that is no operation id."""
    return table(("action", "meaning"), ((f"`{action}`", meaning) for action, meaning in ACTIONS.items()))


def event_types() -> str:
    """One row for each type of event."""
    rows = [("core", spec) for spec in EVENT_TYPES]
    rows += [(plugin.id, spec) for plugin in plugins() for spec in plugin.contribution.event_types]
    return table(
        ("type", "from", "severity", "meaning"), ((f"`{s.type}`", who, s.severity, s.description) for who, s in rows)
    )
