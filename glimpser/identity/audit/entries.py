"""One entry of the audit log: who did what to which object, from where, with what result. Never a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from glimpser.database.models import AuditEvent
from glimpser.identity.policy import VISITOR, Principal

MAX_DATA = 4000
"""Characters of JSON; more details are left out and the entry says so."""


@dataclass(frozen=True, slots=True)
class Asking:
    """``who``: id, name and kind. ``via``: the session or key that proves it."""

    who: tuple[str, str, str] = ("", "", "anonymous")
    via: str = ""
    address: str = ""

    @classmethod
    def of(cls, principal: Principal | None, address: str) -> Asking:
        """Of a request."""
        if principal is None:
            return cls(address=address)
        # All visitors of a demo are one: strangers must not be able to fill the log.
        via = principal.session_id if principal.kind != VISITOR else VISITOR
        return cls((principal.id, principal.name, principal.kind), via, address)


HUB = ("hub", "hub", "hub")
"""What the hub does by itself."""

asking: ContextVar[Asking] = ContextVar("glimpser_asking", default=Asking(HUB))  # noqa: B039  # frozen
"""Who is behind what this task does; set for every request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``action``: a documented code. ``result``: ok, refused or failed."""

    action: str
    at: datetime
    actor: str = ""
    actor_name: str = ""
    actor_kind: str = "anonymous"
    address: str = ""
    object_type: str = ""
    object_id: str = ""
    object_name: str = ""
    result: str = "ok"
    data: Mapping[str, Any] = field(default_factory=dict)


def entry(
    action: str, *, object: tuple[str, str] | tuple[str, str, str] = ("", ""), result: str = "ok",
    who: tuple[str, str, str] | None = None, address: str | None = None, **data: Any,
) -> Entry:  # fmt: skip
    """An entry by who asks now, from where they do, unless ``who`` (id, name, kind) or ``address`` say otherwise.
    ``object``: its type and id, and its name if it has one. ``data``: JSON values without secrets."""
    now = asking.get()
    actor, actor_name, kind = who or now.who
    address = now.address if address is None else address
    if who is None and now.via:
        data.setdefault("via", now.via)
    type_, id_, name = (*object, "")[:3]
    return Entry(
        action=_text(action, 100), at=datetime.now(UTC), address=_text(address, 64), actor=_text(actor, 100),
        actor_name=_text(actor_name, 200), actor_kind=_text(kind, 32), object_type=_text(type_, 64),
        object_id=_text(id_, 100), object_name=_text(name, 200), result=_text(result, 32), data=_fitting(data),
    )  # fmt: skip


def _text(value: str, length: int) -> str:
    """What every database keeps as it is: no NUL, no half characters, not too long."""
    return value.encode("utf-8", "replace").decode().replace("\0", "�")[:length]


def _fitting(data: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = _plain(data)
    return kept if len(json.dumps(kept)) <= MAX_DATA else {"left_out": sorted(kept)[:50]}


def _plain(value: Any) -> Any:
    """JSON values that come back from every database exactly as they were. Numbers with a fraction do not: they are
    kept as text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, Mapping):
        return {_text(str(k), 200): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    return _text(str(value), MAX_DATA)


FIELDS = ("action", "actor", "actor_name", "actor_kind", "address", "object_type", "object_id", "object_name",
          "result", "data")  # fmt: skip


def row_of(made: Entry, seq: int) -> AuditEvent:
    """The row that keeps an entry, still without its code."""
    return AuditEvent(seq=seq, at=made.at, **{name: getattr(made, name) for name in FIELDS})


def canonical(row: AuditEvent, before: str) -> bytes:
    """The bytes that an entry's code is of: all of the entry, and the code of the entry before it."""
    values = {"seq": row.seq, "id": row.id, "at": moment(row.at), "before": before}
    values |= {name: getattr(row, name) for name in FIELDS}
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def moment(at: datetime) -> str:
    """A time as text, in UTC to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
