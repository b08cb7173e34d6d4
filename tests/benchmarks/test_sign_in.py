"""Whether time tells which accounts there are."""

from __future__ import annotations

import random
import statistics
import time
from pathlib import Path

import httpx
import pytest
from support.signing import forget_failures

from tests.api.conftest import ApiHub

from .figures import Figures

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

PAIRS = 1000
WRONG = "wrong wrong wrong"


def test_an_unknown_name_takes_as_long_as_a_known_one(figures: Figures, tmp_path: Path) -> None:
    hub = ApiHub(tmp_path / "data")
    hub.environment["GLIMPSER_TRUSTED_PROXIES"] = "127.0.0.1"
    hub.start()
    try:
        hub.create_user("known", "viewer")
        took: dict[str, list[float]] = {"known": [], "nobody": []}
        order = random.Random(1)
        with httpx.Client(base_url=hub.url, timeout=30) as client:
            for number in range(PAIRS):
                if number % 4 == 0:
                    forget_failures(hub.database)
                for name in order.sample(sorted(took), 2):
                    headers = {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
                    body = {"name": name, "password": WRONG}
                    began = time.perf_counter()
                    answer = client.post("/api/auth/login", json=body, headers=headers)
                    took[name].append(time.perf_counter() - began)
                    assert (answer.status_code, "Retry-After" in answer.headers) == (401, False)
    finally:
        hub.stop()
    known, nobody = (statistics.median(took[name]) for name in ("known", "nobody"))
    figures.note(f"a wrong password takes {1000 * known:.1f} ms, a name that nobody has {1000 * nobody:.1f} ms")
    what = f"sign-in of a known and an unknown name, medians of {PAIRS:,} pairs apart"
    figures.add(what, 100 * abs(known - nobody) / known, " %", budget=2.0)
