"""Devices that signed in before. A token in a cookie of its own tells them from strangers; it opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from glimpser.database.models import Device
from glimpser_sdk.ids import new_id

from . import tokens

TRUST = timedelta(days=30)
"""How long a trusted device is asked for no second factor."""


async def find(user_id: str | None, token: str | None) -> Device | None:
    """The user's device with this token, or None. An unknown user costs the same look-up."""
    if token is None:
        return None
    return await Device.filter(user_id=user_id or "", token_hash=tokens.digest(token)).first()


def trusted(device: Device | None) -> bool:
    """Whether the device needs no second factor now."""
    return device is not None and device.trusted_until is not None and device.trusted_until > datetime.now(UTC)


async def remember(conn: Any, user_id: str) -> tuple[str, str]:
    """Inside a transaction: a new device of a user; returns its id and token."""
    token = tokens.random_token()
    device = await Device.create(using_db=conn, id=new_id(), user_id=user_id, token_hash=tokens.digest(token))
    return device.id, token


async def touch(conn: Any, device_id: str) -> None:
    """Inside a transaction: write down that the device signed in again."""
    await Device.filter(id=device_id).using_db(conn).update(last_seen_at=datetime.now(UTC))


async def trust(conn: Any, device_id: str) -> None:
    """Inside a transaction: ask this device for no second factor for 30 days."""
    await Device.filter(id=device_id).using_db(conn).update(trusted_until=datetime.now(UTC) + TRUST)
