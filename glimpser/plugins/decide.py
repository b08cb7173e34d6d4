"""Which of the installed plugins may be loaded. Nothing is imported here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from packaging.version import Version

import glimpser_sdk
from glimpser.plugins.discover import Installed
from glimpser.plugins.state import Plugin, Stage, State

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RESERVED = frozenset({"allow", "core", "glimpser", "system"})
MAX_ID = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator wants. ``allow``: when given, only these (it goes before ``enabled``). ``safe``: first-party
    plugins only. ``enabled``: what was decided in the dashboard or by ``glimpser plugins enable|disable``."""

    allow: frozenset[str] | None = None
    safe: bool = False
    enabled: Mapping[str, bool] = field(default_factory=dict)


def decide(found: Iterable[Installed], policy: Policy) -> dict[str, Plugin]:
    """One Plugin per id, by id; those that may not be loaded have their state and reason."""
    plugins = {}
    for plugin_id, group in groupby(sorted(found, key=lambda i: (i.id, i.dist)), key=lambda i: i.id):
        plugin = Plugin(plugin_id, tuple(group), stage=Stage.DECIDE)
        _judge(plugin, policy)
        plugins[plugin_id] = plugin
    return plugins


def _judge(plugin: Plugin, policy: Policy) -> None:
    installed = plugin.installed[0]
    name = plugin.id
    if not ID.fullmatch(name) or len(name) > MAX_ID or name in RESERVED:
        plugin.stop(
            State.INCOMPATIBLE,
            "plugin.bad_id",
            f"{installed}: the entry point name {name!r} is no plugin id: lower-case letters, digits and single "
            f"hyphens, at most {MAX_ID}, not {', '.join(sorted(RESERVED))}",
        )
    elif len(plugin.installed) > 1:
        owners = " and ".join(repr(str(i)) for i in plugin.installed)
        plugin.stop(
            State.BLOCKED, "plugin.duplicate", f"{owners} both provide the plugin {name!r}; uninstall all but one"
        )
    elif policy.safe and not installed.first_party:
        plugin.stop(State.DISABLED, "plugin.safe_mode", "safe mode loads first-party plugins only")
    elif policy.allow is not None and name not in policy.allow:
        plugin.stop(State.DISABLED, "plugin.not_allowed", "GLIMPSER_PLUGINS does not list it")
    elif policy.allow is None and not policy.enabled.get(name, True):
        plugin.stop(State.DISABLED, "plugin.disabled", f"switched off; `glimpser plugins enable {name}` switches it on")
    elif installed.sdk is not None and not installed.sdk.contains(Version(glimpser_sdk.__version__), prereleases=True):
        plugin.stop(
            State.INCOMPATIBLE,
            "plugin.sdk_range",
            f"{installed} needs glimpser-sdk {installed.sdk}, and {glimpser_sdk.__version__} is installed",
        )
    elif installed.sdk is None:
        plugin.warnings.append(f"{installed} does not say which versions of glimpser-sdk it needs")
