"""Who is served at all, as plugins say before anybody is asked who they are. Where one that says so does not run, only
this machine is served: rules that cannot be asked must not become no rules."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable
from typing import Any

from glimpser.plugins.host import PluginHost
from glimpser.plugins.state import Plugin, State
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


class ThisMachine:
    """In place of a backend that cannot be asked."""

    def admits(self, address: str, role: str | None) -> bool:
        """Loopback alone."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return (mapped or found).is_loopback


def make(host: PluginHost, context_of: Any, failed: Callable[[str, Exception], None]) -> Admission:
    """Make what the running plugins offer. ``failed(plugin_id, error)`` hears of those that cannot be made."""
    found: dict[str, AdmissionBackend] = {}
    for offer in host.registry.auth_backends.values():
        if offer.spec.kind == "admission":
            try:
                found[offer.spec.id] = offer.spec.factory.load()(context_of(offer.plugin))
            except Exception as error:  # a plugin's code: anything may come out of it
                log.error("plugin %s: %s cannot be asked who is served: %s", offer.plugin, offer.spec.id, error)
                failed(offer.plugin, error)
    for plugin in host.plugins.values():
        if _missing(plugin):
            log.error("plugin %s says who is served and does not run, so only this machine is: mend it, or run "
                      "glimpser plugins disable %s, and start the hub anew", plugin.id, plugin.id)  # fmt: skip
            found[f"{plugin.id} does not run"] = ThisMachine()
    return Admission(found)


def _missing(plugin: Plugin) -> bool:
    """Whether a plugin that was not switched off offers such a backend and was stopped by something."""
    offers = plugin.contribution.auth_backends if plugin.contribution else ()
    stopped = not plugin.alive and plugin.state is not State.DISABLED
    return stopped and any(spec.kind == "admission" for spec in offers)
