"""Who is served at all, as plugins say before anybody is asked who they are."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from glimpser.plugins.registry import Registry
from glimpser_sdk.auth import AdmissionBackend

log = logging.getLogger("glimpser.identity")


class Admission:
    """Asks all backends of the kind; each has to admit."""

    def __init__(self, backends: dict[str, AdmissionBackend]) -> None:
        self._backends = backends

    def admits(self, address: str, role: str | None = None) -> bool:
        """Whether a client at an address is served; ``role``: of who is asking, once that is known."""
        for name, backend in self._backends.items():
            try:
                if not backend.admits(address, role):
                    return False
            except Exception:  # a plugin's code: anything may come out of it
                log.exception("the admission backend %s failed; nobody is admitted", name)
                return False
        return True


def make(registry: Registry, context_of: Any, failed: Callable[[str, Exception], None]) -> Admission:
    """Make what the running plugins offer. ``failed(plugin_id, error)`` hears of those that cannot be made."""
    found: dict[str, AdmissionBackend] = {}
    for offer in registry.auth_backends.values():
        if offer.spec.kind == "admission":
            try:
                found[offer.spec.id] = offer.spec.factory.load()(context_of(offer.plugin))
            except Exception as error:  # a plugin's code: anything may come out of it
                log.error("plugin %s: %s cannot be asked who is served: %s", offer.plugin, offer.spec.id, error)
                failed(offer.plugin, error)
    return Admission(found)
