"""The core's rows about plugins: switched on or off, stored configuration, and each plugin's own values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glimpser.database import Database
from glimpser.database.models.plugins import PluginState, PluginValue
from glimpser.secrets import Place, SecretBox, SecretError, is_encrypted
from glimpser_sdk.errors import ConfigInvalid


@dataclass(frozen=True, slots=True)
class StoredConfig:
    """``document`` as stored (secrets sealed), in the form of ``form`` (ConfigSpec.version). ``version`` grows with
    every change of the row and is its ETag."""

    document: dict[str, Any]
    form: int
    version: int


class Changed(Exception):
    """The row is no longer the one that the change was based on."""


async def read_config(plugin_id: str) -> StoredConfig | None:
    """A plugin's stored configuration; None when nothing was ever stored."""
    row = await PluginState.get_or_none(plugin_id=plugin_id)
    return StoredConfig(dict(row.config or {}), row.config_version, row.version) if row else None


async def keeps(plugin_id: str) -> bool:
    """Whether settings or values of a plugin are stored."""
    stored = await read_config(plugin_id)
    return bool(stored and stored.document) or await PluginValue.filter(plugin_id=plugin_id).exists()


async def read_enabled() -> dict[str, bool]:
    """How plugins were switched, by id; those that never were are not in it."""
    return {row.plugin_id: bool(row.enabled) for row in await PluginState.exclude(enabled=None)}


async def store_config(
    db: Database, plugin_id: str, document: dict[str, Any], form: int, *, expected: int | None = None
) -> int:
    """Store a sealed document; returns the row's new version. Changed when ``expected`` is not its version."""

    async def change(_: Any) -> int:
        row = await _row(plugin_id, expected)
        row.config, row.config_version = document, form
        await row.save()
        return row.version

    version: int = await db.write(change)
    return version


async def store_switch(db: Database, plugin_id: str, on: bool, *, expected: int | None = None) -> int:
    """Switch a plugin on or off from the next start; returns the row's new version. Changed as above."""

    async def change(_: Any) -> int:
        row = await _row(plugin_id, expected)
        row.enabled = on
        await row.save()
        return row.version

    version: int = await db.write(change)
    return version


async def _row(plugin_id: str, expected: int | None) -> PluginState:
    row = await PluginState.get_or_none(plugin_id=plugin_id)
    if expected is not None and expected != (row.version if row else 0):
        raise Changed(plugin_id)
    if row is None:
        return await PluginState.create(plugin_id=plugin_id, version=1)
    row.version += 1
    return row


class Values:
    """The key-value store of one plugin (see ``glimpser_sdk.contexts.KeyValueStore``)."""

    def __init__(self, db: Database, plugin_id: str, box: SecretBox) -> None:
        self._db = db
        self._plugin_id = plugin_id
        self._box = box

    async def get(self, key: str, default: Any = None) -> Any:
        row = await PluginValue.get_or_none(plugin_id=self._plugin_id, key=key)
        if row is None:
            return default
        if not is_encrypted(row.value):
            return row.value
        try:
            return self._box.decrypt(row.value, self._place(key))
        except SecretError as error:
            raise ConfigInvalid(str(error), code="secret.unreadable") from None

    async def set(self, key: str, value: Any) -> None:
        if is_encrypted(value):
            raise ConfigInvalid("a value cannot look like an encrypted one; store secrets with set_secret")
        await self._set(key, value)

    async def set_secret(self, key: str, value: Any) -> None:
        await self._set(key, self._box.encrypt(value, self._place(key)))

    def _place(self, key: str) -> Place:
        return Place(f"plugin_kv/{self._plugin_id}/{key}", "value")

    async def _set(self, key: str, value: Any) -> None:
        async def change(_: Any) -> None:
            await PluginValue.update_or_create({"value": value}, plugin_id=self._plugin_id, key=key)

        await self._db.write(change)

    async def delete(self, key: str) -> None:
        async def change(_: Any) -> None:
            await PluginValue.filter(plugin_id=self._plugin_id, key=key).delete()

        await self._db.write(change)
