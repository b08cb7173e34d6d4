"""The core's tables, one module per resource. Ids are 26 characters, times are UTC, JSON columns hold plain values.

Reads are plain ORM calls anywhere; rows are changed only inside ``Database.write``.
"""

from glimpser.database.models.events import Activity, ActivityReview, ActivityType, Event, EventLog, EventText
from glimpser.database.models.identity import (
    ApiKey,
    Device,
    Grant,
    LimitUse,
    Role,
    Session,
    SignInFailure,
    User,
    UserIdentity,
)
from glimpser.database.models.links import AccountLink, ShareLink
from glimpser.database.models.media import MediaFile, Snapshot
from glimpser.database.models.plugins import PluginState, PluginValue
from glimpser.database.models.records import AuditEvent, IdempotencyKey
from glimpser.database.models.settings import MetaValue, Setting
from glimpser.database.models.streams import Stream, StreamGroup, StreamGroupMember

__all__ = [
    "AccountLink",
    "Activity",
    "ActivityReview",
    "ActivityType",
    "ApiKey",
    "AuditEvent",
    "Device",
    "Event",
    "EventLog",
    "EventText",
    "Grant",
    "IdempotencyKey",
    "LimitUse",
    "MediaFile",
    "MetaValue",
    "PluginState",
    "PluginValue",
    "Role",
    "Session",
    "Setting",
    "ShareLink",
    "SignInFailure",
    "Snapshot",
    "Stream",
    "StreamGroup",
    "StreamGroupMember",
    "User",
    "UserIdentity",
]

# A docstring is for readers. Tortoise would also make it the table's comment, and then editing one were a migration.
for _name in __all__:
    globals()[_name]._meta.table_description = ""
