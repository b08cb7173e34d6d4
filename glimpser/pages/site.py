"""What browsers are given: the pages of a front end, or the built-in ones, and the panels of all plugins."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from glimpser.identity.permissions import Catalogue
from glimpser.plugins.claims import segments
from glimpser.plugins.registry import Offer, Registry
from glimpser_sdk.specs import FrontEndSpec, PanelSpec

from .assets import PACKED_TYPES, Asset, Bundle, placed

log = logging.getLogger("glimpser.pages")

BUILT_IN = FrontEndSpec(files="glimpser.pages:static", document="shell.html", beside=("favicon.svg",))
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; "
    # No code of a page can put text where the browser would run it, but by a policy that is named here.
    "require-trusted-types-for 'script'; trusted-types "
)


def policy(trusted_types: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of a page."""
    return POLICY + (" ".join(trusted_types) or "'none'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel that can be shown. ``module``: where its module is, below the hub's root."""

    plugin: str
    spec: PanelSpec
    module: str


Failed = Callable[[str, Exception], None]


class Site:
    """The front end and panels of the plugins that can be used. A plugin of which one part cannot be used shows none of
    the others; that is no other plugin's trouble.

    ``fail(plugin, error)`` is told of those. ``core``: paths that are no pages, which a front end cannot have.
    ``permissions``: those that panels may ask for. ``owner``: the plugin of the front end, "" for the built-in pages,
    which are the only ones where it is ``safe``.
    """

    def __init__(
        self, registry: Registry, fail: Failed, core: Iterable[str], permissions: Catalogue, *, safe: bool = False
    ) -> None:
        self._read = cache(Bundle)  # once for each reference, and anew for each site: packages may have changed
        self._built_in = self._read(BUILT_IN.files)
        self._bundles: dict[tuple[str, str], Bundle] = {}
        self._permissions = permissions
        self._taken = {segments(path)[0] for path in core}
        self.front, self.owner, self._bundle = BUILT_IN, "", self._built_in
        self.panels: list[Panel] = []
        failed: set[str] = set()

        def use(offer: Offer[Any], take: Callable[[Offer[Any]], None]) -> None:
            if offer.plugin in failed:
                return
            try:
                take(offer)
            except Exception as error:  # a package of somebody else is read: anything may come out of it
                log.error("the pages of plugin %s cannot be used: %s", offer.plugin, error)
                failed.add(offer.plugin)
                fail(offer.plugin, error)

        for front_end in () if safe else registry.front_ends.values():
            use(front_end, self._take_front_end)
        for panel in () if safe else registry.panels:
            use(panel, self._take_panel)
        self.panels = [panel for panel in self.panels if panel.plugin not in failed]
        if self.owner in failed:
            self.front, self.owner, self._bundle = BUILT_IN, "", self._built_in
        self.policy = policy(self.front.trusted_types)

    def _take_front_end(self, offer: Offer[FrontEndSpec]) -> None:
        bundle = self._read(offer.spec.files)
        for name in (offer.spec.document, *offer.spec.beside):
            if name not in bundle.files:
                raise FileNotFoundError(f"{offer.spec.files} was built without {name}")
        for path in offer.spec.paths:
            if segments(path)[0] in self._taken:
                raise ValueError(f"the page {path!r} would hide paths of the core")
        self.front, self.owner, self._bundle = offer.spec, offer.plugin, bundle
        self._bundles[offer.plugin, bundle.digest] = bundle

    def _take_panel(self, offer: Offer[PanelSpec]) -> None:
        if offer.spec.permission and offer.spec.permission not in self._permissions:
            raise ValueError(f"panel {offer.spec.element!r} asks for the unknown permission {offer.spec.permission!r}")
        reference, _, name = offer.spec.module.rpartition("/")
        if not reference:
            reference, _, name = offer.spec.module.rpartition(":")
        bundle = self._read(reference)
        if name not in bundle.files:
            raise FileNotFoundError(f"{reference} was built without {name}")
        self._bundles[offer.plugin, bundle.digest] = bundle
        self.panels.append(
            Panel(plugin=offer.plugin, spec=offer.spec, module=f"static/{offer.plugin}/{bundle.digest}/{name}")
        )

    def built_in(self, root: str) -> tuple[Asset, str]:
        """The built-in document with its policy, whatever the front end."""
        return _placed(self._built_in.files[BUILT_IN.document], root, "static/"), policy()

    def document(self, root: str) -> Asset:
        """The one document of all pages; ``root``: the way to the hub's root from where it is asked for."""
        return _placed(self._bundle.files[self.front.document], root, self._folder)

    @property
    def _folder(self) -> str:
        return f"static/{self.owner}/{self._bundle.digest}/" if self.owner else "static/"

    def beside(self, name: str) -> Asset:
        """A file that is served at the root; where it is text it may name the folder of the files."""
        if name not in self.front.beside:
            return self._built_in.files[name]
        found = self._bundle.files[name]
        return found if found.content_type in PACKED_TYPES else _placed(found, "./", self._folder)

    def file(self, name: str) -> tuple[Asset, bool] | None:
        """A file below ``/static/``, and whether what its address answers can never change."""
        plugin, _, rest = name.partition("/")
        digest, _, path = rest.partition("/")
        if bundle := self._bundles.get((plugin, digest)):
            found = bundle.files.get(path)
            return None if found is None else (found, True)
        built_in = self._built_in.files.get(name)
        return None if built_in is None or name == BUILT_IN.document else (built_in, False)


@cache
def _placed(document: Asset, root: str, folder: str) -> Asset:
    return placed(document, root, folder)
