from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glimpser.egress.errors import Refused
from glimpser.egress.policy import Address, EgressPolicy, classify


def verdict(
    policy: EgressPolicy, purpose: str, address: str, port: int = 443, host: str = "h", own: bool = False
) -> str:
    try:
        policy.judge(purpose, host, ipaddress.ip_address(address), port, own=own)
    except Refused as refusal:
        return refusal.code
    return "ok"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("8.8.8.8", "public"),
        ("2606:4700::1111", "public"),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("::", "unspecified"),
        ("127.0.0.1", "loopback"),
        ("127.255.0.9", "loopback"),
        ("::1", "loopback"),
        ("169.254.169.254", "metadata"),
        ("169.254.1.1", "link_local"),
        ("fe80::1", "link_local"),
        ("168.63.129.16", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("10.0.0.1", "private"),
        ("172.31.255.255", "private"),
        ("172.32.0.1", "public"),
        ("192.168.1.1", "private"),
        ("fd12::1", "private"),
        ("100.64.0.1", "shared"),
        ("100.127.255.255", "shared"),
        ("100.128.0.0", "public"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("198.18.0.1", "reserved"),
        ("2001:db8::1", "reserved"),
        ("4000::1", "reserved"),
        ("::7f00:1", "reserved"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:8.8.8.8", "public"),
        ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b::808:808", "public"),
        ("64:ff9b:1::808:808", "reserved"),
        ("2002:7f00:1::1", "loopback"),
        ("2002:a9fe:a9fe::", "metadata"),
        ("2002:808:808::1", "public"),
        # Teredo: server 8.8.8.8, client 127.0.0.1 (stored inverted)
        ("2001:0:808:808:0:0:80ff:fffe", "loopback"),
        ("2001:0:7f00:1:0:0:f7f7:f7f7", "loopback"),
    ],
)
def test_each_address_has_its_class(address: str, kind: str) -> None:
    assert classify(ipaddress.ip_address(address)) == kind


def oracle_is_public(address: Address) -> bool:
    """Python's own registry tables, with tunnelled IPv4 taken out by its own helpers."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return oracle_is_public(address.ipv4_mapped)
        if address.sixtofour:
            return oracle_is_public(address.sixtofour)
        if address.teredo:
            return all(oracle_is_public(part) for part in address.teredo)
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return oracle_is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.is_reserved or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


# Where this policy is stricter than Python's tables, each for a reason given in policy.py.
STRICTER = [
    ipaddress.ip_network(text)
    for text in (
        "168.63.129.16",
        "192.88.99.0/24",
        "192.0.0.0/24",
        "2001::/23",
        "3fff::/20",
        "::/3",
        "4000::/2",
        "8000::/1",
    )
]

v4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)
v6 = st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address)
EDGES = [
    "127.0.0.0/8",
    "10.0.0.0/8",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
]
near = st.sampled_from([ipaddress.IPv4Network(text) for text in EDGES]).flatmap(
    lambda net: st.integers(-2, net.num_addresses + 1).map(
        lambda offset: ipaddress.IPv4Address((int(net[0]) + offset) % 2**32)
    )
)
inner = st.one_of(v4, near)
tunnelled = st.one_of(
    inner.map(lambda a: ipaddress.IPv6Address(0xFFFF << 32 | int(a))),
    inner.map(lambda a: ipaddress.IPv6Address(0x64FF9B << 96 | int(a))),
    st.tuples(inner, st.integers(0, 2**80 - 1)).map(
        lambda t: ipaddress.IPv6Address(0x2002 << 112 | int(t[0]) << 80 | t[1])
    ),
    st.tuples(inner, inner).map(
        lambda t: ipaddress.IPv6Address(0x20010000 << 96 | int(t[0]) << 64 | (int(t[1]) ^ 0xFFFFFFFF))
    ),
    st.integers(0, 2**125 - 1).map(lambda n: ipaddress.IPv6Address(0b001 << 125 | n)),
)


@given(st.one_of(v4, near, v6, tunnelled))
def test_web_reaches_only_what_an_independent_table_calls_public(address: Address) -> None:
    allowed = verdict(EgressPolicy(), "web", str(address)) == "ok"
    public = oracle_is_public(address)
    assert not allowed or public
    if public and not allowed:
        assert any(address.version == net.version and address in net for net in STRICTER) or isinstance(
            address, ipaddress.IPv6Address
        )


@given(near)
def test_a_tunnel_never_reaches_further_than_the_address_inside(address: ipaddress.IPv4Address) -> None:
    plain = verdict(EgressPolicy(), "camera", str(address))
    assert verdict(EgressPolicy(), "camera", f"::ffff:{address}") == plain
    assert verdict(EgressPolicy(), "camera", f"64:ff9b::{address}") == plain


def test_camera_reaches_the_lan_and_web_does_not() -> None:
    policy = EgressPolicy()
    for address in ("10.1.2.3", "172.16.0.1", "192.168.7.7", "fd12::1"):
        assert verdict(policy, "camera", address) == "ok"
        assert verdict(policy, "web", address) == "egress.private"


def test_own_addresses_count_as_loopback() -> None:
    assert verdict(EgressPolicy(), "camera", "192.168.7.7", own=True) == "egress.loopback"
    assert verdict(EgressPolicy(), "web", "8.8.8.8", own=True) == "egress.loopback"
    assert verdict(EgressPolicy.parse("camera=192.168.7.7"), "camera", "192.168.7.7", own=True) == "ok"


def test_listed_exceptions_open_exactly_what_they_name() -> None:
    policy = EgressPolicy.parse("camera=127.0.0.1, web=127.0.0.1:9000-9010,web=[fd00::/8]:443,web=nas.lan")
    assert verdict(policy, "camera", "127.0.0.1", 8554) == "ok"
    assert verdict(policy, "camera", "127.0.0.2", 8554) == "egress.loopback"
    assert verdict(policy, "web", "127.0.0.1", 9000) == "ok"
    assert verdict(policy, "web", "127.0.0.1", 9010) == "ok"
    assert verdict(policy, "web", "127.0.0.1", 9011) == "egress.loopback"
    assert verdict(policy, "web", "fd00::5", 443) == "ok"
    assert verdict(policy, "web", "fd00::5", 8443) == "egress.private"
    assert verdict(policy, "web", "10.0.0.5", host="nas.lan") == "ok"
    assert verdict(policy, "web", "10.0.0.5", host="nas.lan.evil.example") == "egress.private"


def test_nothing_opens_multicast_or_the_unspecified_address() -> None:
    policy = EgressPolicy.parse("camera=0.0.0.0/0,camera=[::/0]")
    assert verdict(policy, "camera", "224.0.0.1") == "egress.multicast"
    assert verdict(policy, "camera", "0.0.0.0") == "egress.unspecified"
    assert verdict(policy, "camera", "::") == "egress.unspecified"
    assert verdict(policy, "camera", "169.254.1.1") == "ok"


METADATA = (
    "169.254.169.254 169.254.170.2 168.63.129.16 100.100.100.200 192.0.0.192 fd00:ec2::254 fd20:ce::254 "
    "::ffff:169.254.169.254 64:ff9b::a9fe:a9fe"
)


@pytest.mark.parametrize("address", METADATA.split())
def test_nothing_opens_a_metadata_service(address: str) -> None:
    shown = f"[{address}]" if ":" in address else address
    policy = EgressPolicy.parse(f"camera=0.0.0.0/0,camera=[::/0],camera={shown}:443")
    assert verdict(policy, "camera", address) == "egress.metadata"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.8.8.8", "::ffff:127.0.0.1"])
def test_nothing_opens_the_hubs_own_ports(address: str) -> None:
    policy = EgressPolicy.parse("camera=0.0.0.0/0:1-65535,camera=[::/0]:1-65535")
    assert verdict(policy, "camera", address, 8080) == "ok"  # control
    policy.own_ports.add(8080)
    assert verdict(policy, "camera", address, 8080) == "egress.own_port"
    assert verdict(policy, "camera", "10.0.0.1", 8080) == "ok"


def test_an_identity_lease_reaches_what_it_names() -> None:
    policy = EgressPolicy.parse("identity=id.example")
    for address in ("8.8.8.8", "10.0.0.1"):
        assert verdict(policy, "identity", address) == "egress.not_named"
        policy.judge("identity", "sso.lan", ipaddress.ip_address(address), 443, named=True)
        policy.judge("identity", "id.example", ipaddress.ip_address(address), 443)
    with pytest.raises(Refused) as caught:
        policy.judge("identity", "sso.lan", ipaddress.ip_address("127.0.0.1"), 443, named=True)
    assert caught.value.code == "egress.loopback"


@pytest.mark.parametrize("purpose", ["web", "webhook", "feed", "model"])
def test_all_but_cameras_reach_public_addresses_alone(purpose: str) -> None:
    assert verdict(EgressPolicy(), purpose, "8.8.8.8") == "ok"
    assert verdict(EgressPolicy(), purpose, "192.168.1.1") == "egress.private"
    assert verdict(EgressPolicy(), "camera", "192.168.1.1") == "ok"  # control


def test_a_refusal_says_purpose_address_and_setting() -> None:
    with pytest.raises(Refused) as caught:
        EgressPolicy().judge("web", "nas.lan", ipaddress.ip_address("fd00::5"), 8443)
    text = str(caught.value)
    assert "web" in text
    assert "fd00::5" in text
    listed = re.search(r"add (\S+) to GLIMPSER_EGRESS_ALLOW", text)
    assert listed is not None
    EgressPolicy.parse(listed[1]).judge("web", "nas.lan", ipaddress.ip_address("fd00::5"), 8443)


def test_ports_of_other_protocols_are_refused_unless_listed_by_number() -> None:
    assert verdict(EgressPolicy(), "web", "8.8.8.8", 25) == "egress.port"
    assert verdict(EgressPolicy(), "camera", "10.0.0.1", 22) == "egress.port"
    assert verdict(EgressPolicy(), "camera", "10.0.0.1", 554) == "ok"
    assert verdict(EgressPolicy.parse("web=8.8.8.8"), "web", "8.8.8.8", 25) == "egress.port"
    assert verdict(EgressPolicy.parse("web=8.8.8.8:25"), "web", "8.8.8.8", 25) == "ok"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("camera", "not of the form"),
        ("disk=10.0.0.1", "'disk' is not a purpose; allowed: camera, feed, identity, model, web, webhook"),
        ("web=10.0.0.1:0", "ports are 1 to 65535"),
        ("web=10.0.0.1:9-8", "ports are 1 to 65535"),
        ("web=10.0.0.1/8", "has host bits set"),
        ("web=[zz::]", "zz::"),
        ("web=::1", "not of the form"),
        ("web=a..b", "neither an address"),
    ],
)
def test_a_mistake_in_the_list_names_the_item(item: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(item)) as caught:
        EgressPolicy.parse(f"camera=10.0.0.0/8,{item}")
    assert reason in str(caught.value)


def test_an_unknown_purpose_is_refused() -> None:
    assert verdict(EgressPolicy(), "nope", "8.8.8.8") == "egress.purpose"
