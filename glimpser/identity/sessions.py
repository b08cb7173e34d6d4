"""Sessions: opaque, random, kept as hashes, with an idle and an absolute limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from glimpser.database.models import Device, Session, User
from glimpser_sdk.ids import new_id
from glimpser_sdk.web import Problem

from . import tokens

IDLE = timedelta(days=7)
ABSOLUTE = timedelta(days=30)
TOUCH = timedelta(minutes=5)
KEPT = timedelta(days=30)
"""How long the row of a session that is over stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBy:
    """What a session was opened by, if not by a password: ``provider`` as `Session` has it, when the person last
    proved there who they are, and what the backend wants back at the end, sealed."""

    provider: str
    proved_at: datetime | None
    keep: dict[str, str] | None = None


async def create(
    conn: Any,
    user: User,
    *,
    address: str,
    user_agent: str,
    device_id: str | None = None,
    lifetime: timedelta = ABSOLUTE,
    by: OpenedBy | None = None,
) -> tuple[str, Session]:
    """A new session inside a transaction; the token goes into the cookie and nowhere else."""
    token, now = tokens.random_token(), datetime.now(UTC)
    await Session.filter(expires_at__lt=now - KEPT).using_db(conn).delete()
    session = await Session.create(
        using_db=conn, id=new_id(), user_id=user.id, token_hash=tokens.digest(token), created_at=now,
        last_seen_at=now, expires_at=now + lifetime, address=address, user_agent=user_agent[:300],
        device_id=device_id, step_up_at=by.proved_at if by else now, provider=by.provider if by else None,
        provider_keep=by.keep if by else None,
    )  # fmt: skip
    await User.filter(id=user.id).using_db(conn).update(last_sign_in_at=now)
    return token, session


async def renew(conn: Any, session_id: str) -> tuple[str, str]:
    """Inside a transaction: the session goes on under another token and id, which are returned; the old ones are
    worth nothing any more. Its limits stay as they were. Problem 401 for one that ended meanwhile."""
    token, now = tokens.random_token(), datetime.now(UTC)
    old = await Session.filter(id=session_id, revoked_at=None).using_db(conn).first()
    if old is None:
        raise Problem(401, "auth.required", "this session ended meanwhile: sign in")
    fresh = await Session.create(
        using_db=conn, id=new_id(), user_id=old.user_id, token_hash=tokens.digest(token), created_at=old.created_at,
        last_seen_at=now, expires_at=old.expires_at, address=old.address, user_agent=old.user_agent,
        step_up_at=old.step_up_at, device_id=old.device_id, provider=old.provider, provider_keep=old.provider_keep,
    )  # fmt: skip
    await Session.filter(id=session_id).using_db(conn).update(revoked_at=now)
    return token, fresh.id


async def find(token: str) -> tuple[Session, User] | None:
    """The live session of a token and its active user, or None."""
    return await _live(token_hash=tokens.digest(token))


async def by_id(session_id: str) -> tuple[Session, User] | None:
    """The live session with this id and its active user, or None."""
    return await _live(id=session_id)


async def _live(**which: str) -> tuple[Session, User] | None:
    session = await Session.filter(**which, revoked_at=None).first()
    if session is None or ends_at(session) <= datetime.now(UTC):
        return None
    user = await User.filter(id=session.user_id, active=True).first()
    return None if user is None else (session, user)


def ends_at(session: Session) -> datetime:
    """When it ends by itself, unless it is used before."""
    return min(session.expires_at, session.last_seen_at + IDLE)


def stale(session: Session) -> bool:
    """Whether its last use should be written down again."""
    return datetime.now(UTC) - session.last_seen_at > TOUCH


async def touch(conn: Any, session_id: str) -> None:
    """Write down that the session was used."""
    await Session.filter(id=session_id).using_db(conn).update(last_seen_at=datetime.now(UTC))


async def prove(conn: Any, session_id: str, at: datetime | None = None) -> None:
    """Write down that its user proved who they are, now or ``at`` some time."""
    await Session.filter(id=session_id).using_db(conn).update(step_up_at=at or datetime.now(UTC))


async def revoke(conn: Any, user_id: str, *, only: str | None = None, but: str | None = None) -> list[str]:
    """End one session, or all of a user's (``but`` one), and forget that their devices are trusted. Returns the ids
    that ended."""
    rows = Session.filter(user_id=user_id, revoked_at=None).using_db(conn)
    if only is not None:
        rows = rows.filter(id=only)
    if but is not None:
        rows = rows.exclude(id=but)
    found = await rows
    if found:
        await Session.filter(id__in=[s.id for s in found]).using_db(conn).update(revoked_at=datetime.now(UTC))
    trusted = Device.filter(user_id=user_id).using_db(conn)
    if only is not None:
        trusted = trusted.filter(id__in=[s.device_id for s in found if s.device_id is not None])
    await trusted.update(trusted_until=None)
    return [s.id for s in found]
