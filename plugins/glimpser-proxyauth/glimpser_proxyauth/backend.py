"""Reads the header of a trusted proxy, and of nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from glimpser_proxyauth.config import ProxyAuthConfig
from glimpser_sdk.auth import Proven

if TYPE_CHECKING:
    from glimpser_sdk.contexts import HubContext

NAME = re.compile(r"[\w.@+-]{1,64}")
MAX_GROUPS = 4096


class ProxyBackend:
    """A ``HeaderBackend`` (see ``glimpser_sdk.auth``)."""

    def __init__(self, ctx: HubContext) -> None:
        self._config: ProxyAuthConfig = ctx.config or ProxyAuthConfig()
        self._user = self._config.user_header.lower()
        self._groups = (self._config.groups_header or "").lower()

    def prove(self, peer: str, headers: Iterable[tuple[str, str]]) -> Proven | None:
        """Who a trusted proxy names, exactly once. Two headers, or two names in one, are somebody's attempt to be
        heard beside the proxy."""
        if not self._trusts(peer):
            return None
        users, groups = [], []
        for name, value in headers:
            # Servers behind some proxies read Remote_User as the same header, so a proxy may have let it through.
            plain = name.lower().replace("_", "-")
            if plain == self._user:
                users.append(value)
            elif self._groups and plain == self._groups:
                groups.append(value)
        if len(users) != 1 or not NAME.fullmatch(users[0]) or len(groups) > 1:
            return None
        role = None
        if self._config.roles:
            role = self._role(groups[0] if groups else "")
            if role is None:
                return None
        create = self._config.create
        return Proven(name=users[0], role=role, create_as=(role or self._config.create_role) if create else None)

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address.version == network.version and address in network for network in self._config.networks)

    def _role(self, groups: str) -> str | None:
        own = {part.strip() for part in groups[:MAX_GROUPS].split(",")}
        return next((entry.role for entry in self._config.roles if entry.group in own), self._config.other_role)
