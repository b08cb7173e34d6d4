"""Finding the backends of passwords and second factors among the plugins, with or without a hub."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from glimpser.plugins.host import PluginHost
from glimpser.plugins.policy import policy_of
from glimpser.plugins.registry import Registry
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

    def __init__(self, plugin_id: str) -> None:
        self.plugin_id = plugin_id
        self.config = None
        self.log = logging.getLogger(f"glimpser.plugins.{plugin_id}")


def load_backend(settings: Settings) -> PasswordBackend | None:
    """The password backend for a command. Blocks; imports plugins."""
    host = PluginHost(policy_of(settings.origins, {}))
    host.load()
    return first_backend(host.registry, _CommandLine)
