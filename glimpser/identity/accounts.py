"""From somebody whom a backend has proved to the account they have here. Never by an e-mail address."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, Literal

from glimpser.database.models import Role, User, UserIdentity
from glimpser_sdk.auth import Proven
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.ids import new_id
from glimpser_sdk.web import Problem

from . import ranks, roles, users
from .permissions import Catalogue

log = logging.getLogger("glimpser.identity")


class NoEntry(Exception):
    """Somebody was proved, and has no way in. ``code`` is shown to them, the message is for the log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


Change = Literal["account_made", "role_given"] | None
"""What became of an account at a sign-in."""


async def enter(conn: Any, catalogue: Catalogue, proven: Proven) -> tuple[User, Change]:
    """Inside a transaction: the account of who was proved, with the role that it has from now on. It is made if the
    backend says so. NoEntry."""
    user = await _find(conn, proven)
    if user is None:
        return await _create(conn, catalogue, proven), "account_made"
    if not user.active:
        raise NoEntry("auth.sso_unknown", f"the user {user.name} is switched off")
    changed = proven.role is not None and await _give(conn, user, await _role(catalogue, proven.role))
    if proven.issuer:
        seen = {"last_sign_in_at": datetime.now(UTC), "name": proven.name[:200]}
        await UserIdentity.filter(issuer=proven.issuer, subject=proven.subject).using_db(conn).update(**seen)
    return user, "role_given" if changed else None


async def link(conn: Any, user_id: str, issuer: str, subject: str, name: str = "") -> UserIdentity:
    """Inside a transaction: whom a provider knows by this subject is this user from now on. ConfigInvalid when it is
    somebody else here."""
    found = await UserIdentity.filter(issuer=issuer, subject=subject).using_db(conn).first()
    if found is None:
        return await UserIdentity.create(using_db=conn, id=new_id(), user_id=user_id, issuer=issuer, subject=subject,
                                         name=name[:200])  # fmt: skip
    if found.user_id != user_id:
        raise ConfigInvalid("this is another user's", field="subject", code="identity.taken")
    return found


async def _find(conn: Any, proven: Proven) -> User | None:
    if not proven.issuer:
        return await User.filter(name_key=proven.name.casefold()).using_db(conn).first()
    row = await UserIdentity.filter(issuer=proven.issuer, subject=proven.subject).using_db(conn).first()
    return None if row is None else await User.filter(id=row.user_id).using_db(conn).get()


async def _create(conn: Any, catalogue: Catalogue, proven: Proven) -> User:
    who = f"{proven.name!r} (issuer {proven.issuer!r}, subject {proven.subject!r})" if proven.issuer else proven.name
    if proven.create_as is None:
        raise NoEntry("auth.sso_unknown", f"{who} has no account here, and none is made at a first sign-in")
    role = await _role(catalogue, proven.role or proven.create_as)
    try:
        user = await users.create(conn, name=proven.name, role=role, password_hash=None)
    except ConfigInvalid as error:
        # Whoever is called like an account is not its owner.
        code = "auth.sso_name_taken" if error.reason.code == "user.exists" else "auth.sso_bad_name"
        raise NoEntry(code, f"no account was made for {who}: {error}") from None
    user.display_name = proven.display_name[:100]
    await user.save(using_db=conn)
    if proven.issuer:
        row = await link(conn, user.id, proven.issuer, proven.subject, proven.name)
        row.last_sign_in_at = datetime.now(UTC)
        await row.save(using_db=conn)
    log.info("made the account %s for %s", user.name, who)
    return user


async def _role(catalogue: Catalogue, wanted: str) -> str:
    """The id of a role given by its id or name. NoEntry for one that there is not."""
    if (found := await roles.find(catalogue, wanted)) is not None:
        return found.id
    row = await Role.filter(name_key=wanted.casefold()).first()
    if row is None:
        raise NoEntry("auth.sso_no_role", f"the role {wanted!r}, which a group is mapped to, does not exist")
    return str(row.id)


async def _give(conn: Any, user: User, role: str) -> bool:
    if user.role == role:
        return False
    if user.role == "admin":
        try:
            await ranks.check_admin_stays(conn, user.id)
        except Problem:
            log.warning("%s stays administrator although the provider says otherwise: there is no other", user.name)
            return False
    user.role, user.version = role, user.version + 1
    await user.save(using_db=conn)
    return True
