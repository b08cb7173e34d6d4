"""Users and what proves who is asking. Only hashes of tokens and secrets are stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.indexes import Index

from glimpser.database.fields import JsonField, Row, UtcField, id_key


class User(Row):
    """A person. ``name_key`` is the name folded for comparing (set by ``save``) and is unique.

    ``role`` is the name of a built-in role or the id of a `Role`. ``streams`` limits what it may do to some streams,
    null = no limit. ``restrictions`` cut it down further, null = none. ``factor`` is the id of the backend whose codes
    a sign-in needs beside the password."""

    id = id_key()
    name = fields.CharField(max_length=100)
    name_key = fields.CharField(max_length=300, unique=True)
    display_name = fields.CharField(max_length=200, default="")
    role = fields.CharField(max_length=64)
    password_hash = fields.CharField(max_length=300, null=True)
    factor = fields.CharField(max_length=64, null=True)
    active = fields.BooleanField(default=True)
    streams: Any = JsonField(null=True)
    restrictions: Any = JsonField(null=True)
    language = fields.CharField(max_length=16, null=True)
    theme = fields.CharField(max_length=16, null=True)
    timezone = fields.CharField(max_length=64, null=True)
    version = fields.IntField(default=1)
    created_at = UtcField(auto_now_add=True)
    updated_at = UtcField(auto_now=True)
    last_sign_in_at: UtcField[datetime | None] = UtcField(null=True)

    class Meta:
        table = "users"

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        self.name_key = name_key(self.name)
        fields_too = None if update_fields is None else {*update_fields, "name_key"}
        await super().save(using_db, fields_too, force_create, force_update)


def name_key(name: str) -> str:
    """The form of a user name that decides whether two names are the same."""
    return name.casefold()


class Role(Row):
    """A role that somebody made: what ``base`` (a built-in role) may do, and ``permissions``. ``limits``: how often it
    may do what is counted, by name; null = as often as it likes."""

    id = id_key()
    name = fields.CharField(max_length=100)
    name_key = fields.CharField(max_length=300, unique=True)
    base = fields.CharField(max_length=64)
    rank = fields.IntField()
    permissions: Any = JsonField(default=list)
    limits: Any = JsonField(null=True)
    version = fields.IntField(default=1)
    created_at = UtcField(auto_now_add=True)
    updated_at = UtcField(auto_now=True)

    class Meta:
        table = "roles"


class Grant(Row):
    """What a user, or everybody with a role, may do to one stream or to the streams of one group."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "core.User", related_name="grants", null=True
    )
    user_id: str | None
    role = fields.CharField(max_length=64, null=True, db_index=True)
    stream: Any = fields.ForeignKeyField("core.Stream", related_name="grants", null=True)
    stream_id: str | None
    group: Any = fields.ForeignKeyField("core.StreamGroup", related_name="grants", null=True)
    group_id: str | None
    permissions: Any = JsonField(default=list)

    class Meta:
        table = "grants"


class UserIdentity(Row):
    """Whom a provider of single sign-on knows a user as. The pair of ``issuer`` and ``subject`` is unique and does not
    change; ``name`` is what the provider called them last, for people to read."""

    id = id_key()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("core.User", related_name="identities")
    user_id: str
    issuer = fields.CharField(max_length=300)
    subject = fields.CharField(max_length=255)
    name = fields.CharField(max_length=200, default="")
    created_at = UtcField(auto_now_add=True)
    last_sign_in_at: UtcField[datetime | None] = UtcField(null=True)

    class Meta:
        table = "user_identities"
        unique_together = (("issuer", "subject"),)


class Session(Row):
    """A browser's sign-in, or a token for a password. ``step_up_at`` is when the user last proved who they are again,
    ``device_id`` the `Device` it is on.

    ``provider``: by what it was opened, ``oidc:ID`` or ``header:ID``; null: by a password. ``provider_keep``: what the
    backend wants back at its end, sealed."""

    id = id_key()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("core.User", related_name="sessions")
    user_id: str
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = UtcField(auto_now_add=True)
    last_seen_at = UtcField(auto_now_add=True)
    expires_at = UtcField(db_index=True)
    user_agent = fields.CharField(max_length=300, default="")
    address = fields.CharField(max_length=64, default="")
    revoked_at: UtcField[datetime | None] = UtcField(null=True)
    step_up_at: UtcField[datetime | None] = UtcField(null=True)
    device_id = fields.CharField(max_length=26, null=True)
    provider = fields.CharField(max_length=64, null=True)
    provider_keep: Any = JsonField(null=True)

    class Meta:
        table = "sessions"


class Device(Row):
    """A browser that its user signed in with before. Until ``trusted_until`` it is asked for no second factor."""

    id = id_key()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("core.User", related_name="devices")
    user_id: str
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = UtcField(auto_now_add=True)
    last_seen_at = UtcField(auto_now_add=True)
    trusted_until: UtcField[datetime | None] = UtcField(null=True)

    class Meta:
        table = "devices"


class ApiKey(Row):
    """A program's key: ``prefix`` finds it, ``secret_hash`` proves it. ``streams`` limits it to some ids."""

    id = id_key()
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("core.User", related_name="api_keys")
    user_id: str
    name = fields.CharField(max_length=200)
    prefix = fields.CharField(max_length=32, unique=True)
    secret_hash = fields.CharField(max_length=64)
    scopes: Any = JsonField(default=list)
    streams: Any = JsonField(null=True)
    expires_at: UtcField[datetime | None] = UtcField(null=True)
    last_used_at: UtcField[datetime | None] = UtcField(null=True)
    revoked_at: UtcField[datetime | None] = UtcField(null=True)
    created_at = UtcField(auto_now_add=True)

    class Meta:
        table = "api_keys"


class LimitUse(Row):
    """A use of something that is limited: ``subject`` (a user's id) used ``object_id``. It counts until ``expires_at``.
    ``holder``: the process that renews it, '' for what counts the whole day."""

    id = id_key()
    subject = fields.CharField(max_length=64)
    name = fields.CharField(max_length=100)
    object_id = fields.CharField(max_length=64, default="")
    holder = fields.CharField(max_length=64, default="")
    expires_at = UtcField(db_index=True)

    class Meta:
        table = "limit_uses"
        indexes = (Index(fields=["subject", "name", "expires_at"]),)


class SignInFailure(Row):
    """Failed sign-ins that count together since ``window_start``; see ``identity.limiter`` for the keys."""

    key = fields.CharField(max_length=300, primary_key=True)
    count = fields.IntField(default=0)
    window_start = UtcField()
    locked_until: UtcField[datetime | None] = UtcField(null=True, db_index=True)

    class Meta:
        table = "sign_in_failures"
