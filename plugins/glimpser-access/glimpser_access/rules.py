"""The rules in memory, asked for every request."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import maxminddb

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; ``network`` or ``country`` is set."""

    id: str
    effect: str
    network: Network | None
    country: str

    @classmethod
    def of(cls, id: str, effect: str, network: str | None, country: str | None) -> Rule:
        """From texts."""
        return cls(id, effect, ipaddress.ip_network(network) if network else None, country or "")

    def fits(self, address: Address, country: str) -> bool:
        """Whether an address is one of its."""
        if self.network is None:
            return self.country == country
        return address.version == self.network.version and address in self.network


class Rules:
    """Kind ``admission``. ``load`` reads what is kept; changes are told by ``use``."""

    def __init__(self, ctx: HubContext) -> None:
        self._ctx = ctx
        self._rules: tuple[Rule, ...] | None = None
        self._countries: Any = None

    async def load(self) -> None:
        """Read the kept rules and open the GeoIP database. What of the latter is wrong is told in the log: without it
        no country fits any rule."""
        from .models import AccessRule

        file = self._ctx.config.geoip_file if self._ctx.config is not None else None
        self._countries = None
        if file is not None:
            try:
                self._countries = maxminddb.open_database(str(file), maxminddb.MODE_MEMORY)
            except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
                self._ctx.log.error("the GeoIP database %s cannot be read: %s", file, error)
        self.use([Rule.of(r.id, r.effect, r.network, r.country) for r in await AccessRule.all().order_by("id")])

    def use(self, rules: Iterable[Rule]) -> None:
        """These count from now on."""
        self._rules = tuple(rules)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Those that count."""
        return self._rules or ()

    @property
    def knows_countries(self) -> bool:
        """Whether there is a GeoIP database."""
        return self._countries is not None

    def admits(self, address: str, role: str | None) -> bool:
        """Whether who comes from there is served; ``role`` is None before it is known. While the rules could not be
        read, this machine alone is."""
        if self._rules is None:
            found = _address(address)
            return found is not None and found.is_loopback
        return self.would_admit(self._rules, address, role)

    def would_admit(self, rules: Iterable[Rule], address: str, role: str | None) -> bool:
        """The same by other rules. Without an address nobody is admitted where a rule says who is."""
        rules = tuple(rules)
        if not rules:
            return True
        found = _address(address)
        if found is None:
            return False
        country = self._country(found) if any(rule.country for rule in rules) else ""
        effects = {rule.effect for rule in rules if rule.fits(found, country)}
        if "block" in effects or ("admin_only" in effects and role not in (None, "admin")):
            return False
        return "allow" in effects or all(rule.effect != "allow" for rule in rules)

    def _country(self, address: Address) -> str:
        if self._countries is None:
            return ""
        try:
            found = self._countries.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return ""
        country = found.get("country") if isinstance(found, dict) else None
        return str(country.get("iso_code", "")) if isinstance(country, dict) else ""


def _address(text: str) -> Address | None:
    try:
        found: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


_made: WeakKeyDictionary[HubContext, Rules] = WeakKeyDictionary()


def rules_of(ctx: HubContext) -> Rules:
    """The rules of this hub: the ones that routes change are the ones that requests are asked by."""
    return _made.setdefault(ctx, Rules(ctx))
