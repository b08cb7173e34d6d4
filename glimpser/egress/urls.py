"""Strict URLs: what two parsers could read in two ways is refused. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from glimpser.egress.errors import Refused

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443, "rtmp": 1935, "rtmps": 443}
MAX_URL = 4096

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<tail>[/?][^#]*)?(#.*)?", re.DOTALL)
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\\\s]")
_USERINFO = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:%-]*")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


@dataclass(frozen=True)
class Target:
    """A URL in its parts. `host` is normalized: lower case, IDNA, IPv4 as dotted quad, IPv6 without brackets."""

    scheme: str
    userinfo: str | None
    host: str
    port: int
    tail: str

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The address when the host is a literal, else None."""
        return literal(self.host)

    def at(self, host: str, port: int, scheme: str | None = None) -> str:
        """The same URL at another host and port (and scheme): credentials, path and query are kept."""
        shown = f"[{host}]" if ":" in host else host
        login = f"{self.userinfo}@" if self.userinfo is not None else ""
        return f"{scheme or self.scheme}://{login}{shown}:{port}{self.tail}"


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a normalized host spells, or None for a name."""
    try:
        return IPv6Address(host) if ":" in host else IPv4Address(host)
    except AddressValueError:
        return None


def parse_url(url: str, *, schemes: Collection[str], userinfo: bool) -> Target:
    """Read a URL strictly. Raises Refused `egress.bad_url`, `egress.scheme`, `egress.userinfo` or
    `egress.unpinnable`."""
    if len(url) > MAX_URL:
        raise _bad(url, f"longer than {MAX_URL} characters")
    if _UNSAFE.search(url):
        raise _bad(url, "it contains spaces, control characters or backslashes")
    match = _URL.fullmatch(url)
    if match is None:
        scheme = url.partition(":")[0].lower()
        if re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) and ":" in url and scheme not in schemes:
            raise Refused("egress.scheme", {"scheme": scheme[:32], "allowed": ", ".join(sorted(schemes))})
        raise _bad(url, "it is not of the form scheme://host/path")
    scheme = match["scheme"].lower()
    if scheme not in schemes:
        raise Refused("egress.scheme", {"scheme": scheme[:32], "allowed": ", ".join(sorted(schemes))})
    login, at, place = match["authority"].rpartition("@")
    if at and not userinfo:
        raise Refused("egress.userinfo")
    if not _USERINFO.fullmatch(login):
        raise _bad(url, "the user name and password must be percent-encoded")
    host, port = split_authority(place, DEFAULT_PORTS.get(scheme))
    tail = match["tail"] or ""
    if scheme == "srt" and re.search(r"[?&]mode=(?!caller(?:&|$))", tail):
        raise Refused("egress.unpinnable", {"scheme": scheme, "reason": "it would wait for whoever calls"})
    if scheme in {"rtsp", "rtsps"} and re.search(r"[?&]multicast(?:&|$)", tail):
        raise Refused("egress.unpinnable", {"scheme": scheme, "reason": "a camera may name any multicast group"})
    return Target(scheme, login if at else None, host, port, tail)


def split_authority(place: str, default_port: int | None = None) -> tuple[str, int]:
    """Read `host[:port]` into the normalized host and the port. Raises Refused `egress.bad_url`."""
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?", place)
    if match is None:
        raise _bad(place, "the host or port is malformed")
    port = int(match[2]) if match[2] else default_port
    if port is None or not 0 < port < 65536:
        raise _bad(place, "a port from 1 to 65535 is needed")
    return normalize_host(match[1]), port


def normalize_host(host: str) -> str:
    """One spelling for one host. Numbers are read the way `inet_aton` does. Raises Refused `egress.bad_url`."""
    if host.startswith("["):
        try:
            if "%" in host:
                raise AddressValueError
            return str(IPv6Address(host[1:-1]))
        except AddressValueError:
            raise _bad(host, "not an IPv6 address") from None
    try:
        name = host if host.isascii() else idna.uts46_remap(host, std3_rules=False)
        name = name.lower().removesuffix(".")
        labels = name.split(".")
        if _NUMBER.fullmatch(labels[-1]):
            return str(_inet_aton(labels))
        labels = [_label(label) for label in labels]
    except (idna.IDNAError, UnicodeError, ValueError):
        raise _bad(host, "not a host name") from None
    name = ".".join(labels)
    if len(name) > 253:
        raise _bad(host, "the host name is too long")
    return name


def _label(label: str) -> str:
    if not label.isascii() or label.startswith("xn--"):
        encoded = idna.alabel(idna.ulabel(label) if label.isascii() else label).decode("ascii")
        if encoded.isascii() and _LABEL.fullmatch(encoded):
            return encoded
        raise ValueError
    if not _LABEL.fullmatch(label):
        raise ValueError
    return label


def _inet_aton(labels: list[str]) -> IPv4Address:
    if len(labels) > 4 or not all(_NUMBER.fullmatch(part) for part in labels):
        raise ValueError
    numbers = [_number(part) for part in labels]
    *high, last = numbers
    if any(n > 255 for n in high) or last >= 256 ** (4 - len(high)):
        raise ValueError
    value = last
    for index, number in enumerate(high):
        value += number << (8 * (3 - index))
    return IPv4Address(value)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part, 16)
    return int(part, 8 if part.startswith("0") else 10)


def _bad(url: str, reason: str) -> Refused:
    # What stands before an @ may be a password, and a URL that cannot be read shows no border to cut at.
    shown = re.sub(r"[^\x21-\x7e]", "?", url.rpartition("@")[2])[:120]
    return Refused("egress.bad_url", {"url": shown, "reason": reason})
