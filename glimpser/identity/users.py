"""Users and their API keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Protocol

from glimpser.database.models import ApiKey, User
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.ids import new_id

from . import tokens

NAME = re.compile(r"[\w.@+-]{1,64}")


class Hasher(Protocol):
    """Part of the password backend that users need."""

    def hash(self, password: str) -> str:
        """A self-describing hash."""


def check_name(name: str) -> str:
    """The name, or ConfigInvalid that says what is allowed."""
    if not NAME.fullmatch(name):
        raise ConfigInvalid("use 1 to 64 letters, digits or any of . _ @ + -", field="name")
    return name


def check_password(name: str, password: str) -> None:
    """ConfigInvalid for what no backend can know: no password at all, or the user's own name."""
    if not password:
        raise ConfigInvalid("a password is needed", field="password")
    if password.casefold() == name.casefold():
        raise ConfigInvalid("the password is the user name", field="password", code="password.is_name")


async def create(conn: Any, *, name: str, role: str, password_hash: str | None) -> User:
    """Inside a transaction. ConfigInvalid when the name is taken or not allowed."""
    check_name(name)
    if await User.filter(name_key=name.casefold()).using_db(conn).exists():
        raise ConfigInvalid(f"there is a user {name!r} already", field="name", code="user.exists")
    return await User.create(using_db=conn, id=new_id(), name=name, role=role, password_hash=password_hash)


async def create_key(
    conn: Any,
    user: User,
    *,
    name: str,
    scopes: list[str],
    expires_at: datetime | None,
    streams: list[str] | None = None,
) -> tuple[str, ApiKey]:
    """Inside a transaction. Returns the key, which is shown this once, and its row."""
    key, prefix = tokens.new_api_key()
    row = await ApiKey.create(
        using_db=conn, id=new_id(), user_id=user.id, name=name, prefix=prefix, secret_hash=tokens.digest(key),
        scopes=scopes, streams=streams, expires_at=expires_at,
    )  # fmt: skip
    return key, row


async def find_key(key: str) -> tuple[ApiKey, User] | None:
    """The live key and its active owner, or None."""
    prefix = tokens.key_prefix(key)
    if prefix is None:
        return None
    row = await ApiKey.filter(prefix=prefix).first()
    return None if row is None or not tokens.same(row.secret_hash, tokens.digest(key)) else await _live(row)


async def key_by_id(key_id: str) -> tuple[ApiKey, User] | None:
    """The live key with this id and its active owner, or None."""
    row = await ApiKey.filter(id=key_id).first()
    return None if row is None else await _live(row)


async def _live(row: ApiKey) -> tuple[ApiKey, User] | None:
    if row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        return None
    user = await User.filter(id=row.user_id, active=True).first()
    return None if user is None else (row, user)
