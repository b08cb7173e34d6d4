"""Texts that make regular expressions and parsers slow: what is twice as long takes about twice as long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from support import patterns

from tests.api.conftest import ApiHub
from tests.api.test_description import add

Figure = Callable[[str, str], None]
MOST = 3.0
"""How many times longer twice the text may take; 4 is what is looked for."""
NAIVE = {
    r"(a+)+$": "search",
    r"^(\w+\s?)*$": "match",
    r"\s+$": "sub",
    r"(\d+)\D*$": "search",
    r"[a-z0-9._-]+@[a-z0-9._-]+": "search",
    rb"[ \t]*:[ \t]*\r?\n": "search",
}
"""Patterns as they were in products that were attacked through them."""


@pytest.mark.attack("A53")
def test_no_pattern_of_the_code_is_slow_on_any_text(figure: Figure) -> None:
    found, _ = patterns.uses()
    distinct = {(use.pattern, use.flags, use.method): use for use in found}
    grown = {str(use): patterns.growth(use) for use in distinct.values()}
    worst = max(grown, key=lambda use: grown[use])
    figure("patterns", f"{len(grown)} uses, twice the text takes at most {grown[worst]:.1f} times as long")
    assert {use: round(value, 1) for use, value in grown.items() if value >= MOST} == {}
    assert len(grown) > 50
    assert {"search", "fullmatch", "sub", "pydantic"} <= {use.method for use in found}


@pytest.mark.control("A53")
@pytest.mark.parametrize("pattern", NAIVE)
def test_slow_patterns_are_found_out(pattern: str) -> None:
    use = patterns.Use(pattern, 0, NAIVE[pattern], "control")
    assert patterns.growth(use, limit_s=1.0) >= MOST


def test_nobody_gives_the_hub_a_pattern() -> None:
    """All are constants of their modules. Whoever adds one that a user writes has to bound its time here first."""
    found, unknown = patterns.uses()
    assert unknown == []
    assert found
    assert [str(use) for use in found if use.method == "pydantic" and "(?" in str(use.pattern)] == []


SLOW = """        @blueprint.post("/naive")
        async def naive():
            import re
            return {"found": bool(re.search("a*b", (await request.get_json())["text"]))}
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with a plugin that searches carelessly."""
    folder = tmp_path_factory.mktemp("patterns")
    add(folder / "site", "slow", extra=SLOW)
    module = folder / "site" / "glimpser_slow" / "plugin.py"
    declared = (
        'RouteSpec(path="/naive", methods=("POST",), permission="slow.use"),\n            RouteSpec(path="/things",'
    )
    module.write_text(module.read_text().replace('RouteSpec(path="/things",', declared))
    made = ApiHub(folder / "data")
    made.environment |= {"PYTHONPATH": str(folder / "site")}
    made.start()
    made.add("a.*b", "rtsp://127.0.0.1:554/", enabled=False)
    yield made
    made.stop()


Ask = Callable[[httpx.Client, int], httpx.Response]
HEAD, BODY, OWN_BODY = 14_000, 60_000, 1_900_000
"""Nearly what a head, the body of a stranger and that of a user may have."""


def query(path: str, text: str) -> Ask:
    return lambda client, n: client.get(f"{path}{text * (n // len(text))}")


def header(
    name: str, text: str, start: str = "", end: str = "", path: str = "/api/streams", method: str = "GET"
) -> Ask:
    return lambda client, n: client.request(
        method, path, headers={name: (start + text * (n // len(text)) + end).strip()}
    )


def body(path: str, make: Callable[[int], str], kind: str = "application/json", method: str = "POST") -> Ask:
    return lambda client, n: client.request(method, path, content=make(n), headers={"Content-Type": kind})


LOGIN = "/api/auth/login"
STREAM = '{"name": "x", "kind": "ffmpeg", "config": {"url": "%s"}}'
HEADS: dict[str, Ask] = {
    "percent signs": query("/api/streams?search=", "%25"),
    "one parameter again and again": query("/api/streams?", "search=a&"),
    "separators": query("/api/events?", "&;="),
    "a time": query("/api/events?after=", "1"),
    "a cursor": query("/api/events?cursor=", "eyJ"),
    "a way back": query("/api/auth/sso/any?next=/", "%2F."),
    "a path": query("/api/streams/", "A/"),
    "a path of a plugin": query("/api/p/", "slow/"),
    "cookies": header("Cookie", "a=b; "),
    "quotes in a cookie": header("Cookie", '\\"', 'glimpser="'),
    "what is accepted": header("Accept", "a/b;q=0.1,"),
    "languages": header("Accept-Language", "a-", "a"),
    "tags": header("If-None-Match", 'W/"a", '),
    "tags of a change": header("If-Match", '"v1.a",', path="/api/plugins/slow", method="PATCH"),
    "ranges": header("Range", "0-0,", "bytes=", "0-"),
    "a date": header("If-Modified-Since", " ", "Sat", "x"),
    "an access token": header("Authorization", "a.", "Bearer "),
    "a key": header("Authorization", "_", "Bearer glm_"),
    "names and passwords": header("Authorization", "QTpB", "Basic "),
    "where it comes from": header("Origin", ":/", "http", path=LOGIN, method="POST"),
    "proxies": header("Forwarded", 'for="[::1]";', path="/api/streams"),
    "a type": header("Content-Type", '; a="\\"', "application/json", path=LOGIN, method="POST"),
    "a boundary": header("Content-Type", "-", "multipart/form-data; boundary=", path=LOGIN, method="POST"),
    "an idempotency key": header("Idempotency-Key", "~", path="/api/streams", method="POST"),
}
BODIES: dict[str, tuple[Ask, int]] = {
    "unknown fields": (body(LOGIN, lambda n: "{" + ",".join(f'"a{i}":1' for i in range(n // 9)) + "}"), BODY),
    "open brackets": (body(LOGIN, lambda n: "[" * n), BODY),
    "closed brackets": (body(LOGIN, lambda n: "[" * (n // 2) + "]" * (n // 2)), BODY),
    "digits": (body(LOGIN, lambda n: '{"name": ' + "9" * n + "}"), BODY),
    "escapes": (body(LOGIN, lambda n: '{"name": "' + "\\u005c" * (n // 6) + '"}'), BODY),
    "spaces": (body(LOGIN, lambda n: " " * n + "x"), BODY),
    "a form": (body(LOGIN, lambda n: "a=b&" * (n // 4), "application/x-www-form-urlencoded"), BODY),
    "parts of a form": (
        body(LOGIN, lambda n: "--x\r\n\r\n\r\n" * (n // 9) + "--x--", "multipart/form-data; boundary=x"), BODY),
    "one line of a form": (body(LOGIN, lambda n: "\r" * n, "multipart/form-data; boundary=x"), BODY),
    "a name of spaces": (body("/api/streams", lambda n: '{"name": "' + " " * n + '"}'), OWN_BODY),
    "a camera's address": (body("/api/streams", lambda n: STREAM % ("rtsp://" + ":" * n + "@")), OWN_BODY),
    "a camera's user": (body("/api/streams", lambda n: STREAM % ("rtsp://" + "a:a@" * (n // 4))), OWN_BODY),
    "a camera's query": (body("/api/streams", lambda n: STREAM % ("rtsp://h/?" + "&key" * (n // 4))), OWN_BODY),
    "an address to try": (
        body("/api/streams/test", lambda n: '{"url": "' + "http://" * (n // 7) + '"}'), OWN_BODY),
    "tags of a stream": (
        body("/api/streams", lambda n: '{"name": "x", "tags": [' + ",".join(['"a"'] * (n // 4)) + "]}"), OWN_BODY),
}  # fmt: skip


def took(client: httpx.Client, ask: Ask, n: int, tries: int = 3) -> float:
    """The shortest of some times that an answer takes; an error of the hub is none."""
    times = []
    for _ in range(tries):
        began = time.perf_counter()
        answer = ask(client, n)
        times.append(time.perf_counter() - began)
        assert answer.status_code < 500, answer.text[:300]
    return min(times)


def growing(client: httpx.Client, ask: Ask, most: int, tries: int = 3) -> tuple[float, float]:
    """How many times longer twice the text takes, and the seconds for the longest."""
    short, long = took(client, ask, most >> 4), took(client, ask, most, tries)
    return (long / short) ** 0.25, long


@pytest.mark.serial
@pytest.mark.attack("A53", control=True)
def test_no_request_is_slow_for_its_length(hub: ApiHub, figure: Figure) -> None:
    asked: dict[str, tuple[Ask, int]] = {**{what: (ask, HEAD) for what, ask in HEADS.items()}, **BODIES}
    grown = {what: growing(hub.api, ask, most) for what, (ask, most) in asked.items()}
    for what, (value, longest) in sorted(grown.items(), key=lambda found: -found[1][0]):
        print(f"{value:5.2f} {longest * 1000:7.1f} ms {what}")
    worst, longest = max(value for value, _ in grown.values()), max(seconds for _, seconds in grown.values())
    slow: Any = body("/api/p/slow/naive", lambda n: '{"text": "' + "a" * n + '"}')
    naive, _ = growing(hub.api, slow, 3 * HEAD, tries=1)
    figure("slow requests", f"0/{len(grown)}: twice the text takes at most {worst:.1f} times as long, {longest:.2f} s"
           f" at the longest; {naive:.1f} times by a careless plugin")  # fmt: skip
    assert {what: found for what, found in grown.items() if found[0] >= MOST} == {}
    assert naive >= MOST


def test_a_pattern_that_is_searched_for_is_text(hub: ApiHub) -> None:
    for text, there in (("a.*b", True), ("A.*", True), ("a.+b", False), (".*", True), ("(a+)+$", False), ("^a", False)):
        assert bool(hub.api.get("/api/search", params={"q": text}).json()) is there, text
        assert bool(hub.api.get("/api/streams", params={"search": text}).json()) is there, text
