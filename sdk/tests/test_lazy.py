"""References that import what they name only when it is asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import glimpser_sdk
from glimpser_sdk import Lazy, lazy


def test_nothing_is_imported_before_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lazy_victim.py").write_text("class Outer:\n    class Inner:\n        value = 7\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    reference = lazy("lazy_victim:Outer.Inner")
    assert "lazy_victim" not in sys.modules
    assert reference.load().value == 7
    assert reference.load() is sys.modules["lazy_victim"].Outer.Inner
    del sys.modules["lazy_victim"]


@pytest.mark.parametrize(
    "text", ["", "os", "os:", ":path", "os.:path", "os:path.", "os path:x", "os:path:x", "9:x", "a-b:c"]
)
def test_what_is_not_written_as_a_reference(text: str) -> None:
    with pytest.raises(ValueError, match=r"write package\.module:Attribute"):
        lazy(text)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(AttributeError, match="os has no attribute nothing"):
        lazy("os:nothing").load()
    with pytest.raises(ImportError, match="no_such_module"):
        lazy("no_such_module:thing").load()


def test_references_are_values() -> None:
    assert lazy("os:path") == Lazy("os:path")
    assert hash(lazy("os:path")) == hash(Lazy("os:path"))
    assert str(lazy("os:path")) == "os:path"


def test_the_package_gives_heavy_names_on_demand() -> None:
    assert all(getattr(glimpser_sdk, name) is not None for name in glimpser_sdk.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        glimpser_sdk.nothing  # noqa: B018 - asking is what is tested
