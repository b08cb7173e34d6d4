"""The names of time zones: one type for settings, accounts and streams."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator


@cache
def known() -> frozenset[str]:
    """The IANA names that this machine has. Kept, because looking for them reads a whole folder."""
    return frozenset(available_timezones())


def _check(name: str) -> str:
    if name not in known():
        raise ValueError(f"{name!r} is no IANA time zone; write one like Europe/Berlin or UTC")
    return name


class _Listed:
    """Adds the names to a JSON Schema, when one is made."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {**handler(core), "enum": sorted(known())}


TimeZone = Annotated[str, AfterValidator(_check), _Listed()]
"""An IANA name such as Europe/Berlin."""
