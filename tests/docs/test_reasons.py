"""Every code that a stream may show is in the catalogue, with parameters that whoever raises it gives."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from generators import reasons

from glimpser.streams.reasons import REASONS, reason_text

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z]+(\.[a-z_]+)+")
RAISED = frozenset({"Reason", "WhyNot", "NotReady", "AuthFailed", "ConfigInvalid", "Unsupported", "StreamEnded"})
SOURCES = ("plugins/glimpser-ffmpeg/glimpser_ffmpeg", "plugins/glimpser-http/glimpser_http")
FOLDERS = ("glimpser/worker", "glimpser/engine", "glimpser/capture", "glimpser/streams", *SOURCES)
NO_STREAM = (ROOT / "glimpser/worker/analyze.py", ROOT / "glimpser/streams/store.py")  # their errors are answers


def raised(folders: tuple[str, ...] = FOLDERS) -> Iterator[tuple[str, ast.Call, Path]]:
    """Codes, the calls that name them, and where."""
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            if path in NO_STREAM:
                continue
            for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
                name = call.func.id if isinstance(call.func, ast.Name) else ""
                named = [k.value for k in call.keywords if k.arg == "code"] if name in RAISED else []
                named += call.args[:1] if name == "Reason" else call.args[1:2] if name == "PluginFailure" else []
                for value in named:
                    for node in ast.walk(value):
                        if isinstance(node, ast.Constant) and CODE.fullmatch(str(node.value)):
                            yield str(node.value), call, path


def test_codes_that_are_raised_are_in_the_catalogue() -> None:
    found = list(raised())
    assert len({code for code, _, _ in found}) > 30
    missing = {f"{code} ({path.relative_to(ROOT)}:{call.lineno})" for code, call, path in found if code not in REASONS}
    assert not missing


def test_vocabulary_without_a_code_is_in_the_catalogue() -> None:
    from glimpser_sdk import AuthFailed, ConfigInvalid, GlimpserError, NotReady, StreamEnded, Unsupported

    for kind in (GlimpserError, NotReady, AuthFailed, ConfigInvalid, Unsupported, StreamEnded):
        assert kind.default_code in REASONS


def test_sources_give_the_parameters_of_their_texts() -> None:
    """Or the text would have a hole: the connection failed: ''."""
    for code, call, path in raised(SOURCES):
        wanted = {field for _, field, _, _ in string.Formatter().parse(REASONS.get(code, "")) if field}
        given = {k.arg for k in call.keywords} | ({"detail"} if call.args else set())
        assert wanted <= given, f"{path.relative_to(ROOT)}:{call.lineno}: {code} lacks {wanted - given}"


def test_notices_are_documented() -> None:
    page = (ROOT / "docs/operate/troubleshooting.md").read_text()
    told = re.findall(r'_notice\(\s*"([a-z_.]+)"', (ROOT / "glimpser/worker/stream.py").read_text())
    assert told
    assert all(f"`{code}`" in page for code in told)


def test_pages_show_the_catalogue() -> None:
    shown = reasons.of_streams() + reasons.of_egress()
    assert all(f"| `{code}` |" in shown for code in REASONS)


@pytest.mark.parametrize("code", sorted(REASONS))
def test_texts_take_missing_parameters(code: str) -> None:
    assert "{" not in reason_text(code, {"detail": "of the test"})
