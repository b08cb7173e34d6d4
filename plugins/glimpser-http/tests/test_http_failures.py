"""What goes wrong: servers that fail, refusals, certificates, configurations."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from glimpser_http import fetch
from glimpser_http.config import HttpConfig
from glimpser_http.source import HttpSource
from glimpser_sdk.errors import ConfigInvalid, GlimpserError, NotReady

from .conftest import Context, Make, failure, pictures
from .server import Server, answer, closing, endless

# --- failures ---------------------------------------------------------------------------------------------------------


HEAD = b"HTTP/1.1 200 x\r\nContent-Type: image/jpeg\r\n"


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (answer(b"", 404), "net.not_found"),
        (answer(b"", 410), "net.not_found"),
        (answer(b"", 500), "net.rejected"),
        (answer(b"", 400), "net.rejected"),
        (endless(b""), "net.silent"),
        (endless(HEAD + b"Content-Length: 1000\r\n\r\n"), "net.half_open"),
        (endless(HEAD + b"Content-Length: 1000\r\n\r\n", b"x", 0.3), "net.trickle"),
        (endless(HEAD, b"X", 0.3), "net.trickle"),
        (closing(b""), "net.closed"),
        (closing(HEAD + b"Content-Length: 1000\r\n\r\nxxx"), "net.closed"),
        (closing(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "net.failed"),
    ],
)
async def test_failures_are_told_apart(server: Server, source: Make, ctx: Context, handler: Any, code: str) -> None:
    server.handlers["/p"] = handler
    error = await failure(source(server.url("/p")))
    assert error.reason.code == code
    assert isinstance(error, NotReady)
    assert ctx.metrics.values == {("failures_total", code): 1}


async def test_an_endless_head_ends(server: Server, source: Make) -> None:
    server.handlers["/p"] = endless(HEAD, b"X-More: " + b"x" * 60_000 + b"\r\n", 0)
    assert (await failure(source(server.url("/p")))).reason.code in ("net.failed", "net.closed")


async def test_an_endless_picture_is_cut_off(server: Server, source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MAX_BYTES", 1_000_000)
    server.handlers["/p"] = endless(HEAD + b"\r\n", b"x" * 100_000, 0)
    error = await failure(source(server.url("/p")))
    assert error.reason.code == "media.too_large"


async def test_a_busy_server_says_when_to_come_back(server: Server, source: Make) -> None:
    server.handlers["/p"] = answer(b"", 503, Retry_After="120")
    error = await failure(source(server.url("/p")))
    assert isinstance(error, NotReady)
    assert error.retry_after == 120


async def test_nothing_listens_there(source: Make) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/p"
    assert (await failure(source(url))).reason.code == "net.refused"


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (ConfigInvalid("no", field="url", code="egress.loopback"), "egress.loopback"),
        (NotReady(code="egress.resolve_failed"), "egress.resolve_failed"),
        (NotReady(code="egress.connection_refused"), "net.refused"),
        (NotReady(code="egress.connect_failed"), "net.timeout"),
        (NotReady(code="egress.timeout"), "net.timeout"),
        (NotReady(code="egress.trickle"), "net.trickle"),
    ],
)
async def test_refusals_of_the_way_out(
    server: Server, source: Make, ctx: Context, refusal: GlimpserError, code: str
) -> None:
    ctx.egress.refusal = refusal
    error = await failure(source(server.url("/p")))
    assert (type(error), error.reason.code) == (type(refusal), code)
    assert ctx.egress.opened == [{"verify_tls": True}]


def self_signed(folder: Path) -> ssl.SSLContext:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "camera")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "camera.pem"
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_certificates_are_checked_unless_told_not_to(source: Make, tmp_path: Path, jpeg: bytes) -> None:
    pytest.importorskip("cryptography")
    server = Server({"/p": answer(jpeg)})
    await server.start(self_signed(tmp_path))
    try:
        error = await failure(source(server.url("/p")))
        assert error.reason.code == "net.tls"
        assert "self" in error.reason.params["error"]
        assert not server.seen
        assert await pictures(source(server.url("/p"), verify_tls=False))
    finally:
        await server.stop()


# --- configuration ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "rtsp://host/p"}, {"url": "file:///etc/passwd"}, {"url": "http://"}, {"url": "http:///p"},
        {"url": "//host/p"}, {"url": ""}, {"url": "http://host/a b"}, {"url": "http://host/\r\nX: y"},
        {"url": "http://host\\@other/"}, {"url": "http://host:99999/"}, {"url": "http://host/" + "a" * 5000},
        {"interval_s": 0.5}, {"interval_s": 86401}, {"timeout_s": 0}, {"unknown": 1},
        {"headers": {"Host": "x"}}, {"headers": {"Authorization": "Bearer x"}}, {"headers": {"X-A": "a\r\nB: c"}},
        {"headers": {"X A": "a"}}, {"headers": {"Proxy-Authorization": "x"}}, {"headers": {"X-A": "1", "x-a": "2"}},
        {"headers": {"X-A": "ü"}}, {"headers": {f"X-{n}": "" for n in range(17)}},
    ],
)  # fmt: skip
def test_wrong_configurations(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HttpConfig(**{"url": "http://host/p", **wrong})


@pytest.mark.parametrize(
    "url",
    ["http://host", "HTTPS://host:8443/p?a=b#c", "http://[::1]:80/p", "http://u:p@host/p", "http://bücher.example/ü"],
)
def test_addresses(url: str, ctx: Context) -> None:
    HttpSource(ctx, HttpConfig(url=url), "main")


def test_an_address_that_cannot_be_read(ctx: Context) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        HttpSource(ctx, HttpConfig(url="http://-ü-/"), "main")
    assert caught.value.field == "url"


def test_registering_is_light() -> None:
    code = "import glimpser_http.plugin as p, sys; p.glimpser_sources(); p.glimpser_metrics(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"httpx", "pydantic", "numpy", "cv2"} & set(loaded)


def test_what_is_registered_can_be_loaded(ctx: Context) -> None:
    from glimpser_http import plugin

    [spec] = plugin.glimpser_sources()
    config = spec.config.load()(url="http://host/p")
    made = spec.factory.load()(ctx, config, "main")
    assert (spec.kind, spec.shape, spec.cadence) == ("http", "async", made.cadence())
