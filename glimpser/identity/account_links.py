"""Invitations, and links to a new password: good once, for somebody whom their author may still manage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from glimpser.database import Database
from glimpser.database.models import AccountLink, User
from glimpser_sdk.ids import new_id
from glimpser_sdk.web import Problem

from . import ranks, roles, sessions, tokens, users
from .audit import entry
from .policy import can

if TYPE_CHECKING:
    from .service import Identity

LASTS = {"invitation": timedelta(hours=72), "reset": timedelta(hours=1)}
MANAGES = "users.manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """``token``: kept nowhere but in the link."""

    kind: str
    token: str
    expires_at: datetime


class AccountLinks:
    """Makes such links and lets them be used."""

    def __init__(self, identity: Identity, db: Database) -> None:
        self._identity = identity
        self._db = db

    async def create(self, conn: Any, user: User, author_id: str) -> NewLink:
        """Inside a transaction: a link for a user: an invitation for who has not come yet. Older ones end."""
        now, token = datetime.now(UTC), tokens.random_token()
        kind = "invitation" if invited(user) else "reset"
        await AccountLink.filter(user_id=user.id).using_db(conn).delete()
        made = await AccountLink.create(
            using_db=conn, id=new_id(), kind=kind, user_id=user.id, author_id=author_id,
            token_hash=tokens.digest(token), made_for=_present(user), expires_at=now + LASTS[kind],
        )  # fmt: skip
        return NewLink(kind=kind, token=token, expires_at=made.expires_at)

    async def find(self, token: str, *, address: str) -> tuple[AccountLink, User] | None:
        """The live link of a token and whose it is; None for one that is unknown, used, or over. Locked after too many
        guesses."""
        link = await AccountLink.filter(token_hash=tokens.digest(token)).first()
        await self._identity.proving.link(address, good=link is not None)
        user = None if link is None else await User.filter(id=link.user_id).first()
        if link is None or user is None or not await self._live(link, user):
            return None
        return link, user

    async def use(self, token: str, password: str, *, address: str) -> bool:
        """Set the password that somebody chose, and end their sessions. False when the link is none (any more);
        ConfigInvalid, and the link stays good, for a password that is not allowed."""
        found = await self.find(token, address=address)
        if found is None:
            return False
        link, user = found
        users.check_password(user.name, password)
        password_hash = await self._identity.hash(password)
        action = "account.joined" if link.kind == "invitation" else "account.reset"
        told = entry(action, who=(user.id, user.name, "user"), object=("user", user.id, user.name), address=address)

        async def change(conn: Any) -> list[str] | None:
            # Many may race with one token: it is used by the one whose update finds it unused.
            rows = AccountLink.filter(id=link.id, used_at=None, made_for=link.made_for).using_db(conn)
            if await rows.update(used_at=datetime.now(UTC)) != 1:
                return None
            row = await User.filter(id=user.id).using_db(conn).get()
            if _present(row) != link.made_for:
                return None
            row.password_hash, row.version = password_hash, row.version + 1
            row.active = row.active or link.kind == "invitation"
            await row.save(using_db=conn)
            await self._identity.audit.append(conn, told)
            return await sessions.revoke(conn, row.id)

        ended = await self._db.write(change)
        if ended is None:
            return False
        self._identity.ended(ended)
        await self._identity.unlock(user.name)
        return True

    async def _live(self, link: AccountLink, user: User) -> bool:
        if link.used_at is not None or link.expires_at <= datetime.now(UTC) or _present(user) != link.made_for:
            return False
        if link.kind == "reset" and not user.active:
            return False
        author = await self._identity.as_user(link.author_id)
        role = await roles.find(self._identity.permissions, user.role)
        if author is None or role is None or not can(author, MANAGES):
            return False
        try:
            ranks.check_gives(author, role)
        except Problem:
            return False
        return True


def invited(user: User) -> bool:
    """Whether a user was invited and has not come yet."""
    return not user.active and user.password_hash is None and user.last_sign_in_at is None


def _present(user: User) -> str:
    return tokens.digest(user.password_hash or "")
