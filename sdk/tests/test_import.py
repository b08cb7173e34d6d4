"""What importing the SDK costs and brings, in an interpreter that has nothing loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

BUDGET_MS = 60
ROUNDS = 9
HEAVY = {"quart", "cv2", "numpy", "pydantic", "tortoise", "simplejpeg", "httpx", "asyncio", "av"}

# Processor time: with warm caches an import is nothing else, and it leaves other load out.
MEASURE = """
import json, sys, time
{first}
before = set(sys.modules)
started = time.process_time()
import {module}
taken = time.process_time() - started
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(json.dumps({{"ms": taken * 1000, "loaded": sorted(loaded)}}))
"""


def measure(module: str, first: str = "") -> dict[str, Any]:
    code = MEASURE.format(module=module, first=first)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.serial
def test_importing_the_sdk_costs_less_than_60_ms() -> None:
    assert min(measure("glimpser_sdk")["ms"] for _ in range(ROUNDS)) < BUDGET_MS


@pytest.mark.serial
def test_other_peoples_test_runs_pay_little_for_the_fixtures() -> None:
    cost = min(measure("glimpser_sdk.testing.plugin", "import pytest, asyncio")["ms"] for _ in range(ROUNDS))
    assert cost < BUDGET_MS / 2


def test_the_sdk_brings_nothing_heavy() -> None:
    assert not HEAVY & set(measure("glimpser_sdk")["loaded"])


def test_the_fixtures_bring_nothing_heavy() -> None:
    # pytest and its asyncio plugin are there in any case.
    loaded = measure("glimpser_sdk.testing.plugin", "import pytest, asyncio")["loaded"]
    assert not HEAVY & set(loaded)


@pytest.mark.parametrize(
    "name", ["contexts", "demand", "errors", "packets", "sources", "sinks", "specs", "web", "lazy"]
)
def test_contracts_need_no_extra(name: str) -> None:
    assert not HEAVY & set(measure(f"glimpser_sdk.{name}")["loaded"])
