"""How soon lists answer where there is much, to one who sees all of it and to one who sees 20 streams."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from support.plenty import RARE, Plenty, fill

from tests.api.conftest import ApiHub

from .figures import Figures

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

STREAMS, EVENTS, DAYS = 1000, 1_000_000, 90
LOADS = 20
BUDGET_MS = 300.0
NEXT = re.compile(r"<([^>]*)>;\s*rel=\"next\"")


def _day(back: int) -> str:
    return (datetime.now(UTC) - timedelta(days=back)).strftime("%Y-%m-%d")


def _inbox(more: Callable[[int], str], days: Callable[[int], str] = lambda n: "") -> Callable[[int], list[str]]:
    """What the page asks for: the newest, how many of each severity, the calendar. ``more``: filters, by the load."""

    def paths(n: int) -> list[str]:
        counts = [f"/api/activities?limit=1&severity={s}{more(n)}" for s in ("critical", "warning", "notice", "info")]
        calendar = f"/api/activities/days?first={_day(35)}&last={_day(-6)}&timezone=Europe/Berlin{days(n)}"
        return [f"/api/activities?limit=48{more(n)}", *([] if "severity" in more(n) else counts), calendar]

    return paths


def loads(made: Plenty, seen: list[str]) -> dict[str, Callable[[int], list[str]]]:
    """What each page asks for in its n-th load."""
    stream: Callable[[int], str] = lambda n: seen[(7 * n) % len(seen)]  # noqa: E731
    waiting = "&reviewed=false"
    words = (
        "gate",
        "person",
        "door 7",
        RARE,
        "nothing is called so",
        "Motion",
        "heron opened",
        "north",
        "yard 001",
        "car",
    )
    span: Callable[[int], str] = lambda days: f"after={_day(days)}T00:00:00Z&before={_day(-1)}T00:00:00Z"  # noqa: E731
    return {
        "wall": lambda n: ["/api/me", "/api/capabilities", "/api/streams?limit=500", "/api/streams?limit=500&→",
                           "/api/events?state=open&limit=500", "/api/event-types", "/api/dashboards?limit=100"],
        "inbox": _inbox(lambda n: waiting),
        "inbox, all": _inbox(lambda n: ""),
        "inbox, reviewed": _inbox(lambda n: "&reviewed=true"),
        "inbox, a common type": _inbox(lambda n: f"{waiting}&type=motion.detected", lambda n: "&type=motion.detected"),
        "inbox, a rare type": _inbox(lambda n: f"{waiting}&type=plant.gone", lambda n: "&type=plant.gone"),
        "inbox, a type without any": _inbox(lambda n: f"{waiting}&type=plugin.failed", lambda n: "&type=plugin.failed"),
        "inbox, a severity": _inbox(lambda n: f"{waiting}&severity=critical", lambda n: "&severity=critical"),
        "inbox, a stream": _inbox(lambda n: f"{waiting}&stream={stream(n)}", lambda n: f"&stream={stream(n)}"),
        "inbox, a day": _inbox(lambda n: f"{waiting}&after={_day(3 * n + 1)}T00:00:00Z&before={_day(3 * n)}T00:00:00Z"),
        "inbox, pages 2 to 6": lambda n: [f"/api/activities?limit=48{waiting}", *["→"] * 5],
        "inbox, late pages": lambda n: [f"/api/activities?limit=48&before={_day(80)}T00:00:00Z", *["→"] * 3],
        "search": lambda n: [f"/api/search?limit=60&q={words[n % len(words)]}",
                             f"/api/search?suggest=true&q={words[(n + 3) % len(words)]}"],
        "timeline": lambda n: [f"/api/timeline?{span(1 + 4 * n)}&stream={stream(n)}&buckets=500"],
        "timeline of all streams": lambda n: [f"/api/timeline?{span(1 + 4 * n)}"],
        "streams": lambda n: ["/api/streams?limit=50", f"/api/streams?limit=50&search={words[n % len(words)]}",
                              f"/api/streams?limit=50&group={made.groups[n % 9]}", "/api/stream-groups?limit=500"],
        "events": lambda n: ["/api/events?limit=50", "/api/events?limit=50&type=plant.gone", "/api/dashboard",
                             "/api/events?limit=50&severity=critical", f"/api/events?limit=50&stream={stream(n)}"],
    }  # fmt: skip


def ask(client: httpx.Client, paths: list[str]) -> Iterator[tuple[str, float, int]]:
    """Each path with the seconds and the bytes of its answer. ``→``: the next page."""
    following = ""
    for asked in paths:
        path = following if asked.endswith("→") else asked
        if not path:
            continue
        began = time.perf_counter()
        answer = client.get(path)
        took = time.perf_counter() - began
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        onward = NEXT.search(answer.headers.get("Link", ""))
        following = onward[1] if onward else ""
        yield path, took, len(answer.content)


@pytest.fixture(scope="module")
def plenty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ApiHub, Plenty]]:
    hub = ApiHub(tmp_path_factory.mktemp("plenty") / "data")
    hub.environment["GLIMPSER_EVENT_RETENTION_DAYS"] = "400"
    hub.start()
    reviewer = hub.get("/api/me")["id"]
    hub.create_user("few", "viewer")
    few = next(u for u in hub.get("/api/users") if u["name"] == "few")
    hub.stop()
    made = fill(hub.database, streams=STREAMS, events=EVENTS, days=DAYS, reviewers=[reviewer, few["id"]])
    hub.start()
    hub.call("PATCH", f"/api/users/{few['id']}", {"streams": seen_by_few(made)}, **{"If-Match": "*"})
    yield hub, made
    hub.stop()


def seen_by_few(made: Plenty) -> list[str]:
    return made.streams[:: STREAMS // 20]


def percentile(values: list[float], share: float = 0.95) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def test_lists(figures: Figures, plenty: tuple[ApiHub, Plenty]) -> None:
    hub, made = plenty
    measure(figures, hub, made)


def measure(figures: Figures, hub: ApiHub, made: Plenty) -> None:
    people = {
        "administrator": (hub.create_key("ada"), made.streams),
        "viewer of 20": (hub.create_key("few"), seen_by_few(made)),
    }
    largest = 0
    for who, (key, seen) in people.items():
        for page, paths in loads(made, seen).items():
            slowest: list[float] = []
            worst: dict[str, list[float]] = {}
            for n in range(LOADS):
                with httpx.Client(base_url=hub.url, headers={"Authorization": f"Bearer {key}"}, timeout=120) as client:
                    found = list(ask(client, paths(n)))
                slowest.append(max(took for _, took, _ in found))
                largest = max(largest, *(size for _, _, size in found))
                for path, took, _ in found:
                    worst.setdefault(path.split("cursor=")[0], []).append(took)
            dear = max(worst, key=lambda p: percentile(worst[p]))
            print(f"      {who}, {page}: {1000 * percentile(worst[dear]):.0f} ms {dear}")
            what = f"{page}, slowest list of a load, p95 of {LOADS}, {who}"
            figures.add(what, 1000 * percentile(slowest), " ms", budget=BUDGET_MS)
    figures.add("largest answer of a list", largest / 1000, " kB", budget=1000)
