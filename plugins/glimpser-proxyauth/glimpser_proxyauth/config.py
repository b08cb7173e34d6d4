"""The plugin's settings."""

from __future__ import annotations

from ipaddress import IPv6Network, collapse_addresses
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, IPvAnyNetwork, field_validator

from glimpser_sdk.config import PluginConfig

WIDEST = {4: 8, 6: 16}
"""Shortest prefixes that are taken. What is wider is most of the Internet, and no proxy."""
MAPPED = IPv6Network("::ffff:0:0/96")
HEADER = r"^[A-Za-z0-9][A-Za-z0-9-]{0,99}$"
# The hub's own, and those that say something about the connection: nobody is called what they say.
TAKEN = {"authorization", "cookie", "host", "origin", "user-agent", "forwarded", "content-length", "content-type"}


def _usable(name: str) -> str:
    if name.lower() in TAKEN or name.lower().startswith(("x-forwarded-", "sec-")):
        raise ValueError(f"{name} says something else; use a header of its own, such as Remote-User")
    return name


Header = Annotated[str, Field(pattern=HEADER), AfterValidator(_usable)]


class GroupRole(BaseModel):
    """A group that the proxy names and the role that it stands for."""

    model_config = ConfigDict(extra="forbid")

    group: str = Field(min_length=1, max_length=200, description="As it stands in the groups header.")
    role: str = Field(min_length=1, max_length=100, description="Name or id of a role of this hub.")


class ProxyAuthConfig(PluginConfig):
    """Which proxies are believed, and what they say."""

    networks: list[IPvAnyNetwork] = Field(
        default=[],
        max_length=32,
        description="Addresses or networks of the proxies, as the hub sees them connect. Whoever connects from there "
        "can be anybody. Empty: nobody is believed.",
    )
    user_header: Header = Field(default="Remote-User", description="Header with the user name.")
    groups_header: Header | None = Field(
        default=None, description="Header with the user's groups, comma-separated; None: roles are given in the hub."
    )
    roles: list[GroupRole] = Field(
        default=[],
        max_length=100,
        description="Roles by group, looked at from the top at every sign-in: the first that fits is the user's role.",
    )
    other_role: str | None = Field(
        default=None, max_length=100,
        description="With roles: the role of those who are in none of the groups. None: they are refused.",
    )  # fmt: skip
    create: bool = Field(default=False, description="Make an account for whoever comes for the first time.")
    create_role: str = Field(
        default="guest", min_length=1, max_length=100, description="Role of such an account when roles is empty."
    )

    @field_validator("networks")
    @classmethod
    def _narrow(cls, networks: list[IPvAnyNetwork]) -> list[IPvAnyNetwork]:
        for network in networks:
            if network.version == 6 and network.subnet_of(MAPPED):
                raise ValueError(f"{network}: write an IPv4 network as such")
        for version, widest in WIDEST.items():
            # Two halves are as wide as the whole.
            for network in collapse_addresses(n for n in networks if n.version == version):
                if network.prefixlen < widest:
                    raise ValueError(
                        f"{network} would believe anybody who says to be somebody; name the addresses of your proxies"
                    )
        return networks
