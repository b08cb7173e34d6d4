"""Visitors of a demo: who comes without an account sees everything that is no secret, and changes nothing."""

from __future__ import annotations

from collections.abc import Collection

from glimpser_sdk.web import Problem

from .limiter import network_of
from .permissions import Catalogue
from .policy import VISITOR, Principal

ALSO = ("plugins.view", "settings.view", "system.view")
"""What visitors see beside what viewers see: nothing that tells of other people."""
LOOKING = ("view", "read")
READING: Collection[str] = ("GET", "HEAD", "OPTIONS")


def permissions_of(catalogue: Catalogue) -> frozenset[str]:
    """What visitors may do: those of viewers, by plugins too, that are called ``….view`` or ``….read``."""
    seen = {p for p in catalogue.of_role("viewer") if p.rpartition(".")[2] in LOOKING}
    return frozenset(seen | set(ALSO))


def visitor(catalogue: Catalogue, address: str) -> Principal:
    """Who comes from this address without an account."""
    return Principal(
        id=VISITOR, name=VISITOR, role="guest", kind=VISITOR, session_id=f"{VISITOR} {network_of(address)}",
        hubwide=permissions_of(catalogue),
    )  # fmt: skip


def refuse_changes(principal: Principal, method: str) -> None:
    """Problem 403 for a visitor who asks for more than to read, whatever the route."""
    if principal.kind == VISITOR and method not in READING:
        raise Problem(403, "demo.read_only", "this is a demo: everything can be looked at, and nothing changed")
