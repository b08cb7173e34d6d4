"""What a plugin is asked when somebody searches, and what it answers. See ``SearchSpec``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

LINK = re.compile(r"[A-Za-z0-9][\w./?=&%~+#-]*", re.ASCII)
LONGEST_TITLE, LONGEST_DETAIL, LONGEST_LINK, LONGEST_ID = 200, 500, 500, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuestion:
    """What somebody looks for. ``limit``: hits beyond it are not shown. ``streams``: ids of those on which they have
    the spec's permission: what belongs to another stream must not be found. ``whole``: whether they have it on the hub
    as a whole; without it, what belongs to no stream must not be found either."""

    text: str
    limit: int
    streams: frozenset[str]
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """Something found. ``id``: the plugin's own name of it. ``link``: the page that shows it, below the hub's root and
    without a slash before it (``streams/ID?tab=vane-tab``). ``stream_id``: what it belongs to, None for the hub.
    ``at``: when it was, aware."""

    id: str
    title: str
    link: str
    detail: str = ""
    stream_id: str | None = None
    at: datetime | None = None


def hit_problem(hit: object, question: SearchQuestion) -> str:
    """Why the hub leaves a hit out, '' for one that it shows."""
    if not isinstance(hit, SearchHit):
        return f"a hit must be a SearchHit, not {type(hit).__name__}"
    for name, longest in (("id", LONGEST_ID), ("title", LONGEST_TITLE), ("link", LONGEST_LINK),
                          ("detail", LONGEST_DETAIL)):  # fmt: skip
        value: object = getattr(hit, name)
        if not isinstance(value, str) or len(value) > longest or not (name == "detail" or value.strip()):
            return f"the hit's {name} must be text of at most {longest} characters"
    if not LINK.fullmatch(hit.link) or ".." in hit.link or "//" in hit.link:
        return "the hit's link must lead below the hub's root, without a slash before it"
    at: object = hit.at
    if at is not None and (not isinstance(at, datetime) or at.tzinfo is None):
        return "the hit's at must be a moment with its time zone"
    stream: object = hit.stream_id
    if stream is not None and not isinstance(stream, str):
        return "the hit's stream_id must be the id of a stream"
    if not (question.whole if stream is None else stream in question.streams):
        return "the hit is of something that who asks may not see"
    return ""
