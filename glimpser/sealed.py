"""Which rows hold encrypted values, and how all of them are read, checked and encrypted anew."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glimpser.database.fields import Row
from glimpser.database.models import PluginState, PluginValue, Session, Stream
from glimpser.keyfile import KeyMissing, KeyUnusable, make_key, read_keys
from glimpser.plugins.documents import map_leaves
from glimpser.secrets import Place, SecretBox, SecretError, is_encrypted

PAGE = 200

log = logging.getLogger("glimpser.secrets")


@dataclass(frozen=True, slots=True)
class Kind:
    """A table with encrypted values in ``columns``. ``row``: of `Place`; ``name``: for people."""

    model: type[Row]
    columns: tuple[str, ...]
    row: Callable[[Any], str]
    name: Callable[[Any], str]


KINDS = (
    Kind(Stream, ("config", "analyzers", "sinks"), lambda r: f"streams/{r.id}", lambda r: f"stream {r.name!r}"),
    Kind(PluginState, ("config",), lambda r: f"plugin_states/{r.plugin_id}", lambda r: f"plugin {r.plugin_id}"),
    Kind(PluginValue, ("value",), lambda r: f"plugin_kv/{r.plugin_id}/{r.key}", lambda r: f"plugin {r.plugin_id}"),
    # By user, because a session goes on under other ids.
    Kind(Session, ("provider_keep",), lambda r: f"sessions/user/{r.user_id}", lambda r: f"a session of {r.user_id}"),
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted value. ``owner``: whose it is, for people."""

    owner: str
    place: Place
    value: dict[str, str]

    def fault(self, box: SecretBox) -> str:
        """Why it does not open; '' when it does."""
        try:
            box.decrypt(self.value, self.place)
        except SecretError as error:
            return str(error)
        return ""


async def rows() -> AsyncIterator[tuple[Kind, Any]]:
    """Every row that holds an encrypted value, deleted streams too."""
    for kind in KINDS:
        last: Any = None
        key = kind.model._meta.pk_attr
        while True:
            found = kind.model.all() if last is None else kind.model.filter(**{f"{key}__gt": last})
            page = await found.order_by(key).limit(PAGE)
            for row in page:
                if values_of(kind, row):
                    yield kind, row
            if len(page) < PAGE:
                break
            last = page[-1].pk


def values_of(kind: Kind, row: Any) -> list[Sealed]:
    """The encrypted values of a row."""
    found: list[Sealed] = []
    for column in kind.columns:

        def note(pointer: str, value: Any, _: bool, column: str = column) -> Any:
            if is_encrypted(value):
                found.append(Sealed(kind.name(row), Place(kind.row(row), column + pointer), value))
            return value

        _walk(kind, getattr(row, column), note)
    return found


def changed(kind: Kind, row: Any, change: Callable[[Sealed], dict[str, str]]) -> dict[str, Any]:
    """The row's columns with every encrypted value replaced."""

    def replace(column: str) -> Any:
        def leaf(pointer: str, value: Any, _: bool) -> Any:
            place = Place(kind.row(row), column + pointer)
            return change(Sealed(kind.name(row), place, value)) if is_encrypted(value) else value

        return _walk(kind, getattr(row, column), leaf)

    return {column: replace(column) for column in kind.columns}


def _walk(kind: Kind, value: Any, change: Callable[[str, Any, bool], Any]) -> Any:
    # What lies inside a plugin's value is its own affair: only the whole is ever encrypted.
    return change("", value, False) if kind.model is PluginValue else map_leaves(None, value, change)


async def open_box(path: Path) -> SecretBox:
    """The keys of this installation; a new one for a database that holds no secret yet. Without them the box opens
    nothing: streams with secrets say so, and nothing is overwritten. SecretError for a key file that others read."""
    try:
        return SecretBox(*read_keys(path))
    except KeyMissing as error:
        if not [row async for row in rows()]:
            return SecretBox(make_key(path))
        why = str(error)
    except KeyUnusable as error:
        why = str(error)
    log.error("secrets cannot be read: %s", why)
    return SecretBox(without=why)
