"""Finding the backends of passwords and second factors among the plugins, with or without a hub."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from glimpser.keyfile import read_keys
from glimpser.plugins.config import References
from glimpser.plugins.host import PluginHost
from glimpser.plugins.policy import policy_of
from glimpser.plugins.registry import Registry
from glimpser.plugins.rows import read_config
from glimpser.plugins.sections import load_section
from glimpser.plugins.state import Plugin
from glimpser.secrets import SecretBox, SecretError
from glimpser_sdk.auth import FactorBackend, PasswordBackend

if TYPE_CHECKING:
    from glimpser.settings import Settings


def first_backend(registry: Registry, context_of: Any) -> PasswordBackend | None:
    """The first password backend in their order; None when no running plugin offers one."""
    for offer in registry.auth_backends.values():
        if offer.spec.kind == "password":
            backend: PasswordBackend = offer.spec.factory.load()(context_of(offer.plugin))
            return backend
    return None


def factor_backends(registry: Registry, context_of: Any) -> dict[str, FactorBackend]:
    """The backends of second factors by their id."""
    offers = [offer for offer in registry.auth_backends.values() if offer.spec.kind == "factor"]
    return {offer.spec.id: offer.spec.factory.load()(context_of(offer.plugin)) for offer in offers}


class _CommandLine:
    """What a password backend may use of its context when no hub runs."""

    def __init__(self, plugin_id: str, config: BaseModel | None) -> None:
        self.plugin_id = plugin_id
        self.config = config
        self.log = logging.getLogger(f"glimpser.plugins.{plugin_id}")


async def load_backend(settings: Settings) -> PasswordBackend | None:
    """The password backend for a command, with its plugin's settings. Imports plugins; the database has to be open.
    ConfigInvalid for settings that cannot be used."""
    host = PluginHost(policy_of(settings.origins, {}))
    host.load()
    configs = {
        offer.plugin: await _config(settings, host.plugins[offer.plugin])
        for offer in host.registry.auth_backends.values()
        if offer.spec.kind == "password"
    }
    return first_backend(host.registry, lambda plugin_id: _CommandLine(plugin_id, configs[plugin_id]))


async def _config(settings: Settings, plugin: Plugin) -> BaseModel | None:
    spec = plugin.contribution.config if plugin.contribution else None
    if spec is None:
        return None
    try:
        box = SecretBox(*read_keys(settings.key_path))
    except SecretError as error:
        box = SecretBox(without=str(error))
    references = References.of(settings.data_dir, settings.key_path)
    return load_section(plugin.id, spec, settings.origins, await read_config(plugin.id), box, references).config
