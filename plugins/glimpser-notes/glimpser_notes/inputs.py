"""What requests may say, and problems that name the field which is wrong."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from glimpser_sdk.ids import ID_PATTERN, is_id
from glimpser_sdk.web import Problem


def _id(value: str) -> str:
    if not is_id(value):
        raise ValueError("this is no id")
    return value


def _text(value: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in value):
        raise ValueError("control characters are not allowed")
    if not value.strip():
        raise ValueError("write something")
    return value


# The patterns are for forms and the API's description; the validators say in words what is wrong.
_PLAIN = r"[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*"
Id = Annotated[str, Field(json_schema_extra={"pattern": ID_PATTERN}), AfterValidator(_id)]
Text = Annotated[
    str,
    Field(min_length=1, max_length=2000, json_schema_extra={"pattern": f"^{_PLAIN}[!-~]{_PLAIN}$"}),
    AfterValidator(_text),
]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ListQuery(_Input):
    """Which notes; ``cursor`` comes from the ``Link`` of the page before."""

    stream: Id
    object: Id | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Id | None = None


class NewNote(_Input):
    """A note to be added. Without ``object_id`` it is about the stream."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"properties": {"object_type": {"const": "stream"}, "object_id": {"type": "null"}}},
                {
                    "properties": {"object_type": {"const": "activity"}, "object_id": {"type": "string"}},
                    "required": ["object_type", "object_id"],
                },
            ]
        }
    )

    stream_id: Id
    object_type: Literal["stream", "activity"] = "stream"
    object_id: Id | None = Field(default=None, validate_default=True)
    text: Text

    @field_validator("object_id")
    @classmethod
    def _fits(cls, value: str | None, info: ValidationInfo) -> str | None:
        stream, kind = info.data.get("stream_id"), info.data.get("object_type")
        if kind == "activity" and value is None:
            raise ValueError("name the activity")
        if kind == "stream" and value is not None:
            raise ValueError("leave it out of a note about the stream")
        return value or stream


class Change(_Input):
    """What changes."""

    text: Text


class NoteOut(BaseModel):
    """A note as it is answered; times are RFC 3339."""

    id: str
    stream_id: str
    object_type: Literal["stream", "activity"]
    object_id: str
    text: str
    author_id: str
    author_name: str
    version: int
    created_at: str
    updated_at: str


def invalid(field: str, message: str) -> Problem:
    """What is said about a field that is wrong. ``field``: a JSON pointer."""
    name = field.removeprefix("/")
    return Problem(422, "notes.invalid", f"{name}: {message}" if name else message, field=name)
