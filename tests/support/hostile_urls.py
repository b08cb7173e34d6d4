"""Addresses that lead where nothing of the outside may lead, in the spellings that parsers disagree about."""

from __future__ import annotations

_LOOPBACK = """
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0x7f.0x0.0x0.0x1 0177.0.0.1 0177.1 017700000001 127.255.255.254
0 0.0.0.0 0x0 00000000 localhost LOCALHOST [::1] [::] [0:0:0:0:0:0:0:1] [::0001]
[::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1]
[2002:7f00:1::1] [2001:0:808:808:0:0:80ff:fffe]
127。0。0。1 127．0．0．1 127｡0｡0｡1 １２７.0.0.1 ①②⑦.0.0.1 %31%32%37.0.0.1 127%2e0%2e0%2e1
user@127.0.0.1 93.184.216.34:80@127.0.0.1 93.184.216.34%00@127.0.0.1 93.184.216.34\\@127.0.0.1
""".split()  # noqa: SIM905
_NAMES = """
evil.example EVIL.example evil.example. six.example mapped.example metadata.example rebind0.example rebind1.example
rebind2.example 127.0.0.1.nip.example xn--evl-bia.example
""".split()  # noqa: SIM905
_ELSEWHERE = """
169.254.169.254 2852039166 0xA9FEA9FE 0xa9.0xfe.0xa9.0xfe 169.254.43518 0251.0376.0251.0376 [::ffff:169.254.169.254]
[64:ff9b::a9fe:a9fe] [2002:a9fe:a9fe::1] 169.254.170.2 168.63.129.16 100.100.100.200 192.0.0.192 [fd00:ec2::254]
169.254.1.1 100.64.0.1 100.127.255.254 1681915905 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 192.88.99.1
[2001:db8::1] [3fff::1] [5f00::1] [fec0::1] [4000::1] [::2] [100::1] [2002:6440:1::1]
""".split()  # noqa: SIM905
_LAN = """
10.0.0.1 192.168.1.1 172.16.0.1 172.31.255.254 3232235777 0xC0A80101 [fd12::1] [fc00::1] [::ffff:10.0.0.1]
[64:ff9b::a00:1] nas.lan
""".split()  # noqa: SIM905

LAN: set[str] = set()
"""Those of the private networks, where cameras are; filled by ``hostile``."""


def hostile(port: int) -> list[str]:
    """All of them, with a port and a path."""
    LAN.update(f"http://{host}:{port}/x.ts" for host in _LAN)
    return [f"http://{host}:{port}/x.ts" for host in (*_LOOPBACK, *_NAMES, *_ELSEWHERE, *_LAN)]
