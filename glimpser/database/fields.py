"""Column types that every table shares."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, TypeVar

from tortoise import fields
from tortoise.models import Model

from glimpser_sdk.ids import new_id

ID_LENGTH = 26
T = TypeVar("T", datetime, datetime | None)


class UtcField(fields.DatetimeField[T]):
    """A moment, always stored in UTC.

    SQLite compares times as text, which is only right when all of them have one offset, so values are converted.
    A time without a zone is refused (ValueError): it could mean anything.
    """

    def to_db_value(self, value: Any, instance: Any) -> Any:
        return super().to_db_value(self._in_utc(value), instance)

    def to_python_value(self, value: Any) -> Any:
        return super().to_python_value(self._in_utc(value))

    def _in_utc(self, value: Any) -> Any:
        if not isinstance(value, datetime):
            return value
        if value.utcoffset() is None:
            raise ValueError(f"{self.model_field_name}: a time needs a zone, got {value.isoformat()}")
        return value.astimezone(UTC)


class JsonField(fields.JSONField[Any]):
    """Any plain value: text stays text, also text that looks like JSON (in models that derive from Row)."""

    def to_db_value(self, value: Any, instance: Any) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"), allow_nan=False)

    def to_python_value(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str | bytes) else value


class Row(Model):
    """Base of the core's tables."""

    class Meta:
        abstract = True

    def _set_kwargs(self, kwargs: dict[str, Any]) -> set[str]:
        # Tortoise decodes what a caller passes as if it came from the database, which would turn the text "1" into 1.
        plain = {name: kwargs[name] for name in kwargs if isinstance(self._meta.fields_map.get(name), JsonField)}
        passed = super()._set_kwargs({name: value for name, value in kwargs.items() if name not in plain})
        for name, value in plain.items():
            setattr(self, name, value)
        return passed | plain.keys()


def id_key() -> fields.CharField[str]:
    """The primary key of a table: a fresh id unless one is given."""
    return fields.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id)


def id_ref(*, db_index: bool = False) -> fields.CharField[str]:
    """A plain column with another object's id, which may outlive that object."""
    return fields.CharField(max_length=ID_LENGTH, db_index=db_index)


def id_or_none(*, db_index: bool = False) -> fields.CharField[str | None]:
    """Like id_ref, or nothing."""
    return fields.CharField(max_length=ID_LENGTH, null=True, db_index=db_index)
