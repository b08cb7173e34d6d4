"""From what a handler returns to a response: JSON, pages with Link headers, ETags and 304."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from quart import Response, request

from glimpser_sdk.web import Problem

from .cursors import COUNT_LIMIT
from .routing import Page, Route, Versioned

READING = ("GET", "HEAD")
_PLAIN = frozenset({str, int, float, bool})
LARGEST = 900_000
"""Bytes of a list's answer; longer pages end early."""


def plain(value: Any) -> Any:
    """JSON values; times in RFC 3339 with microseconds and Z."""
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    return value


def shown(value: dict[str, Any]) -> dict[str, Any]:
    """An object in JSON values."""
    result: dict[str, Any] = plain(value)
    return result


def respond(route: Route, result: Any) -> Response:
    """The response for a handler's result."""
    if isinstance(result, Response):
        return result
    status, headers, version, body = route.status, {}, None, result
    raw: bytes | None = None
    if isinstance(result, Page):
        result, raw = fitting(result)
        body, headers = result.items, page_headers(result)
    elif isinstance(result, Versioned):
        body, version, status = result.body, result.version, result.status or status
        if result.location:
            headers["Location"] = result.location
    if body is None:
        return Response(b"", status=204, headers=headers)
    raw = msgspec.json.encode(plain(body)) if raw is None else raw
    if request.method in READING or version is not None:
        tag = etag(raw, version)
        headers["ETag"] = tag
        if request.method in READING and none_match(tag):
            return Response(b"", status=304, headers=headers)
    return Response(raw, status=status, headers=headers, content_type="application/json")


def fitting(page: Page) -> tuple[Page, bytes]:
    """As much of a page as an answer holds, and that as JSON. What is left is on the next page."""
    parts: list[bytes] = []
    room = LARGEST
    for item in page.items:
        part = msgspec.json.encode(plain(item))
        room -= len(part) + 1
        if room < 0 and parts and page.places:
            page = replace(page, items=page.items[: len(parts)], cursor=page.places[len(parts) - 1])
            break
        parts.append(part)
    return page, b"[" + b",".join(parts) + b"]"


def etag(raw: bytes, version: int | None) -> str:
    """A strong validator: changes with the body, and carries the version that If-Match goes by."""
    mark = hashlib.sha256(raw).hexdigest()[:16]
    return f'"{mark}"' if version is None else f'"v{version}.{mark}"'


def none_match(tag: str) -> bool:
    """Whether the asker has this version already (``If-None-Match``)."""
    asked = request.headers.get("If-None-Match")
    return asked is not None and (
        asked.strip() == "*" or tag in [t.strip().removeprefix("W/") for t in asked.split(",")]
    )


def matcher() -> Callable[[int], None]:
    """Checks a version against ``If-Match``: Problem 412 when it names another, ``*`` matches any. Problem 428 at once
    without the header. The check may run where no request is at hand, such as in a transaction."""
    asked = request.headers.get("If-Match", "").strip()
    if not asked:
        raise Problem(428, "match.needed", "send the ETag of the object as If-Match")
    tags = [t.strip() for t in asked.split(",")]

    def check(version: int) -> None:
        if "*" not in tags and not any(t.startswith(f'"v{version}.') or t == f'"v{version}"' for t in tags):
            raise Problem(412, "match.failed", "the object was changed meanwhile: read it again", version=version)

    return check


def page_headers(page: Page) -> dict[str, str]:
    """``Link`` to the next page and ``X-Total-Count``, marked ``+`` beyond what is counted."""
    over = page.total > COUNT_LIMIT
    headers = {"X-Total-Count": f"{COUNT_LIMIT}+" if over else str(page.total)}
    if page.cursor is not None:
        pairs = [(k, v) for k, v in request.args.items(multi=True) if k != "cursor"]
        headers["Link"] = f'<{request.path}?{urlencode([*pairs, ("cursor", page.cursor)])}>; rel="next"'
    return headers
