"""Nothing gets dangerous by being cleaned: what is in order stays so, and what is hostile is refused, not mended."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from glimpser.api.roles import RoleIn
from glimpser.api.sso import LocalPath
from glimpser.api.users import UserIn
from glimpser.egress.errors import Refused
from glimpser.egress.policy import EgressPolicy
from glimpser.egress.rtsp import parse_head, with_source
from glimpser.egress.urls import DEFAULT_PORTS, normalize_host, parse_url, split_authority
from glimpser.identity.audit.entries import entry
from glimpser.origins import absolute, split_list
from glimpser.redaction import MASK, Redactor, mask_url
from glimpser.settings import Settings
from glimpser.spreadsheets import FORMULA
from glimpser.streams.inputs import StreamIn
from glimpser_access.inputs import NewRule
from glimpser_ffmpeg.config import FfmpegConfig
from glimpser_http.config import HttpConfig
from glimpser_oidc.config import OidcProvider
from glimpser_password.policy import normalized
from glimpser_totp.codes import plain

REFUSED = (ValidationError, Refused, ValueError)
SECRETS = ("hunter2hunter2", "s3cret/with?signs", "päss wörd")
FRAGMENTS = (
    "://", "http", "https", "rtsp", "exec", "file", "javascript", "data", ":", "/", "//", "\\", ".", "..", "../",
    "....//", "%2e%2e%2f", "%00", "%0d%0a", "@", "#", "?", "&", "=", ";", ",", " ", "\t", "\n", "\0", "\u202e", "\xa0",
    "\x7f", "<script>", "<scr<script>ipt>", "cam", "CAM", "0x7f", "127.0.0.1", "127.1", "[::1]", "::ffff:127.0.0.1",
    "xn--", "ß", "。", "／", "user", "password", "token", "key", "Bearer ", "glm_ab_cd", MASK, "*", "'", '"', "-", "+",
    "1", "80", "source=1.2.3.4", "destination=1.2.3.4", "Transport: ", "a\u0301", "ﬁ", "~", *SECRETS,
)  # fmt: skip
texts = st.one_of(st.lists(st.sampled_from(FRAGMENTS), max_size=9).map("".join), st.text(max_size=20))
NESTED = ("htthttp://p://cam", "rtsp:////..//....//cam", "exeexec:c:id", "....//....//etc/passwd", "java\tscript:1",
          "<scr<script>ipt>", "//evil", "/\\evil", "http://cam\u3002evil", "http:// cam", "\xa0", "RTSP://CAM./x",
          "/%0d%0ax")  # fmt: skip


def field(model: Any, name: str, /, **others: Any) -> Callable[[str], Any]:
    """What becomes of a text in this field of a request or a configuration."""
    return lambda text: getattr(model.model_validate({**others, name: text}), name)


def transport(text: str) -> str:
    """What a camera says of its address, as it goes on to the client."""
    head = f"RTSP/1.0 200 OK\r\nTransport: RTP/AVP;{text}\r\n\r\n".encode()
    passed = with_source(parse_head(head), "192.0.2.1").decode()
    return passed.split("\r\n")[1].removeprefix("Transport: RTP/AVP;")


def bracketed(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def address(text: str) -> str:
    """An address as it is connected to."""
    found = parse_url(text, schemes=DEFAULT_PORTS, userinfo=True)
    return found.at(found.host, found.port)


OIDC = {"id": "home", "title": "Home", "client_id": "c", "insecure_http": True}
STREAM = {"name": "x", "kind": "ffmpeg"}

IN_ORDER: dict[str, Callable[[str], Any]] = {
    "host": lambda text: bracketed(normalize_host(text)),
    "authority": lambda text: f"{bracketed((found := split_authority(text, 80))[0])}:{found[1]}",
    "address": address,
    "camera's transport": transport,
    "name of a stream": field(StreamIn, "name", kind="ffmpeg"),
    "tag": lambda text: field(StreamIn, "tags", **STREAM)([text])[0],
    "network of a rule": field(NewRule, "network", effect="block"),
    "list of a setting": lambda text: ",".join(split_list(text)),
    "path of a setting": lambda text: str(absolute(text)),
    "public address": field(Settings, "public_url", data_dir="/tmp/x"),
    "exceptions of egress": lambda text: text if EgressPolicy.parse(text) else "",
    "addresses that are shown": mask_url,
    "log line": Redactor(SECRETS),
    "text of the audit log": lambda text: entry("a", object=("thing", "id", text), who=("", "", "")).object_name,
    "cell of a table": lambda text: FORMULA.sub(r"'\g<0>", text),
    "password": normalized,
    "recovery code": plain,
}  # fmt: skip
"""All that is put in order, and how."""

VERBATIM: dict[str, Callable[[str], Any]] = {
    "address of a camera": field(FfmpegConfig, "url"),
    "address of a picture": field(HttpConfig, "url"),
    "header of a request": lambda text: field(HttpConfig, "headers", url="http://cam/")({text: "1"}).popitem()[0],
    "value of a header": lambda text: field(HttpConfig, "headers", url="http://cam/")({"X-A": text})["X-A"],
    "kind of a stream": field(StreamIn, "kind", name="x"),
    "time zone": field(StreamIn, "timezone", **STREAM),
    "way back": TypeAdapter(LocalPath).validate_python,
    "issuer": field(OidcProvider, "issuer", **OIDC),
    "scope": lambda text: field(OidcProvider, "scopes", **OIDC, issuer="https://a/")(["openid", text])[1],
    "name of a user": field(UserIn, "name", password="x"),
    "permission of a role": lambda text: field(RoleIn, "permissions", name="x", base="guest", rank=1)([text])[0],
}
"""All that is taken as it is, or not at all."""


def cleaned(clean: Callable[[str], Any], text: str) -> Any:
    """What comes out; None when it is refused."""
    try:
        return clean(text)
    except REFUSED:
        return None


def unstable(clean: Callable[[str], Any], text: str) -> bool:
    """Whether cleaning what is clean changes it, or finds that it was not."""
    once = cleaned(clean, text)
    return once is not None and cleaned(clean, once) != once


def mended(clean: Callable[[str], Any], text: str) -> bool:
    """Whether something else is taken than what was given."""
    return cleaned(clean, text) not in (None, text)


def around(what: str, text: str) -> tuple[str, ...]:
    """A text alone, and where something good is made hostile by it."""
    good = GOOD[what]
    return text, good + text, text + good, good[:3] + text + good[3:]


@pytest.mark.attack("A36")
@pytest.mark.parametrize("what", IN_ORDER)
def test_what_was_put_in_order_stays_as_it_is(what: str) -> None:
    _never(unstable, what, IN_ORDER[what])


@pytest.mark.attack("A36")
@pytest.mark.parametrize("what", VERBATIM)
def test_a_hostile_text_is_refused_and_not_mended(what: str) -> None:
    _never(mended, what, VERBATIM[what])


def _never(wrong: Callable[[Callable[[str], Any], str], bool], what: str, clean: Callable[[str], Any]) -> None:
    @settings(max_examples=60, deadline=None)
    @given(texts)
    def check(text: str) -> None:
        for tried in around(what, text):
            assert not wrong(clean, tried), (tried, cleaned(clean, tried))

    for text in NESTED:
        assert not any(wrong(clean, tried) for tried in around(what, text)), text
    check()


GOOD = {
    "host": "Cam.Example.", "authority": "Cam:81", "address": "RTSP://Cam/x", "camera's transport": "unicast",
    "name of a stream": " Door ", "tag": "t", "network of a rule": "10.0.0.0/8", "list of a setting": "a, b",
    "path of a setting": "~/x", "public address": "https://a/b/", "exceptions of egress": "web=127.0.0.1",
    "addresses that are shown": "rtsp://u:p@cam/", "log line": f"Bearer abcdefgh1 {SECRETS[0]}",
    "text of the audit log": "a\0", "cell of a table": "=1", "password": "a\u0301", "recovery code": "ab-cd ef",
    "address of a camera": "rtsp://cam/x", "address of a picture": "http://cam/x", "header of a request": "X-A",
    "value of a header": "x y", "kind of a stream": "ffmpeg", "time zone": "Europe/Berlin", "way back": "/events",
    "issuer": "https://login.example/realms/home", "scope": "profile", "name of a user": "ada",
    "permission of a role": "streams.view",
}  # fmt: skip


@pytest.mark.control("A36")
@pytest.mark.parametrize("what", GOOD)
def test_what_is_good_is_taken(what: str) -> None:
    clean = (IN_ORDER | VERBATIM)[what]
    assert cleaned(clean, GOOD[what]) is not None
    if what in IN_ORDER and what not in (
        "tag",
        "camera's transport",
        "network of a rule",
        "list of a setting",
        "exceptions of egress",
    ):
        assert cleaned(clean, GOOD[what]) != GOOD[what], "it does put something in order"


NAIVE: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace("../", ""),
    lambda text: re.sub("<script>", "", text, flags=re.IGNORECASE),
    lambda text: text.replace("://", ""),
    unquote,
    lambda text: text.replace("exec:", ""),
)


@pytest.mark.control("A36")
@pytest.mark.parametrize("number", range(len(NAIVE)))
def test_taking_something_out_once_would_be_found(number: int) -> None:
    nested = ("....//x", "<scr<script>ipt>", "::////", "%252e", "exeexec:c:id")
    assert unstable(NAIVE[number], nested[number])
    assert mended(NAIVE[number], nested[number])


def test_every_text_is_cleaned_here() -> None:
    assert set(GOOD) == set(IN_ORDER) | set(VERBATIM)
