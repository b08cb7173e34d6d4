"""Questions that only a fresh interpreter can answer."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

# What the SDK itself brings is not the plugin's doing.
_HEAD = """
import importlib, json, sys, time
import glimpser_sdk
before = set(sys.modules)
started = time.perf_counter()
importlib.import_module(sys.argv[1])
taken = time.perf_counter() - started
"""
_TAIL = """
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print("\\n" + json.dumps({"ms": taken * 1000, "loaded": sorted(loaded)}))
"""
LIGHT = _HEAD + _TAIL
LOADS = _HEAD + "from glimpser_sdk import lazy\nfor target in sys.argv[2:]:\n    lazy(target).load()\n" + _TAIL


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
