"""The one choke point: who may do what to which object. Everything that is not allowed here is denied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is asking. ``kind``: user (a browser session) or api_key. ``streams``: the only streams it may touch, None =
    all. ``session_id``: of the session or key that proves it."""

    id: str
    name: str
    role: str
    permissions: frozenset[str]
    kind: str
    session_id: str
    streams: frozenset[str] | None = None


def can(principal: Principal | None, permission: str, stream_id: str | None = None) -> bool:
    """Whether the principal has the permission, on the stream where one is named."""
    if principal is None or permission not in principal.permissions:
        return False
    return stream_id is None or principal.streams is None or stream_id in principal.streams


def visible_to(principal: Principal, column: str = "id") -> Q:
    """The condition on ``column`` (a stream id) that every query of streams and what belongs to them starts from."""
    if "streams.view" not in principal.permissions:
        return _among(column, [])
    if principal.streams is None:
        return Q()
    return _among(column, sorted(principal.streams))


def _among(column: str, ids: list[str]) -> Q:
    condition: Any = {f"{column}__in": ids}
    return Q(**condition)


def sees(principal: Principal, stream_id: str | None) -> bool:
    """Whether something of this stream (None = of the hub itself) may be shown to the principal."""
    if stream_id is None:
        return "system.view" in principal.permissions
    return can(principal, "streams.view", stream_id)


def abilities(principal: Principal, permissions: tuple[str, ...], stream_id: str | None = None) -> list[str]:
    """Which of ``permissions`` the principal has on an object: the ``can`` list in answers."""
    return [p for p in permissions if can(principal, p, stream_id)]


def actor(principal: Principal | None) -> dict[str, Any]:
    """The principal as the audit trail names it."""
    if principal is None:
        return {"actor": "anonymous"}
    return {"actor": principal.id, "name": principal.name, "kind": principal.kind}
