"""Secrets at rest and in logs."""

from __future__ import annotations

import io
import json
import logging
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from glimpser.keyfile import KeyMissing, KeyUnusable, make_key, new_key, read_keys, write_keys
from glimpser.logging import configure, redactor
from glimpser.redaction import MASK, Redactor, mask_url
from glimpser.secrets import Place, SecretBox, SecretError, key_id
from glimpser_sdk.errors import NotReady

values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))


@given(values, st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_what_was_sealed_opens_in_its_place_only(value: Any, row: str, field: str) -> None:
    box, place = SecretBox(b"a" * 32), Place(row, field)
    sealed = box.encrypt(value, place)
    assert box.decrypt(json.loads(json.dumps(sealed)), place) == value
    assert box.encrypt(value, place) != sealed
    elsewhere = (
        (box, Place(row + "x", field)),
        (box, Place(row, field + "x")),
        (box, Place(row[:-1], row[-1] + field)),
    )
    for other, bound in (*elsewhere, (SecretBox(b"b" * 32), place), (SecretBox(without="none"), place)):
        with pytest.raises(SecretError):
            other.decrypt(sealed, bound)
    assert SecretBox(b"b" * 32, b"a" * 32).decrypt(sealed, place) == value


@pytest.mark.parametrize(
    "broken", [{"$enc": "AAAA"}, {"$enc": "é"}, {"$enc": 3}, {}, {"$enc": f"{key_id(b'a' * 32)}.é"}]
)
def test_what_was_never_sealed_is_refused(broken: Any) -> None:
    with pytest.raises(SecretError, match="cannot be opened"):
        SecretBox(b"a" * 32).decrypt(broken, Place("row", "field"))


def test_without_a_key_nothing_is_stored() -> None:
    with pytest.raises(NotReady, match="it is away") as refused:
        SecretBox(without="it is away").encrypt("x", Place("row", "field"))
    assert refused.value.reason.code == "secret.no_key"


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(make_key(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys == read_keys(path) * 8
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["secret.key"]


def test_key_files_that_will_not_do(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with pytest.raises(KeyMissing, match="new-key"):
        read_keys(path)
    make_key(path)
    path.chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        read_keys(path)
    path.chmod(0o600)
    for text in ("short", "", "?" * 44):
        path.write_text(text)
        with pytest.raises(KeyUnusable, match="32 bytes"):
            read_keys(path)
    with pytest.raises(SecretError, match="cannot be made"):
        make_key(tmp_path / "absent" / "secret.key")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SecretError, match="is a link"):
        write_keys(path, [new_key()])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://u:p@h/x", f"rtsp://u:{MASK}@h/x"),
        ("rtsp://u:p@ss@h/x", f"rtsp://u:{MASK}@h/x"),
        ("rtsp://:p@h", f"rtsp://:{MASK}@h"),
        ("http://h/a?token=abc&x=1", f"http://h/a?token={MASK}&x=1"),
        ("http://h/a?user=u&PWD=abc", f"http://h/a?user=u&PWD={MASK}"),
        ("http://u@h/a?x=1", "http://u@h/a?x=1"),
        ("http://h:8080/a@b", "http://h:8080/a@b"),
        ("plain text: nothing@all", "plain text: nothing@all"),
    ],
)
def test_urls_are_masked(text: str, shown: str) -> None:
    assert mask_url(text) == shown
    assert mask_url(shown) == shown


secret = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=20)


@given(st.lists(secret, min_size=1, max_size=4), st.text(max_size=10), st.text(max_size=10))
def test_a_learned_secret_never_survives(secrets: list[str], before: str, after: str) -> None:
    redact = Redactor(secrets)
    text = before + " ".join(secrets) + after
    assert not any(one in redact(text).replace(MASK, "") for one in secrets if one not in before + after)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    yield stream
    root.handlers[:], root.level = handlers, level
    logging.getLogger("glimpser").setLevel(logging.NOTSET)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["json", "console"])
def test_one_record_is_one_line_without_secrets(lines: io.StringIO, form: str) -> None:
    configure("info", form, lines)
    redactor.learn(["canary-4711"])
    log = logging.getLogger("glimpser.test")
    log.info("open %s\nready http://evil \x1b[2J", "rtsp://u:canary-4711@h", extra={"given": {"key": ["canary-4711"]}})
    structlog.get_logger("glimpser.other").info(
        "two", header="Authorization: Bearer canary-4711-long", key="glm_ab_cdef"
    )
    log.debug("silent")
    logging.getLogger("library").info("silent")
    written = lines.getvalue().splitlines()
    assert len(written) == 2
    assert not any(word in lines.getvalue() for word in ("canary", "\x1b", "cdef", "silent"))
    assert "ready http://evil" in written[0]
    if form == "json":
        first = json.loads(written[0])
        assert (first["level"], first["logger"], first["given"]) == ("info", "glimpser.test", {"key": [MASK]})


def test_tracebacks_are_redacted_and_stay_with_their_record(lines: io.StringIO) -> None:
    configure("info", "json", lines)
    redactor.learn(["canary-4711"])
    try:
        raise ValueError("canary-4711\n{}")
    except ValueError:
        logging.getLogger("glimpser.test").exception("failed")
    (line,) = lines.getvalue().splitlines()
    assert "ValueError" in json.loads(line)["exception"]
    assert "canary" not in line
