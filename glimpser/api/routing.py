"""Declared routes: permission, object, input and answer of each in one place; there is no other way to add one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from glimpser.identity.policy import Principal
from glimpser_sdk.ids import ID_PATTERN

if TYPE_CHECKING:
    from glimpser.hub import Hub

PUBLIC = "anonymous"
"""Anybody, also before sign-in."""
SIGNED_IN = "authenticated"
"""Any principal, for what belongs to themselves."""

SHARED = "/api/shared/<id:link_id>"
"""Above the paths that the visitors of a share link ask."""
PATTERNS = {"provider": "^[a-z][a-z0-9-]{0,31}$"}
"""What parameters of paths look like that are no ids and load no object."""
OWN = re.compile(r"/api/(p/[^/]+/)?(me|auth)(/|$)")
LONG_LIVED = ("multipart/x-mixed-replace", "text/event-stream")
"""Types of answers that do not end by themselves."""

Handler = Callable[..., Awaitable[Any]]
Fetch = Callable[["Hub", Principal, str], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Loader:
    """Finds the object of a route among what the principal may see.

    ``parameter``: of the path. ``fetch(hub, principal, id)``: the object or None. ``stream_of(object)``: the id of the
    stream that grants on it go by, None = none. ``name``: the handler's argument. ``pattern``: what ids look like.
    """

    name: str
    parameter: str
    fetch: Fetch
    stream_of: Callable[[Any], str | None] = lambda _: None
    pattern: str = ID_PATTERN


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path.

    ``query``/``body``: pydantic models. ``answer``: a pydantic model, ``list[model]``, or None for an empty answer.
    ``media``: the type of an answer that is not JSON. ``match``: needs ``If-Match``. ``handler`` gets by name what it
    asks for of: hub, principal, query, body, the loaded object, and other parameters of the path.
    """

    method: str
    path: str
    permission: str
    handler: Handler
    tag: str
    load: Loader | None = None
    query: Any = None
    body: Any = None
    merge_patch: bool = False
    """The body is a JSON merge patch that looks like ``body``; the handler gets it as a plain object."""
    answer: Any = None
    status: int = 200
    media: str | None = None
    formats: tuple[str, ...] = ()
    """Further types that a success may have when they are asked for in the query."""
    match: bool = False
    also: dict[int, str] = field(default_factory=dict)
    """Further statuses it answers with on purpose, and what they mean."""
    secret: bool = False
    """What it takes or answers holds a secret, so that nothing of it is kept for an Idempotency-Key."""
    per_stream: bool = False
    """The handler answers for those streams alone on which the principal has the permission, so that having it on some
    is enough. Else, without an object to load, it has to hold for the hub as a whole."""
    dangerous: bool | Callable[[Any], bool] = False
    """A stolen session or key must not be enough: see `identity.step_up`. A call: asked with the query."""
    audited: bool = True
    """A change made through it is written to the audit log; see ``auditing.is_audited`` for what is none."""
    counts: str = ""
    """The limit that each request counts towards, while it is answered or for the day."""
    websocket: bool = False
    before_setup: bool = False
    """Answered beyond this machine also while nobody administers the hub."""
    shared: bool = False
    """Asked by the visitors of the share link in its path, and by nobody else."""
    signable: bool = False
    """May be asked by a signed link too."""
    documented: bool = True
    alias_of: str = ""
    """Operation id of the route that this one is another path of."""

    @property
    def endpoint(self) -> str:
        """Unique name; also the operation id."""
        name = f"{self.tag}.{self.handler.__name__}"
        return f"{name}.{self.method.lower()}.{self.path.split('/')[2]}" if self.alias_of else name

    @property
    def wants(self) -> frozenset[str]:
        """Names of the handler's arguments."""
        return frozenset(inspect.signature(self.handler).parameters)

    @property
    def own(self) -> bool:
        """Whether it is about one's own account or signing in, which who still has to enrol may use as well."""
        return OWN.match(self.path) is not None

    @property
    def long_lived(self) -> bool:
        """Whether the answer stays open."""
        return self.websocket or self.media in LONG_LIVED

    def for_visitors(self) -> Route:
        """The same for the visitors of a share link, below its path."""
        return replace(self, path=SHARED + self.path.removeprefix("/api"), tag="shared", shared=True, signable=False)

    def alias(self, path: str, method: str | None = None) -> Route:
        """The same at a path of earlier versions."""
        return replace(self, path=path, method=method or self.method, tag="aliases", alias_of=self.endpoint)


class Routes:
    """The routes of one resource."""

    def __init__(self, tag: str, *, documented: bool = True) -> None:
        self.tag = tag
        self.documented = documented
        self.routes: list[Route] = []

    def __call__(self, method: str, path: str, *, permission: str, **declared: Any) -> Callable[[Handler], Handler]:
        """Declare the decorated function as handler of ``method path``."""

        def add(handler: Handler) -> Handler:
            self.routes.append(
                Route(method=method, path=path, permission=permission, handler=handler, tag=self.tag,
                      documented=self.documented, **declared)
            )  # fmt: skip
            return handler

        return add


@dataclass(frozen=True, slots=True)
class Page:
    """A list answer. ``cursor``: where the next page starts, None on the last. ``total`` counts to at most 10,001.
    ``places``: the cursor after each item, where the answer may end earlier if it grows too large."""

    items: list[Any]
    cursor: str | None
    total: int
    places: tuple[str, ...] = ()

    def of(self, items: list[Any]) -> Page:
        """The same page with its items as they are answered."""
        return replace(self, items=items)


@dataclass(frozen=True, slots=True)
class Versioned:
    """An answer that is a mutable resource; its version is part of its ETag."""

    body: Any
    version: int
    status: int | None = None
    location: str | None = None
