"""Questions that only a fresh interpreter can answer."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest


def ask(code: str, *arguments: str) -> dict[str, Any]:
    """The JSON object that the code prints last. Fails with what it wrote to standard error."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        pytest.fail(f"importing {arguments[0]} takes longer than 60 s")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.rstrip().rpartition("\n")[2])
    return answer
