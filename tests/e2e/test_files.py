"""The packaged files over HTTP: which there are, how they are kept, what else is refused."""

from __future__ import annotations

import httpx
import pytest

from .hubs import RunningHub

FILES = [("main.js", "text/javascript"), ("app.css", "text/css"), ("favicon.svg", "image/svg+xml")]


@pytest.mark.parametrize("path", ["/", "/events", "/login", "/setup", "/streams/01HZZZZZZZZZZZZZZZZZZZZZZZ"])
def test_every_page_is_the_same_document_for_anybody(hub: RunningHub, path: str) -> None:
    answer = httpx.get(hub.url + path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert '<div id="chrome">' in answer.text
    assert "{root}" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("name", "kind"), FILES)
def test_a_file_is_kept_until_it_changes(hub: RunningHub, name: str, kind: str) -> None:
    url = f"{hub.url}/static/{name}"
    answer = httpx.get(url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    assert answer.content
    assert "no-cache" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = httpx.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "name", ["shell.html", "..%2froutes.py", "%2e%2e/routes.py", "%2fetc%2fpasswd", "x.js", "main.js/x"]
)
def test_nothing_else_is_served(hub: RunningHub, name: str) -> None:
    assert httpx.get(f"{hub.url}/static/{name}", follow_redirects=True).status_code == 404
