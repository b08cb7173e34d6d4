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

from glimpser.logging import configure, redactor
from glimpser.secrets import MASK, Redactor, SecretBox, SecretError, mask_url

values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))


@given(values, st.text(min_size=1, max_size=30))
def test_what_was_sealed_opens_for_its_row_only(value: Any, row: str) -> None:
    box = SecretBox(b"a" * 32)
    sealed = box.encrypt(value, row)
    assert box.decrypt(json.loads(json.dumps(sealed)), row) == value
    assert box.encrypt(value, row) != sealed
    for other, bound in ((box, row + "x"), (SecretBox(b"b" * 32), row)):
        with pytest.raises(SecretError):
            other.decrypt(sealed, bound)


@pytest.mark.parametrize("broken", [{"$enc": "AAAA"}, {"$enc": "é"}, {"$enc": 3}, {}])
def test_what_was_never_sealed_is_refused(broken: Any) -> None:
    with pytest.raises(SecretError, match="cannot be opened"):
        SecretBox(b"a" * 32).decrypt(broken, "row")


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    boxes: list[SecretBox] = []
    threads = [threading.Thread(target=lambda: boxes.append(SecretBox.from_file(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed = boxes[0].encrypt("x", "row")
    assert [box.decrypt(sealed, "row") for box in boxes] == ["x"] * 8
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["secret.key"]


def test_key_files_that_will_not_do(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    SecretBox.from_file(path)
    path.chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        SecretBox.from_file(path)
    path.chmod(0o600)
    path.write_text("short")
    with pytest.raises(SecretError, match="32 bytes"):
        SecretBox.from_file(path)
    with pytest.raises(SecretError, match="cannot be made"):
        SecretBox.from_file(tmp_path / "absent" / "secret.key")


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
