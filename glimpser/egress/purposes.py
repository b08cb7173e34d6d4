"""What a plugin's connection is for: by the capability it declares and by what it serves, never by what it says."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

from pydantic import BaseModel

from glimpser.egress.errors import Refused
from glimpser.egress.policy import PROFILES, Purpose
from glimpser.egress.urls import parse_url

_CAPABILITY = "network:"
_OF: dict[str, tuple[Purpose, ...]] = {
    "source": ("camera", "feed", "web"),
    "analyzer": ("model", "web"),
    "sink": ("webhook", "web"),
    "plugin": ("identity", "webhook", "feed", "model", "web"),
}
"""What something may be for, by what it is: a part of a stream, or the plugin itself in the hub. The first that the
plugin declares counts."""


def purpose_of(plugin: str, capabilities: Collection[str], serves: str) -> Purpose:
    """The one purpose of a plugin's connections as a ``source``, ``analyzer`` or ``sink`` of a stream, or as the
    ``plugin`` itself. Raises Refused `egress.capability` where it declares none that fits, or serves nothing."""
    for purpose in _OF.get(serves, ()):
        if purpose in PROFILES and _CAPABILITY + purpose in capabilities:
            return purpose
    raise Refused("egress.capability", {"plugin": plugin, "serves": serves or "nothing of this stream"})


def hosts_in(config: Any) -> frozenset[str]:
    """The normalized hosts of every http and https address in a plugin's configuration."""
    found: set[str] = set()
    for text in _texts(config.model_dump(mode="json") if isinstance(config, BaseModel) else config):
        with suppress(Refused):
            found.add(parse_url(text, schemes=("http", "https"), userinfo=False).host)
    return frozenset(found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
