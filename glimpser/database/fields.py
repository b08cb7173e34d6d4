"""Column types that every table shares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from tortoise import fields

from glimpser_sdk.ids import new_id

ID_LENGTH = 26
T = TypeVar("T", datetime, datetime | None)


class UtcField(fields.DatetimeField[T]):
    """A moment, always stored in UTC.

    SQLite compares times as text, which is only right when all of them have one offset, so values are converted.
    A time without a zone is refused (ValueError): it could mean anything.
    """

    def to_db_value(self, value: Any, instance: Any) -> Any:
        if isinstance(value, datetime):
            if value.utcoffset() is None:
                raise ValueError(f"{self.model_field_name}: a time needs a zone, got {value.isoformat()}")
            value = value.astimezone(UTC)
        return super().to_db_value(value, instance)


def id_key() -> fields.CharField[str]:
    """The primary key of a table: a fresh id unless one is given."""
    return fields.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id)


def id_ref(*, db_index: bool = False) -> fields.CharField[str]:
    """A plain column with another object's id, which may outlive that object."""
    return fields.CharField(max_length=ID_LENGTH, db_index=db_index)


def id_or_none(*, db_index: bool = False) -> fields.CharField[str | None]:
    """Like id_ref, or nothing."""
    return fields.CharField(max_length=ID_LENGTH, null=True, db_index=db_index)
