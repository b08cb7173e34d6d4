"""What the tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from .rig import Context


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(tmp_path)
