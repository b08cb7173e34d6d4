"""Links that open something without an account. Only hashes of their tokens are stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields

from glimpser.database.fields import JsonField, Row, UtcField, id_key, id_or_none

from .identity import User


class AccountLink(Row):
    """Lets whoever has it choose the password of ``user``, once. ``kind`` is invitation or reset; ``made_for`` is the
    digest of the password (hash) at that time, so that the link ends when the password changes otherwise."""

    id = id_key()
    kind = fields.CharField(max_length=16)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("core.User", related_name="account_links")
    user_id: str
    author: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("core.User", related_name="given_links")
    author_id: str
    token_hash = fields.CharField(max_length=64, unique=True)
    made_for = fields.CharField(max_length=64)
    expires_at = UtcField(db_index=True)
    used_at: UtcField[datetime | None] = UtcField(null=True)
    created_at = UtcField(auto_now_add=True)

    class Meta:
        table = "account_links"


class ShareLink(Row):
    """What a user shows to whoever has the link. ``kind`` is stream, wall or event; the first two name ``streams``, the
    last ``event_id``. ``layout``: where the streams of a wall are; null = side by side."""

    id = id_key()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("core.User", related_name="share_links")
    user_id: str
    name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=16)
    streams: Any = JsonField(default=list)
    layout: Any = JsonField(null=True)
    event_id = id_or_none()
    token_hash = fields.CharField(max_length=64, unique=True)
    password_hash = fields.CharField(max_length=300, null=True)
    expires_at = UtcField(db_index=True)
    uses = fields.BigIntField(default=0)
    last_used_at: UtcField[datetime | None] = UtcField(null=True)
    revoked_at: UtcField[datetime | None] = UtcField(null=True)
    created_at = UtcField(auto_now_add=True)

    class Meta:
        table = "share_links"
