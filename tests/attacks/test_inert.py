"""Scripts in what the hub says of an error, and in the files that it keeps: text and files, never pages."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import Browser, Error
from support.kept import Kept, keep

from tests.api.conftest import ApiHub
from tests.api.test_description import add
from tests.e2e.conftest import browser as browser

SCRIPT = "<script>__xss()</script>"
IMAGE = "<img src=x onerror=__xss()>"
"""Without a slash, so that it may stand in a path."""
PAGE = f"<!doctype html><title>x</title><img src=x onerror=__xss()>{SCRIPT}"
PICTURE = f'<svg xmlns="http://www.w3.org/2000/svg" onload="__xss()">{SCRIPT}</svg>'
TYPES = ("text/html", "text/html; charset=utf-8", "image/svg+xml", "application/xhtml+xml", "text/xml", "image/JPEG ",
         "text/html\r\nX-Injected: 1", "multipart/x-mixed-replace; boundary=x", "")  # fmt: skip
"""What a sink may call what it made."""
INERT = {"application/json", "application/problem+json", "image/jpeg", "video/mp4", "application/octet-stream",
         "text/csv", "application/jsonl"}  # fmt: skip
ROUTES = """        @blueprint.get("/broken/<name>")
        async def broken(name):
            raise RuntimeError(name)

        @blueprint.get("/naive/<name>")
        async def naive(name):
            from quart import Response
            own = {"Content-Security-Policy": "default-src * 'unsafe-inline'"}
            return Response(f"there is no {name}", content_type="text/html", headers=own)
"""
Figure = Callable[[str, str], None]


class World:
    """A hub where everything that can be named is named like a script."""

    def __init__(self, hub: ApiHub) -> None:
        self.hub = hub
        self.stream = hub.add(SCRIPT, "rtsp://127.0.0.1:554/", enabled=False, tags=[SCRIPT])
        self.kept = keep(hub, self.stream, datetime.now(UTC), PAGE)
        self.others = [self._file(number, kind) for number, kind in enumerate(TYPES)]

    def _file(self, number: int, kind: str) -> Kept:
        """A file that a sink called a name of its own."""
        kept = keep(self.hub, self.stream, datetime.now(UTC), PICTURE if "svg" in kind else f"{PAGE}{number}")
        with sqlite3.connect(self.hub.database, timeout=30) as rows:
            rows.execute("UPDATE media_files SET content_type = ? WHERE id = ?", (kind, kept.ids["clip_id"]))
        return kept

    @property
    def files(self) -> list[str]:
        """Where the kept files are."""
        ids = self.kept.ids
        own = [f"/api/snapshots/{ids['snapshot_id']}/image", f"/api/clips/{ids['clip_id']}/file"]
        return own + [f"/api/clips/{kept.ids['clip_id']}/file" for kept in self.others]

    @property
    def pages(self) -> list[str]:
        """What somebody can be led to that repeats a script."""
        text, name, ids = quote(SCRIPT, safe=""), quote(IMAGE, safe=""), self.kept.ids
        return [
            f"/{name}", f"/api/{text}", f"/api/streams/{name}", f"/static/{name}", f"/api/p/{name}/x",
            f"/api/streams?limit={text}", f"/api/streams?{text}=1", f"/api/events?after={text}",
            f"/api/events?cursor={text}", f"/api/auth/sso/{name}?next=/{text}", f"/api/search?q={text}",
            f"/api/p/inert/things/{name}", f"/api/p/inert/broken/{name}", "/api/streams", "/api/streams/export",
            f"/api/streams/{self.stream}", f"/api/events/{ids['event_id']}", "/api/events", "/api/activities",
            f"/api/p/notes?stream={self.stream}", f"/api/stream/{self.stream}/thumbnail",
            f"/api/stream/{self.stream}/mjpeg?fps={text}", "/api/audit-events?format=csv", *self.files,
        ]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("inert")
    add(folder / "site", "inert", extra=ROUTES)
    module = folder / "site" / "glimpser_inert" / "plugin.py"
    declared = "".join(
        f'RouteSpec(path="/{name}/<name>", methods=("GET",), permission="inert.use"),\n            '
        for name in ("broken", "naive")
    )
    module.write_text(module.read_text().replace('RouteSpec(path="/things",', declared + 'RouteSpec(path="/things",'))
    hub = ApiHub(folder / "data")
    hub.environment |= {"PYTHONPATH": str(folder / "site")}
    hub.start()
    hub.person("visitor", "admin")
    yield World(hub)
    hub.stop()


def refusals(world: World) -> Iterator[tuple[str, httpx.Response]]:
    """Answers to what is sent with a script in it."""
    hub, api = world.hub, world.hub.api
    config = {"url": f"gopher://{SCRIPT}/", SCRIPT: SCRIPT}
    for path, body in {
        "/api/streams": {"name": "x", "kind": SCRIPT, "config": {}},
        "/api/streams/test": {"kind": "ffmpeg", "config": config},
        "/api/streams/import": {"streams": [{"name": SCRIPT, "kind": SCRIPT, "config": config}]},
        "/api/users": {"name": SCRIPT, "password": SCRIPT, "role": SCRIPT},
        "/api/auth/login": {SCRIPT: SCRIPT},
        "/api/events": {"stream_id": SCRIPT, "text": SCRIPT},
        f"/api/p/inert/things/{quote(IMAGE, safe='')}": {},
    }.items():
        yield f"POST {path}", api.post(path, json=body)
        yield f"POST {path} as {SCRIPT}", api.post(path, content=SCRIPT, headers={"Content-Type": SCRIPT})
    yield "another host", api.get("/api/streams", headers={"Host": f"{SCRIPT.replace('/', '')}.example"})
    yield "another origin", hub.client().post("/api/auth/login", json={}, headers={"Origin": SCRIPT})
    yield "a token", hub.client(SCRIPT).get("/api/streams")
    yield "a method", api.request("DELETE", "/api/streams")
    yield "an If-Match", api.patch(f"/api/streams/{world.stream}", json={}, headers={"If-Match": SCRIPT})


@pytest.mark.attack("A48", control=True)
def test_no_answer_is_a_page(world: World, figure: Figure) -> None:
    answers = [(f"GET {path}", world.hub.api.get(path)) for path in world.pages]
    answers += refusals(world)
    echoed = 0
    for what, answer in answers:
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        assert kind in INERT, (what, kind)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", what
        assert "sandbox" in answer.headers["Content-Security-Policy"].split("; "), what
        assert "X-Injected" not in answer.headers, what
        echoed += any(text in answer.text for text in (SCRIPT, IMAGE, json.dumps(SCRIPT)[1:-1]))
    for path in world.files:
        answer = world.hub.api.get(path)
        assert answer.status_code == 200, (path, answer.text)
        name = re.escape(path.split("/")[3])
        shown = answer.headers["Content-Type"] in ("image/jpeg", "video/mp4")
        expected = rf'inline; filename="{name}\.(jpg|mp4)"' if shown else rf'attachment; filename="{name}\.bin"'
        assert re.fullmatch(expected, answer.headers["Content-Disposition"]), path
        assert shown or answer.headers["Content-Type"] == "application/octet-stream"
    naive = world.hub.api.get(f"/api/p/inert/naive/{quote(IMAGE, safe='')}")
    assert naive.headers["Content-Type"].startswith("text/html"), "control"
    assert IMAGE in naive.text, "control"
    figure("answers with a script", f"0 of {len(answers)} are pages, {echoed} repeat it")
    assert echoed >= 20


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")  # the browser's
@pytest.mark.attack("A48", control=True)
async def test_nothing_runs_in_a_browser(world: World, browser: Browser, figure: Figure) -> None:
    """Somebody who is signed in is led to each of them, and one plugin does it wrong."""
    fired: list[str] = []
    context = await browser.new_context()
    await context.expose_binding("__xss", lambda source: fired.append(source["page"].url))
    cookies = [{"name": c.name, "value": c.value or "", "url": world.hub.url}
               for c in world.hub.sign_in("visitor").cookies.jar]  # fmt: skip
    await context.add_cookies(cookies)  # type: ignore[arg-type]
    page = await context.new_page()
    told = 0
    for path in world.pages:
        with suppress(Error):  # what a browser does not show, it downloads
            await page.goto(world.hub.url + path, wait_until="commit")
            told += "__xss" in await page.content()
    await page.wait_for_timeout(300)
    assert fired == []
    assert told >= 5
    await page.goto(f"{world.hub.url}/api/p/inert/naive/{quote(IMAGE, safe='')}")
    await page.wait_for_timeout(100)
    assert len(fired) == 1, "control"
    figure("pages with a script", f"0 of {len(world.pages)} run it in Chromium, {told} show it")
    await context.close()
