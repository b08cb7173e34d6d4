"""Devices that signed in before. A token in a cookie of its own tells them from strangers; it opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from glimpser.database.models import Device
from glimpser_sdk.ids import new_id

from . import tokens


async def known(user_id: str | None, token: str | None) -> str | None:
    """The id of the user's device with this token, or None. An unknown user costs the same look-up."""
    if token is None:
        return None
    found = await Device.filter(user_id=user_id or "", token_hash=tokens.digest(token)).first()
    return None if found is None else found.id


async def remember(conn: Any, user_id: str) -> str:
    """Inside a transaction: a new device of a user; returns its token."""
    token = tokens.random_token()
    await Device.create(using_db=conn, id=new_id(), user_id=user_id, token_hash=tokens.digest(token))
    return token


async def touch(conn: Any, device_id: str) -> None:
    """Inside a transaction: write down that the device signed in again."""
    await Device.filter(id=device_id).using_db(conn).update(last_seen_at=datetime.now(UTC))
