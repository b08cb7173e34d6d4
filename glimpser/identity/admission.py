"""Who is served at all, as plugins say before anybody is asked who they are. Where one that says so does not run, only
this machine is served: rules that cannot be asked must not become no rules.

One that cannot even be imported, or was uninstalled, cannot say that it has a say: the hub remembers which did. What
such a plugin still keeps are rules in force, until it is switched off or purged."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Collection
from typing import Any

from glimpser.database import Database, kept_by
from glimpser.database.models import MetaValue
from glimpser.origins import Origins
from glimpser.plugins.host import PluginHost
from glimpser.plugins.rows import keeps
from glimpser.plugins.state import Plugin, State
from glimpser_sdk.auth import AdmissionBackend

log = logging.getLogger("glimpser.identity")


KNOWN = "admission"
"""The key under which the installation remembers the ids of plugins that say who is served."""
SWITCHED_OFF = ("plugin.disabled", "plugin.not_allowed")
"""Why somebody does not want it to be asked. That safe mode leaves it out is no such wish."""


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


async def lost(db: Database, host: PluginHost, origins: Origins) -> list[str]:
    """Plugins that said who is served when they last could, that cannot say anything now, and that keep or were given
    something to go by. Remembers those that can."""
    offering = {plugin.id for plugin in host.plugins.values() if _offers(plugin)}
    row = await MetaValue.filter(key=KNOWN).first()
    known = set(row.value if row else ())
    silent = {i for i in known - offering if i not in host.plugins or host.plugins[i].contribution is None}
    if known != (now := offering | silent):
        await db.write(lambda conn: MetaValue.update_or_create({"value": sorted(now)}, using_db=conn, key=KNOWN))
    found = []
    for plugin_id in sorted(silent):
        plugin = host.plugins.get(plugin_id)
        if plugin is not None and plugin.reason is not None and plugin.reason.code in SWITCHED_OFF:
            continue
        told = origins.plugin_section(plugin_id) or origins.plugin_variables(plugin_id)
        if told or await keeps(plugin_id) or await kept_by(db.reader, plugin_id):
            found.append(plugin_id)
    return found


def make(
    host: PluginHost, context_of: Any, failed: Callable[[str, Exception], None], lost: Collection[str] = ()
) -> Admission:
    """Make what the running plugins offer. ``failed(plugin_id, error)`` hears of those that cannot be made; ``lost``:
    see there."""
    found: dict[str, AdmissionBackend] = {}
    silent = set(lost)
    for offer in host.registry.auth_backends.values():
        if offer.spec.kind == "admission":
            try:
                found[offer.spec.id] = offer.spec.factory.load()(context_of(offer.plugin))
            except Exception as error:  # a plugin's code: anything may come out of it
                log.error("plugin %s: %s cannot be asked who is served: %s", offer.plugin, offer.spec.id, error)
                failed(offer.plugin, error)
                silent.add(offer.plugin)
    silent |= {plugin.id for plugin in host.plugins.values() if _offers(plugin) and _stopped(plugin)}
    for plugin_id in sorted(silent):
        way = "disable" if plugin_id in host.plugins else "purge"
        log.error("plugin %s says who is served and does not run, so only this machine is: mend it, or run "
                  "glimpser plugins %s %s, and start the hub anew", plugin_id, way, plugin_id)  # fmt: skip
        found[f"{plugin_id} does not run"] = ThisMachine()
    return Admission(found)


def _offers(plugin: Plugin) -> bool:
    return any(spec.kind == "admission" for spec in plugin.contribution.auth_backends) if plugin.contribution else False


def _stopped(plugin: Plugin) -> bool:
    """Whether something else than its operator stopped it."""
    return not plugin.alive and plugin.state is not State.DISABLED
