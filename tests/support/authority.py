"""An authority at home, whose certificates no browser and no hub trusts by itself."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Authority:
    """PEM files: ``ca`` is what to trust; ``certificate`` and ``key`` are of a server at 127.0.0.1."""

    ca: Path
    certificate: Path
    key: Path


def authority(folder: Path) -> Authority:
    """A new authority and a server's certificate by it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Authority(folder / "ca.pem", folder / "server.pem", folder / "server-key.pem")
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    home = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Home")])
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    above = x509.BasicConstraints(ca=True, path_length=0)
    made.ca.write_bytes(_signed(home, root, root, above))
    made.certificate.write_bytes(_signed(server, own, root, here))
    made.key.write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


def _signed(
    name: x509.Name, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, says: x509.ExtensionType
) -> bytes:
    now = datetime.now(UTC)
    signs = isinstance(says, x509.BasicConstraints)
    usage = x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Home")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(says, critical=signs)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    return built.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
