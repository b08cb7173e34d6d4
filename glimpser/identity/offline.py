"""Users, keys and set-up links from the command line, whether or not a hub is running."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from glimpser.database import Database, migrate_all
from glimpser.database.models import User
from glimpser_sdk.errors import ConfigInvalid, NotReady

from . import sessions, users
from .audit import Audit, entry
from .audit.offline import at_command_line
from .bootstrap import Bootstrap
from .passwords import load_backend
from .permissions import Catalogue
from .service import Identity
from .step_up import SCOPE

if TYPE_CHECKING:
    from glimpser.settings import Settings


@asynccontextmanager
async def _identity(settings: Settings) -> AsyncIterator[tuple[Database, Identity]]:
    await migrate_all(settings.database_url, settings.data_dir, {})
    db = Database(settings.database_url, settings.data_dir)
    await db.open()
    try:
        log = Audit(db, settings.data_dir)
        at_command_line()
        passwords = await load_backend(settings)
        yield db, Identity(db, settings.data_dir, permissions=Catalogue(), passwords=passwords, audit=log)
        await log.mark()
    finally:
        await db.close()


async def create_user(settings: Settings, name: str, role: str, password: str) -> str:
    """Make a user; returns the id. ConfigInvalid names what is not allowed, NotReady without a password plugin."""
    async with _identity(settings) as (_, identity):
        with identity.audit.along(entry("users.create_user", object=("user", "", name), role=role), makes=True):
            return await identity.create_user(name, role, password)


async def create_api_key(settings: Settings, user_name: str, name: str, *, dangerous: bool = False) -> str:
    """Make a key for a user; returns it. ``dangerous``: it may do what else needs a fresh proof of who one is.
    ConfigInvalid when there is no such user."""
    async with _identity(settings) as (db, identity):
        user = await User.filter(name_key=user_name.casefold(), active=True).first()
        if user is None:
            raise ConfigInvalid(f"there is no user {user_name!r}", field="user")
        found = user
        scopes = [SCOPE] if dangerous else []
        made = entry("keys.create_key", object=("key", "", name), user=user.id, user_name=user.name, scopes=scopes)
        with identity.audit.along(made, makes=True):
            key, _ = await db.write(
                lambda conn: users.create_key(conn, found, name=name, scopes=scopes, expires_at=None)
            )
        return key


async def unlock_user(settings: Settings, name: str) -> None:
    """Forget failed sign-ins of a user. ConfigInvalid when there is no such user."""
    async with _identity(settings) as (_, identity):
        if not await User.filter(name_key=name.casefold()).exists():
            raise ConfigInvalid(f"there is no user {name!r}", field="name")
        with identity.audit.along(entry("users.unlock_user", object=("user", "", name))):
            await identity.unlock(name)


async def reset_factor(settings: Settings, name: str) -> None:
    """Take the second factor off a user and sign them out everywhere. ConfigInvalid when there is no such user, or they
    have none. What its plugin keeps of it counts for nothing any more."""
    async with _identity(settings) as (db, identity):
        user = await User.filter(name_key=name.casefold()).first()
        if user is None:
            raise ConfigInvalid(f"there is no user {name!r}", field="name")
        if user.factor is None:
            raise ConfigInvalid(f"{user.name} has no second factor", field="name")
        found = user

        async def change(conn: Any) -> None:
            await User.filter(id=found.id).using_db(conn).update(factor=None, version=found.version + 1)
            await sessions.revoke(conn, found.id)

        with identity.audit.along(entry("users.reset_factor", object=("user", user.id, user.name))):
            await db.write(change)


async def setup_link(settings: Settings) -> str:
    """A new one-time link. NotReady when there is an administrator already."""
    async with _identity(settings) as (_, identity):
        if not await identity.setup_needed():
            raise NotReady("this hub has an administrator already; sign in, or make users with: glimpser users create")
        await identity.audit.record("setup.link_made")
    return link(settings, Bootstrap(settings.data_dir).new_token())


def link(settings: Settings, token: str) -> str:
    """The address to open for the set-up."""
    return f"{settings.url}/setup#token={token}"
