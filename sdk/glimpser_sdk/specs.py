"""What hooks return: frozen, keyword-only, cheap to make. Factories and models are lazy references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .analyzers import FrameWants
from .lazy import Lazy
from .sources import Cadence


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginManifest:
    """Who the plugin is. ``requires``: ids of plugins it needs. ``capabilities``: what it will ask of the host
    (``network:camera``, ``files``, ``subprocess``), shown before it is enabled; a network capability (camera, web,
    webhook, feed, model or identity) decides what its connections may reach, and without one it makes none. ``docs``: a
    URL or ''."""

    id: str
    title: str
    description: str = ""
    requires: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    docs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSpec:
    """The plugin's own settings: ``model`` is a PluginConfig; ``migrate(old, version)`` brings a stored document of an
    older ``version`` up to date before it is validated."""

    model: Lazy
    version: int = 1
    migrate: Callable[[dict[str, Any], int], dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """A kind of stream. ``config``: PluginConfig of one stream; ``factory(ctx, config, feed)``: a BlockingSource or
    AsyncSource (``shape``). ``feeds``: picture paths it can give, the first is the default. ``schemes``: URL schemes
    by which ``streams/test`` recognises it. ``probe``: whether it can be tried without saving."""

    kind: str
    title: str
    config: Lazy
    factory: Lazy
    shape: Literal["blocking", "async"] = "blocking"
    cadence: Cadence = Cadence()
    schemes: frozenset[str] = frozenset()
    feeds: tuple[str, ...] = ("main",)
    probe: bool = True
    icon: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzerSpec:
    """``runs``: inline (on the decode thread; must take well under a frame's time), thread, or process (its own child,
    view through shared memory). ``after``: id of an analyzer whose active frames are the only ones it gets.
    ``emits``: event types. ``idle_trigger``: it can work on keyframes alone and asks for more by ``wake``.
    ``gap_s``: active frames closer than this belong to one event. ``default``: on for streams that name none."""

    id: str
    title: str
    config: Lazy
    factory: Lazy
    runs: Literal["inline", "thread", "process"] = "thread"
    wants: FrameWants = FrameWants()
    after: str | None = None
    emits: tuple[str, ...] = ()
    max_batch: int = 1
    idle_trigger: bool = False
    gap_s: float = 3.0
    default: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkSpec:
    """``wants``: packets or frames of ``feed``. ``pre_roll_s``: seconds of packets kept for it before an event.
    ``default``: on for streams that name no sinks."""

    id: str
    title: str
    config: Lazy
    factory: Lazy
    wants: Literal["packets", "frames"] = "packets"
    feed: str = "main"
    pre_roll_s: float = 0.0
    default: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthBackendSpec:
    """A way to prove who one is. ``order``: lower is asked first. ``factory(ctx)`` makes what ``glimpser_sdk.auth``
    describes for the kind: ``PasswordBackend``, ``FactorBackend``, ``RedirectBackend`` (oidc), ``HeaderBackend``, or
    ``AdmissionBackend``, which proves nothing and says who is served at all."""

    id: str
    title: str
    kind: Literal["password", "header", "oidc", "token", "factor", "admission"]
    factory: Lazy
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSpec:
    """One route of a plugin's blueprint: methods, path as Quart writes it, and the permission it needs.

    The rest describes it in OpenAPI. ``query``, ``body``, ``answer``: pydantic models of the query string, the JSON
    body and the JSON answer (``many``: a list of them, with ``Link`` and ``X-Total-Count``; None: no content).
    ``status``: of success. ``match``: needs ``If-Match``.

    ``per_stream``: the handler goes by streams and asks ``require(permission, stream_id)`` itself, so that who has the
    permission on some streams only may ask. Without it the permission has to hold for the whole hub.

    ``dangerous``: a stolen session must not be enough. Who asks has to have proved who they are within five minutes;
    an API key needs the scope ``admin:dangerous``.
    """

    path: str
    methods: tuple[str, ...]
    permission: str
    query: Lazy | None = None
    body: Lazy | None = None
    answer: Lazy | None = None
    many: bool = False
    status: int = 200
    match: bool = False
    per_stream: bool = False
    dangerous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterSpec:
    """``factory(ctx)`` returns a Quart Blueprint mounted at ``/api/p/ID``. Every route of it is declared here with its
    permission; ``claims``: other free paths below ``/api`` that it serves."""

    factory: Lazy
    routes: tuple[RouteSpec, ...]
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEndSpec:
    """The web pages of the hub, in place of the built-in ones. Of two plugins that bring some, the one whose id comes
    first is taken and the other blocked.

    ``files``: the folder that holds them, ``package:folder``; all in it is served at ``/static/ID/DIGEST/…`` and kept
    by browsers. ``document``: the HTML file in it that answers the paths of the built-in pages and ``paths``, written
    as Quart does; ``{root}`` in it becomes the relative way to the hub's root, ``{files}`` that to the folder.
    ``beside``: files that are served at the root by their names (a service worker, a web manifest); in text ``{root}``
    and ``{files}`` are replaced as in the document. ``trusted_types``: names of the policies that its code may create.
    """

    files: str
    document: str = "index.html"
    paths: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    trusted_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSpec:
    """A part of the web pages: an ES module that registers one custom element, ``ID-…``.

    ``slot``: where it is shown. ``module``: ``package:folder/file.js``; all in the folder is served beside it.
    ``permission``: who is shown it; '' = everybody who is signed in. ``match``: for ``event.detail`` types of events,
    for ``config.field`` formats of the JSON Schema. ``icon``: a name of the icon set of the pages.

    A panel is trusted code like the plugin it comes from: it runs with the session of whoever looks.
    """

    slot: Literal[
        "page", "wall.tile", "stream.tab", "event.detail", "config.field", "settings.section", "search.results",
        "system.card",
    ]  # fmt: skip
    title: str
    element: str
    module: str
    permission: str = ""
    match: tuple[str, ...] = ()
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpec:
    """Something of the plugin that the hub's search finds, under the heading ``title``.

    ``find``: an ``async def find(ctx, question)`` that is given a ``SearchQuestion`` and answers a list of
    ``SearchHit``, the best first. It is asked only for those who have ``permission``, and told on which streams. It has
    a second (a third of one while somebody types); what it raises is logged, and a hit that may not be seen left out.
    """

    title: str
    permission: str
    find: Lazy


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTypeSpec:
    """A type of event, ``PLUGINID.name``. ``text``: catalogue text with ``{stream}`` and data fields."""

    type: str
    title: str
    severity: Literal["info", "notice", "warning", "critical"] = "info"
    text: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsSpec:
    """The plugin's tables: modules of Tortoise models (names prefixed ``ID_``) and the package of its migrations.

    ``forget``: an ``async def forget(ctx, user_id)``, called once an account is removed: what is kept of that person
    goes. The account is gone already whatever comes of it, and a hub in which the plugin does not run does not call it.
    """

    modules: tuple[str, ...]
    migrations: str
    forget: Lazy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionSpec:
    """A permission, ``area.action``. ``roles``: built-in roles that have it. ``per_stream``: it is about streams, and
    may be granted on single ones.

    ``counted``: roles may limit how often it is used, ``per_day`` or how many at a time (``concurrent``: until the
    answer is sent). The core counts each request of a route that needs the permission, and refuses with 429 beyond the
    limit; an answer that is no success does not count.
    """

    id: str
    title: str
    roles: frozenset[str] = frozenset({"admin"})
    per_stream: bool = False
    counted: Literal["per_day", "concurrent"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSpec:
    """A metric, exported as ``glimpser_ID_name``."""

    name: str
    kind: Literal["counter"]
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec:
    """A command of ``glimpser``, a click command loaded only when it is called."""

    name: str
    help: str
    command: Lazy
