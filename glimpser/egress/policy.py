"""Which addresses may be reached, for which purpose. Pure: no name is resolved and nothing is opened here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from glimpser.egress.errors import Params, Refused
from glimpser.egress.urls import normalize_host

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Purpose = str


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What one purpose may do: URL schemes, address classes beyond the public ones, credentials in URLs, and how many
    bytes a lease may move within an hour. ``named``: only hosts that the lease names."""

    schemes: frozenset[str] = frozenset({"http", "https"})
    classes: frozenset[str] = frozenset()
    userinfo: bool = False
    named: bool = False
    hourly_bytes: int = 2_000_000_000


PROFILES: Mapping[Purpose, Profile] = {
    "camera": Profile(
        schemes=frozenset({"rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "srt"}),
        classes=frozenset({"private"}),
        userinfo=True,
        hourly_bytes=200_000_000_000,
    ),
    "web": Profile(),
    "webhook": Profile(),
    "feed": Profile(),
    "model": Profile(hourly_bytes=50_000_000_000),
    "identity": Profile(classes=frozenset({"private"}), named=True, hourly_bytes=200_000_000),
}

_CLASSES: tuple[tuple[str, str], ...] = (
    ("unspecified", "0.0.0.0/8 ::/128"),
    ("loopback", "127.0.0.0/8 ::1/128"),
    (
        "metadata",
        "169.254.169.0/24 169.254.170.0/24 168.63.129.16/32 100.100.100.200/32 192.0.0.192/32 fd00:ec2::/32 "
        "fd20:ce::254/128",
    ),
    ("link_local", "169.254.0.0/16 fe80::/10"),
    ("private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7"),
    ("shared", "100.64.0.0/10"),
    ("multicast", "224.0.0.0/4 ff00::/8"),
    (
        "reserved",
        # Special-purpose blocks of the IANA registries. Teredo, in 2001::/23, is unwrapped before.
        "192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 "
        "2001::/23 2001:db8::/32 3fff::/20",
    ),
)
_NETWORKS: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(n), name) for name, nets in _CLASSES for n in nets.split()
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_NEVER = frozenset({"unspecified", "multicast", "metadata"})

# Ports of services that are not what they seem when spoken to in HTTP or RTSP: the list browsers block, without 554.
# fmt: off
_BLOCKED_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530,
    531, 532, 540, 548, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
})
# fmt: on


def classify(address: Address) -> str:
    """The class of an address: public, or one of unspecified, loopback, metadata, link_local, private, shared,
    multicast, reserved. An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4, Teredo) is what counts."""
    inner = _inner(address)
    for one in inner:
        name = classify(one)
        if name != "public":
            return name
    if inner:
        return "public"
    for network, name in _NETWORKS:
        if address in network:
            return name
    return "public" if isinstance(address, IPv4Address) or address in _GLOBAL_V6 else "reserved"


def _inner(address: Address) -> tuple[IPv4Address, ...]:
    if isinstance(address, IPv4Address):
        return ()
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


@dataclass(frozen=True)
class Rule:
    """One listed exception: a network or a host name, for a range of ports (None = every port not blocked)."""

    purpose: Purpose
    network: Network | None
    host: str | None
    ports: tuple[int, int] | None

    def matches(self, purpose: Purpose, host: str, address: Address, port: int) -> bool:
        if purpose != self.purpose or (self.ports and not self.ports[0] <= port <= self.ports[1]):
            return False
        if self.network is None:
            return host == self.host
        candidates = (address, *_inner(address))
        return any(a.version == self.network.version and a in self.network for a in candidates)


@dataclass(frozen=True)
class EgressPolicy:
    """The profiles of all purposes with the exceptions an administrator listed. ``own_ports``: where this machine
    serves Glimpser itself, which no exception opens."""

    rules: tuple[Rule, ...] = ()
    own_ports: set[int] = field(default_factory=set, compare=False)

    @classmethod
    def parse(cls, allow: str) -> EgressPolicy:
        """Read `GLIMPSER_EGRESS_ALLOW`: comma-separated `purpose=host-or-network[:port[-port]]`, IPv6 in brackets.

        Raises ValueError that names the item and what is wrong with it.
        """
        items = (item.strip() for item in allow.split(","))
        return cls(tuple(_parse_rule(item) for item in items if item))

    def profile(self, purpose: Purpose) -> Profile:
        """The profile of a purpose. Raises Refused `egress.purpose`."""
        try:
            return PROFILES[purpose]
        except KeyError:
            raise Refused("egress.purpose", {"purpose": purpose}) from None

    def judge(
        self,
        purpose: Purpose,
        host: str,
        address: Address,
        port: int,
        *,
        own: bool = False,
        named: bool = False,
        udp: bool = False,
    ) -> None:
        """Let this address and port through or raise Refused. `host` is the normalized name that was asked for, `own`
        whether the address belongs to this machine, which then counts as loopback, `named` whether the host is one of
        those that who asks was given. By `udp` go media and reports alone,
        so that there no service is taken for another."""
        profile = self.profile(purpose)
        kind = classify(address)
        if own and kind not in _NEVER:
            kind = "loopback"
        why = _params(purpose, host, address, port)
        if kind == "loopback" and port in self.own_ports:
            raise Refused("egress.own_port", why)
        listed = kind not in _NEVER and any(r.matches(purpose, host, address, port) for r in self.rules)
        if not listed and kind != "public" and kind not in profile.classes:
            raise Refused(f"egress.{kind}", why)
        if not listed and profile.named and not named:
            raise Refused("egress.not_named", why)
        if (port < 1024 if udp else port in _BLOCKED_PORTS) and not self._port_listed(purpose, host, address, port):
            raise Refused("egress.port", why)

    def _port_listed(self, purpose: Purpose, host: str, address: Address, port: int) -> bool:
        return any(r.ports is not None and r.matches(purpose, host, address, port) for r in self.rules)


def _params(purpose: Purpose, host: str, address: Address, port: int) -> Params:
    shown = f"[{address}]" if address.version == 6 else str(address)
    return {
        "purpose": purpose, "host": host, "address": str(address), "port": port, "allow": f"{purpose}={shown}:{port}"
    }  # fmt: skip


_RULE = re.compile(
    r"(?P<purpose>[a-z_]+)=(?:\[(?P<v6>[^\]]+)\](?P<mask>/\d{1,3})?|(?P<host>[^\[\]:\s]+))(?::(?P<a>\d{1,5})(?:-(?P<b>\d{1,5}))?)?"
)


def _parse_rule(item: str) -> Rule:
    match = _RULE.fullmatch(item)
    if match is None:
        raise ValueError(f"{item!r} is not of the form purpose=host-or-network[:port[-port]] (IPv6 in brackets)")
    purpose = match["purpose"]
    if purpose not in PROFILES:
        raise ValueError(f"{item!r}: {purpose!r} is not a purpose; allowed: {', '.join(sorted(PROFILES))}")
    ports = None
    if match["a"]:
        ports = (int(match["a"]), int(match["b"] or match["a"]))
        if not 1 <= ports[0] <= ports[1] <= 65535:
            raise ValueError(f"{item!r}: ports are 1 to 65535, the smaller one first")
    text = f"{match['v6']}{match['mask'] or ''}" if match["v6"] else match["host"]
    try:
        return Rule(purpose, ip_network(text), None, ports)
    except ValueError as error:
        if match["v6"] or "/" in text:
            raise ValueError(f"{item!r}: {error}") from None
    try:
        host = normalize_host(text)
    except Refused:
        raise ValueError(f"{item!r}: {text!r} is neither an address, a network nor a host name") from None
    try:
        return Rule(purpose, ip_network(ip_address(host)), None, ports)
    except ValueError:
        return Rule(purpose, None, host, ports)
