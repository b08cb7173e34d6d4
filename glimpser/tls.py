"""A certificate that the hub makes for itself. Browsers ask once; its fingerprint tells the real one."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from glimpser.files import write_private

LIFETIME = timedelta(days=397)
"""Browsers take no certificate that lasts longer."""
RENEW = timedelta(days=30)
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*")


def self_signed(folder: Path, names: Iterable[str], now: datetime | None = None) -> tuple[Path, Path]:
    """Files of a certificate for these host names and addresses, and of its key (readable by the hub's user alone).

    Made on the first call; made anew 30 days before it ends, or when a name is not in it. OSError as the disk says.
    """
    now = now or datetime.now(UTC)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    wanted = sorted({"localhost", "127.0.0.1", "::1", *(name.strip("[]") for name in names if name)})
    if not (key.exists() and _good(certificate, wanted, now)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made, private = _make(wanted, now)
        # The key first: a certificate without its key is made anew, the other way round it would be believed.
        write_private(key, private)
        write_private(certificate, made)
    return certificate, key


def nameable(name: str) -> bool:
    """Whether a host name or address can stand in a certificate; "all addresses" cannot."""
    try:
        return not ipaddress.ip_address(name.strip("[]")).is_unspecified
    except ValueError:
        return _HOST.fullmatch(name) is not None


def fingerprint(certificate: Path) -> str:
    """SHA-256 of a certificate in PEM, as browsers show it."""
    digest = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def _good(certificate: Path, names: list[str], now: datetime) -> bool:
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return False
    alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    held = {str(entry.value) for entry in alternatives}
    return found.not_valid_before_utc <= now < found.not_valid_after_utc - RENEW and held >= set(names)


def _make(names: list[str], now: datetime) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Glimpser")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_alternative(entry) for entry in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
