"""What cuts a user down whatever was granted: live pictures only, a delayed view, private groups hidden."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

LIVE = frozenset({"streams.view", "streams.control"})
"""All that holds under ``live_only``. What plugins show is nothing that the core could tell the time of."""
LATE = LIVE | {"events.view", "activities.review"}
"""All that holds under a delay."""
PRIVATE = frozenset({"groups.manage"})
"""What would show private groups."""
PEOPLE = frozenset({"users.manage"})
"""Who is restricted manages nobody: another account would be a way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """``live_only``: live pictures and the state of streams, nothing kept. ``delay_minutes``: nothing younger.
    ``hide_private_groups``: neither private groups nor streams that are in no other group and not granted by name."""

    live_only: bool = False
    delay_minutes: int = 0
    hide_private_groups: bool = False

    def __bool__(self) -> bool:
        return self.live_only or self.delay_minutes > 0 or self.hide_private_groups

    def cap(self, permissions: frozenset[str]) -> frozenset[str]:
        """What is left of permissions."""
        if self.live_only:
            permissions &= LIVE
        if self.delay_minutes:
            permissions &= LATE
        if self.hide_private_groups:
            permissions -= PRIVATE
        return permissions - PEOPLE if self else permissions

    @property
    def until(self) -> datetime | None:
        """The newest moment that may be shown; None = now."""
        return datetime.now(UTC) - timedelta(minutes=self.delay_minutes) if self.delay_minutes else None


NONE = Restrictions()


def stored(value: dict[str, Any] | None) -> Restrictions:
    """As a row keeps them."""
    return Restrictions(**value) if value else NONE


def to_store(restrictions: Restrictions) -> dict[str, Any] | None:
    """For a row."""
    return asdict(restrictions) if restrictions else None
