from __future__ import annotations

import contextlib
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glimpser.egress.errors import Refused
from glimpser.egress.urls import Target, normalize_host, parse_url

CAMERA = ("rtsp", "http", "srt")


def parse(url: str, *, userinfo: bool = True) -> Target:
    return parse_url(url, schemes=CAMERA, userinfo=userinfo)


def code(url: str, *, userinfo: bool = True) -> str:
    try:
        parse(url, userinfo=userinfo)
    except Refused as refusal:
        return refusal.code
    return "ok"


@pytest.mark.parametrize(
    "url",
    [
        r"http://169.254.169.254:8888\@public.example/",
        "http://public.example\\@127.0.0.1/",
        "http://a b.example/",
        "http://a.example/\x00",
        "http://a.example/\r\nHost: b",
        "http://a@b@c.example/",
        "http://u:p w@a.example/",
        "http://127.0.0.1%2f@a.example%23/",
        "http://a.example:/",
        "http://a.example:0/",
        "http://a.example:99999/",
        "http://a.example:80:80/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http:///path",
        "http:/a.example/",
        "http:a.example",
        "//a.example/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://0x/",
        "http://a.example.0x7f/",
        "http://-a.example/",
        "http://a..example/",
        "http://a%00.example/",
        "http://xn--/",
        "http://" + "a" * 64 + ".example/",
        "http://a.example/" + "x" * 5000,
        "srt://a.example/",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(url: str) -> None:
    assert code(url) == "egress.bad_url"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "data:text/html,x",
        "gopher://a/",
        "exec:id",
        "concat:a|b",
        "pipe:0",
        "udp://224.0.0.1:5",
    ],
)
def test_other_schemes_are_refused(url: str) -> None:
    assert code(url) in {"egress.scheme", "egress.bad_url"}
    assert code(url) == "egress.scheme" or "|" in url


@pytest.mark.parametrize(
    ("host", "normal"),
    [
        ("LOCALHOST.", "localhost"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("[::FFFF:127.0.0.1]", "::ffff:7f00:1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("ⓔⓧⓐⓜⓟⓛⓔ.com", "example.com"),
        ("127。0。0。1", "127.0.0.1"),
        ("１２７.0.0.1", "127.0.0.1"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("my_cam.lan", "my_cam.lan"),
    ],
)
def test_one_host_has_one_spelling(host: str, normal: str) -> None:
    assert normalize_host(host) == normal


@given(
    st.lists(
        st.one_of(
            st.integers(0, 2**33).map(str),
            st.integers(0, 2**33).map(hex),
            st.integers(0, 2**33).map(lambda n: f"0{n:o}"),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_numbers_are_read_as_the_system_reads_them(parts: list[str]) -> None:
    text = ".".join(parts)
    try:
        expected = socket.inet_ntoa(socket.inet_aton(text))
    except OSError:
        expected = "refused"
    try:
        found = normalize_host(text)
    except Refused:
        found = "refused"
    assert found == expected


@given(st.text(alphabet="abz019.:/@\\#?%[]-_ \t。１é", max_size=30))
def test_what_is_accepted_means_the_same_host_to_other_parsers(rest: str) -> None:
    with contextlib.suppress(Refused, httpx.InvalidURL):
        target = parse(f"http://{rest}")
        other = httpx.URL(f"http://{rest}")
        assert normalize_host(f"[{other.host}]" if ":" in other.host else other.host) == target.host
        assert (other.port or 80) == target.port
        if rest.isascii():
            split = urlsplit(f"http://{rest}")
            assert split.hostname is not None
            assert normalize_host(f"[{split.hostname}]" if ":" in split.hostname else split.hostname) == target.host


def test_credentials_are_kept_for_cameras_refused_elsewhere_and_never_shown() -> None:
    target = parse("rtsp://us%40er:p%2Fw@Cam.LAN:8554/live?x=1#frag")
    assert target.at("127.0.0.1", 99) == "rtsp://us%40er:p%2Fw@127.0.0.1:99/live?x=1"
    assert (target.host, target.port) == ("cam.lan", 8554)
    assert code("http://u:p@a.example/", userinfo=False) == "egress.userinfo"
    with pytest.raises(Refused) as caught:
        parse("rtsp://user:hunter2@bad host/")
    assert "hunter2" not in str(caught.value)


def test_ipv6_targets_keep_their_brackets() -> None:
    assert parse("rtsp://[fd00::5]/x").at("fd00::5", 554) == "rtsp://[fd00::5]:554/x"


def test_default_ports() -> None:
    assert parse("rtsp://a.example").port == 554
    assert parse("http://a.example").port == 80
