"""``glimpser apply``: makes the streams what a file says, by ``external_key``; says first what would change."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from glimpser.database.models import Stream
from glimpser.plugins.config import DocumentInvalid, unkeepable
from glimpser.redaction import MASK
from glimpser_sdk.errors import ConfigInvalid

from .inputs import StreamIn
from .store import StreamStore

MAX_BYTES = 8 * 1024 * 1024


class StreamsFile(BaseModel):
    """The file: TOML or JSON. Each stream needs an ``external_key``."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    streams: list[StreamIn] = Field(default_factory=list, max_length=10_000)


@dataclass(frozen=True, slots=True)
class Step:
    """One difference. ``fields`` of a change, without values: some are secrets."""

    action: Literal["create", "change", "delete", "keep"]
    key: str
    name: str
    fields: tuple[str, ...] = ()
    given: StreamIn | None = None
    row: Stream | None = None

    def line(self) -> str:
        """As it is shown."""
        mark = {"create": "+", "change": "~", "delete": "-", "keep": "="}[self.action]
        detail = f": {', '.join(self.fields)}" if self.fields else ""
        return f"{mark} {self.key} ({self.name}){detail}"


def read(path: Path) -> StreamsFile:
    """The file. ConfigInvalid says where it is wrong."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigInvalid(f"{path} cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise ConfigInvalid(f"{path} is larger than {MAX_BYTES} bytes")
    try:
        document: Any = json.loads(raw) if path.suffix == ".json" else tomllib.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise ConfigInvalid(f"{path} is not {kind}: {error}") from None
    if fault := unkeepable(document):
        raise ConfigInvalid(f"{path}: {fault.pointer.removeprefix('/')}: {fault.message}")
    try:
        text = json.dumps(document, allow_nan=False)
    except (TypeError, ValueError) as error:  # TOML has dates and infinite numbers, a stream has not
        raise ConfigInvalid(f"{path}: {error}") from None
    try:
        found = StreamsFile.model_validate_json(text, strict=True)  # as in the API: "yes" is no boolean
    except ValidationError as error:
        lines = [
            "/".join(str(p) for p in e["loc"]) + ": " + e["msg"].removeprefix("Value error, ")
            for e in error.errors(include_url=False, include_input=False)
        ]
        raise ConfigInvalid(f"{path}: " + "; ".join(lines)) from None
    keys = [s.external_key for s in found.streams]
    for number, key in enumerate(keys):
        if key is None:
            raise ConfigInvalid(f"{path}: streams/{number}: external_key is needed, so that the stream is found again")
        if key in keys[:number]:
            raise ConfigInvalid(f"{path}: streams/{number}: external_key {key!r} is there twice")
    return found


async def plan(store: StreamStore, file: StreamsFile, *, prune: bool) -> list[Step]:
    """What would change. ``prune``: also delete streams that have an ``external_key`` which the file does not name."""
    rows = {r.external_key: r for r in await Stream.filter(deleted_at=None, external_key__isnull=False).order_by("id")}
    steps = []
    for given in file.streams:
        key = str(given.external_key)
        row = rows.pop(key, None)
        checked = _checked(store, given, key)
        if row is None:
            steps.append(Step("create", key, given.name, given=given))
            continue
        before = await store.given(row)
        fields = tuple(f for f in StreamIn.model_fields if _differs(f, checked, before, given))
        steps.append(Step("change" if fields else "keep", key, given.name, fields, given, row))
    if prune:
        steps += [Step("delete", str(key), row.name, row=row) for key, row in rows.items()]
    return steps


async def carry_out(store: StreamStore, steps: list[Step]) -> None:
    """Do what was planned, one stream after the other."""
    for step in steps:
        if step.action == "create" and step.given is not None:
            await store.create(step.given)
        elif step.action == "change" and step.given is not None and step.row is not None:
            await store.change(step.row, step.given, lambda _: None)
        elif step.action == "delete" and step.row is not None:
            await store.delete(step.row, lambda _: None)


def _checked(store: StreamStore, given: StreamIn, key: str) -> StreamIn:
    if MASK in given.model_dump_json():
        raise ConfigInvalid(f'{key}: write the secret itself or a reference such as {{$env = "NAME"}}, not {MASK}')
    try:
        return store.checked(given)
    except ConfigInvalid as error:
        named = isinstance(error, DocumentInvalid) or not error.field
        raise ConfigInvalid(f"{key}: {error}" if named else f"{key}: {error.field}: {error}") from None


def _differs(field: str, new: StreamIn, old: StreamIn, given: StreamIn) -> bool:
    if field == "regions":
        # Regions without an id in the file get a new one at each reading; their id is no difference.
        return [_region(r) for r in new.regions] != [_region(r) for r in old.regions]
    if field == "groups" and field not in given.model_fields_set:
        return False
    return bool(_plain(getattr(new, field)) != _plain(getattr(old, field)))


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value


def _region(region: Any) -> tuple[str, str, Any]:
    found = region.model_dump(mode="json") if isinstance(region, BaseModel) else region
    return found["name"], found["kind"], [list(p) for p in found["polygon"]]
