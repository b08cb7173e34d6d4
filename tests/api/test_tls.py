"""Encrypted without anybody's help: a certificate of its own, which stays the same and is told by its fingerprint."""

from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from glimpser import tls

from .conftest import PASSWORD, ApiHub


def start(folder: Path, **environment: str) -> ApiHub:
    made = ApiHub(folder)
    made.environment |= environment
    made.start(enrol=False)
    return made


def told(hub: ApiHub) -> str:
    return next(line for line in hub.said if line.startswith("certificate SHA-256 ")).rpartition(" ")[2]


def served(hub: ApiHub) -> str:
    """The fingerprint of the certificate that a client really gets."""
    parts = urlsplit(hub.url)
    pem = ssl.get_server_certificate((str(parts.hostname), int(parts.port or 0)))
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def test_a_certificate_of_its_own_with_cookies_for_https_only(tmp_path: Path) -> None:
    hub = start(tmp_path / "hub", GLIMPSER_TLS="self-signed", GLIMPSER_HOST="0.0.0.0")
    first = told(hub)
    try:
        assert hub.url.startswith("https://127.0.0.1:")
        assert served(hub) == first.replace(":", "").lower()
        assert (hub.folder / "tls" / "key.pem").stat().st_mode & 0o077 == 0
        token = next(line for line in hub.said if "set up:" in line).partition("#token=")[2]
        # Whoever trusts this very certificate gets in without a warning.
        trusting = ssl.create_default_context(cafile=str(hub.folder / "tls" / "certificate.pem"))
        with httpx.Client(base_url=hub.url, verify=trusting, timeout=20) as browser:
            body = {"token": token, "name": "ada", "password": PASSWORD}
            cookies = browser.post("/api/auth/setup/signup", json=body).headers.get_list("Set-Cookie")
            assert sorted(c.partition("=")[0] for c in cookies) == ["__Host-glimpser_device", "__Host-glimpser_session"]
            assert all("; secure" in c.lower() and "; httponly" in c.lower() for c in cookies)
            assert browser.get("/api/me").json()["name"] == "ada"
            # A neighbour, or somebody on the way, could plant a cookie without the prefix.
            session = browser.cookies["__Host-glimpser_session"]
        with httpx.Client(base_url=hub.url, verify=trusting, timeout=20) as browser:
            for name, status in (("__Host-glimpser_session", 200), ("glimpser_session", 401)):
                assert browser.get("/api/me", headers={"Cookie": f"{name}={session}"}).status_code == status, name
        with pytest.raises(httpx.ConnectError, match="certificate"):
            httpx.get(hub.url + "/healthz")
    finally:
        hub.stop()
    again = start(tmp_path / "hub", GLIMPSER_TLS="self-signed")
    try:
        assert told(again) == first
    finally:
        again.stop()


def test_is_made_anew_before_it_ends_and_for_a_new_name(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    certificate, _ = tls.self_signed(tmp_path / "tls", ["cams.example"], now)
    first = tls.fingerprint(certificate)
    tls.self_signed(tmp_path / "tls", ["cams.example"], now + tls.LIFETIME - timedelta(days=31))
    assert tls.fingerprint(certificate) == first
    tls.self_signed(tmp_path / "tls", ["cams.example"], now + tls.LIFETIME - timedelta(days=29))
    renewed = tls.fingerprint(certificate)
    assert renewed != first
    tls.self_signed(tmp_path / "tls", ["other.example"], now + tls.LIFETIME - timedelta(days=29))
    assert tls.fingerprint(certificate) != renewed
    certificate.write_bytes(b"half a certifi")
    tls.self_signed(tmp_path / "tls", [], now)
    assert tls.fingerprint(certificate)


@pytest.mark.parametrize(
    ("name", "good"),
    [("cams.example", True), ("10.0.0.3", True), ("[::1]", True), ("0.0.0.0", False), ("::", False), ("my node", False),
     ("", False), ("a" * 300, False)],
)  # fmt: skip
def test_what_can_stand_in_a_certificate(name: str, good: bool) -> None:
    assert tls.nameable(name) is good
