"""The plugin's table. Secrets are no part of it: they lie encrypted among the plugin's values, by their ids here."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Enrolment(Model):
    """Somebody's factor. ``secret`` and ``pending`` are ids of the secret in use and of one that is not confirmed yet.

    ``last_step`` is the time step of the last code that was used. ``recovery`` are hashes of the codes that are left.
    """

    user_id = fields.CharField(primary_key=True, max_length=26)
    secret = fields.CharField(max_length=26, null=True)
    pending = fields.CharField(max_length=26, null=True)
    pending_at = fields.DatetimeField(null=True)
    last_step = fields.BigIntField(default=0)
    recovery = fields.TextField(default="")

    class Meta:
        """Where it is kept."""

        table = "totp_enrolments"
        app = "totp"
