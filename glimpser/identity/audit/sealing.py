"""The key of the audit log, kept outside the database, and what it seals: entries, checkpoints, the head, exports."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from glimpser.files import write_private
from glimpser.keyfile import KeyMissing, make_key, read_keys

KEY_FILE = "audit.key"
HEAD_FILE = "audit-head.json"
START = "0" * 64
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry by its number and its code; ``at``: when this was written down, RFC 3339."""

    seq: int
    mac: str
    at: str


class Seal:
    """Makes and checks codes with one key. Codes of one purpose are worth nothing for another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, data_dir: Path) -> Seal:
        """With the key in the data folder, which is made at first. SecretError when it cannot be used."""
        path = data_dir / KEY_FILE
        try:
            return cls(read_keys(path)[0])
        except KeyMissing:
            return cls(make_key(path))

    def mac(self, purpose: str, content: bytes) -> str:
        """64 hexadecimal digits."""
        return hmac.new(self._key, purpose.encode() + b"\0" + content, hashlib.sha256).hexdigest()

    def fits(self, purpose: str, content: bytes, mac: Any) -> bool:
        """Whether the code is of this content."""
        return isinstance(mac, str) and hmac.compare_digest(self.mac(purpose, content).encode(), mac.encode())

    def sealed(self, purpose: str, place: Place) -> dict[str, Any]:
        """A place as JSON that shows when it was altered."""
        return {**asdict(place), "hmac": self.mac(purpose, _bytes(place))}

    def opened(self, purpose: str, value: Any) -> Place | None:
        """A place from what ``sealed`` made; None when it was altered or is of another purpose or key."""
        try:
            place = Place(seq=int(value["seq"]), mac=str(value["mac"]), at=str(value["at"]))
        except (TypeError, KeyError, ValueError):
            return None
        return place if self.fits(purpose, _bytes(place), value.get("hmac")) else None

    def signer(self) -> Ed25519PrivateKey:
        """The key that signs exports; it follows from the audit key, so that there is one file to keep."""
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.mac("export key", b"")))


def _bytes(place: Place) -> bytes:
    return json.dumps(asdict(place), sort_keys=True).encode()


class HeadFile:
    """Where the log had got to, in a file beside the database: what is cut off at its end is missed."""

    def __init__(self, data_dir: Path, seal: Seal) -> None:
        self.path = data_dir / HEAD_FILE
        self._seal = seal

    def write(self, place: Place) -> None:
        """Replace it, whole; one process at a time. OSError as the disk says."""
        with self.path.with_name(KEY_FILE).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            write_private(self.path, json.dumps(self._seal.sealed("head", place)).encode() + b"\n")

    def read(self) -> Place | None:
        """None when there is none. ValueError for one that was altered or made with another key."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            value = json.loads(raw)
        except ValueError:
            value = None
        found = self._seal.opened("head", value)
        if found is None:
            raise ValueError(f"{self.path} was altered, or made with another key than {KEY_FILE}")
        return found
