"""What all conformance classes share."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest


class Conformance:
    """Refuses subclasses that replace a test: a rule is kept, or its breach is marked and says why."""

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        for name, rule in _rules(cls).items():
            found = getattr(cls, name, None)
            if found is not rule and not _marked(found):
                raise TypeError(
                    f"{cls.__name__}.{name} replaces a conformance test. Override fixtures instead; if the rule cannot "
                    "be kept, mark the test with @pytest.mark.xfail(reason=…)"
                )

    @pytest.fixture(autouse=True)
    def scratch(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The folder that temporary files go to while a rule is tested, and the working directory; empty at first."""
        folder = tmp_path / "scratch"
        folder.mkdir()
        monkeypatch.setenv("TMPDIR", str(folder))
        monkeypatch.setattr(tempfile, "tempdir", None)
        monkeypatch.chdir(folder)
        return folder

    @pytest.fixture
    def cycles(self) -> int:
        """How often something is started and stopped in search of leaks."""
        return 50


def _rules(cls: type) -> dict[str, Any]:
    """The tests of the classes of this package that a class inherits from, by name."""
    return {
        name: value
        for base in reversed(cls.__mro__)
        if base.__module__.startswith(__package__ or "")
        for name, value in vars(base).items()
        if name.startswith("test_")
    }


def _marked(test: Any) -> bool:
    marks = getattr(test, "pytestmark", [])
    return any(mark.name == "xfail" and mark.kwargs.get("reason") for mark in marks)
