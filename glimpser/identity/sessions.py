"""Browser sessions: opaque, random, kept as hashes, with an idle and an absolute limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from glimpser.database.models import Session, User
from glimpser_sdk.ids import new_id

from . import tokens

IDLE = timedelta(days=7)
ABSOLUTE = timedelta(days=30)
TOUCH = timedelta(minutes=5)


async def create(conn: Any, user: User, *, address: str, user_agent: str) -> tuple[str, Session]:
    """A new session inside a transaction; the token goes into the cookie and nowhere else."""
    token, now = tokens.random_token(), datetime.now(UTC)
    session = await Session.create(
        using_db=conn, id=new_id(), user_id=user.id, token_hash=tokens.digest(token), created_at=now,
        last_seen_at=now, expires_at=now + ABSOLUTE, address=address, user_agent=user_agent[:300], step_up_at=now,
    )  # fmt: skip
    await User.filter(id=user.id).using_db(conn).update(last_sign_in_at=now)
    return token, session


async def find(token: str) -> tuple[Session, User] | None:
    """The live session of a token and its active user, or None."""
    now = datetime.now(UTC)
    session = await Session.filter(token_hash=tokens.digest(token), revoked_at=None).first()
    if session is None or session.expires_at <= now or now - session.last_seen_at > IDLE:
        return None
    user = await User.filter(id=session.user_id, active=True).first()
    return None if user is None else (session, user)


def stale(session: Session) -> bool:
    """Whether its last use should be written down again."""
    return datetime.now(UTC) - session.last_seen_at > TOUCH


async def touch(conn: Any, session_id: str) -> None:
    """Write down that the session was used."""
    await Session.filter(id=session_id).using_db(conn).update(last_seen_at=datetime.now(UTC))


async def revoke(conn: Any, user_id: str, *, only: str | None = None, but: str | None = None) -> list[str]:
    """End one session, or all of a user's (``but`` one). Returns the ids that ended."""
    rows = Session.filter(user_id=user_id, revoked_at=None).using_db(conn)
    if only is not None:
        rows = rows.filter(id=only)
    if but is not None:
        rows = rows.exclude(id=but)
    ids = [str(i) for i in await rows.values_list("id", flat=True)]
    if ids:
        await Session.filter(id__in=ids).using_db(conn).update(revoked_at=datetime.now(UTC))
    return ids
