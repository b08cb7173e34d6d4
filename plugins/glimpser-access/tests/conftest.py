"""A database with the plugin's table, and a GeoIP database in MaxMind's format."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from glimpser_access.config import AccessConfig
from glimpser_access.plugin import glimpser_models
from glimpser_sdk.testing import tables


@pytest.fixture
async def database() -> AsyncIterator[Any]:
    """An open connection; models find it by themselves."""
    async with tables("access", glimpser_models()) as connection:
        yield connection


@pytest.fixture
def ctx(database: Any, hub_context: Callable[..., Any]) -> Any:
    """What the hub would hand in."""
    return hub_context("access", connection=database, config=AccessConfig())


@pytest.fixture
def countries(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """A GeoIP database: ``countries({"192.0.2.0/24": "DE"})`` gives its file."""

    def write(networks: dict[str, str]) -> Path:
        path = tmp_path / "country.mmdb"
        path.write_bytes(_mmdb(networks))
        return path

    return write


def _mmdb(networks: dict[str, str]) -> bytes:
    nodes: list[list[Any]] = [[None, None]]
    data, at = b"", {}
    for text, country in networks.items():
        network = ipaddress.ip_network(text)
        if country not in at:
            at[country] = len(data)
            data += _value({"country": {"iso_code": country}})
        length = network.prefixlen + (96 if network.version == 4 else 0)
        bits = f"{int(network.network_address):0128b}"[:length]
        node = nodes[0]
        for bit in bits[:-1]:
            if node[int(bit)] is None:
                nodes.append([None, None])
                node[int(bit)] = nodes[-1]
            node = node[int(bit)]
        node[int(bits[-1])] = country
    index = {id(node): number for number, node in enumerate(nodes)}

    def record(entry: Any) -> bytes:
        if entry is None:
            number = len(nodes)
        else:
            number = index[id(entry)] if isinstance(entry, list) else len(nodes) + 16 + at[entry]
        return number.to_bytes(3, "big")

    tree = b"".join(record(left) + record(right) for left, right in nodes)
    about = {
        "node_count": len(nodes), "record_size": 24, "ip_version": 6, "database_type": "Test", "languages": [],
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "description": {},
    }  # fmt: skip
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + _value(about)


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return bytes([2 << 5 | len(value)]) + value.encode()
    if isinstance(value, int):
        return bytes([6 << 5 | 4]) + value.to_bytes(4, "big")
    if isinstance(value, list):
        return bytes([len(value), 4])
    return bytes([7 << 5 | len(value)]) + b"".join(_value(key) + _value(item) for key, item in value.items())
