"""The operator's will about plugins, from settings and from what was switched."""

from __future__ import annotations

from collections.abc import Mapping

from glimpser.origins import Origins, split_list
from glimpser.plugins.decide import Policy
from glimpser.plugins.switches import read_switches

_TRUE = {True, "1", "true", "yes", "on", "t", "y"}


def switches_of(origins: Origins) -> dict[str, bool]:
    """What was switched on or off. SwitchesUnreadable when there is a database that cannot be read. Blocks for 3 s at
    most; not for use on an event loop."""
    url = origins.find("database_url")
    return read_switches(str(url.value) if url else "", origins.data_dir)


def policy_of(origins: Origins, switches: Mapping[str, bool]) -> Policy:
    """The policy, from settings and what was switched."""
    allow, safe = origins.find("plugins"), origins.find("safe")
    return Policy(
        allow=frozenset(split_list(allow.value)) if allow else None,
        safe=safe is not None and _lower(safe.value) in _TRUE,
        enabled=switches,
    )


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value
