"""Pages and panels that plugins bring: served, checked, and each one's failure its own."""

from __future__ import annotations

import gzip
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.distributions import install

from glimpser.identity.permissions import Catalogue
from glimpser.pages.assets import Bundle
from glimpser.pages.site import POLICY, Site
from glimpser.plugins.registry import Offer, Registry
from glimpser_sdk import FrontEndSpec, PanelSpec
from tests.api.conftest import ApiHub

DOCUMENT = '<!doctype html><base href="{root}"><script type="module" src="{files}app.js"></script>'
APP = """
    from glimpser_sdk import FrontEndSpec, PanelSpec, PluginManifest, hookimpl

    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id="app", title="App")

    @hookimpl
    def glimpser_front_ends():
        return [FrontEndSpec(files="glimpser_app:built", paths=("/", "/shelf/<name>"), beside=("sw.js",),
                             trusted_types=("own",))]

    @hookimpl
    def glimpser_panels():
        return [PanelSpec(slot="system.card", title="Shelf", element="app-card", module="glimpser_app:built/card.js"),
                PanelSpec(slot="page", title="Keys", element="app-keys", module="glimpser_app:built/card.js",
                          permission="users.manage")]
"""
BAD = """
    from glimpser_sdk import PanelSpec, PluginManifest, hookimpl

    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id="bad", title="Bad")

    @hookimpl
    def glimpser_panels():
        return [PanelSpec(slot="page", title="Bad", element="bad-page", module="glimpser_bad:none/bad.js")]
"""


def package(site: Path, name: str, source: str, **built: str) -> None:
    """An installed distribution with one plugin and its built files."""
    folder = install(site, name, plugin=source) / "built"
    folder.mkdir()
    for stem, text in built.items():
        (folder / stem.replace("_", ".")).write_text(text)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with a front end, panels, and a plugin whose panel was not packaged."""
    folder = tmp_path_factory.mktemp("pages")
    long = "export const words = 'the same words again and again';\n" * 100
    built = {"index_html": DOCUMENT, "app_js": long, "sw_js": "keep('{files}app.js')", "card_js": "//", "notes_txt": ""}
    package(folder / "site", "app", APP, **built)
    package(folder / "site", "bad", BAD)
    made = ApiHub(folder / "data")
    made.environment["PYTHONPATH"] = str(folder / "site")
    made.start()
    yield made
    made.stop()


class TestInAHub:
    def test_its_document_answers_all_pages_with_its_own_policy(self, hub: ApiHub) -> None:
        nobody = hub.client()
        for path, up in {"/": "./", "/shelf/a": "../", "/login": "./"}.items():
            answer = nobody.get(path)
            assert answer.status_code == 200
            assert f'src="{up}static/app/' in answer.text
            assert f'href="{up}"' in answer.text
            assert answer.headers["Content-Security-Policy"] == f"{POLICY}own"
        assert nobody.get("/api/no-such-path").status_code == 404

    def test_its_files_never_change_at_their_address(self, hub: ApiHub) -> None:
        nobody = hub.client()
        address = re.search(r'src="\.(/static/app/[0-9a-f]{16}/app\.js)"', nobody.get("/").text)
        assert address
        answer = nobody.get(address[1])
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(gzip.compress(answer.content)) < len(answer.content)
        again = nobody.get(address[1], headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        for other in ("notes.txt", "../plugin.py", "%2e%2e/plugin.py", "none.js"):
            assert nobody.get(address[1].replace("app.js", other)).status_code == 404
        assert nobody.get(f"/static/app/{'0' * 16}/app.js").status_code == 404

    def test_a_service_worker_is_served_at_the_root(self, hub: ApiHub) -> None:
        answer = hub.client().get("/sw.js")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, no-cache")
        # It knows where the files are that go with it.
        assert re.fullmatch(r"keep\('\./static/app/[0-9a-f]{16}/app\.js'\)", answer.text)

    def test_panels_are_listed_for_whom_they_are(self, hub: ApiHub) -> None:
        hub.create_user("viewer", "viewer")
        viewer = hub.client(hub.create_key("viewer")).get("/api/capabilities").json()["panels"]
        assert [panel["element"] for panel in viewer if panel["plugin"] == "app"] == ["app-card"]
        panels = [panel for panel in hub.get("/api/capabilities")["panels"] if panel["plugin"] == "app"]
        assert [panel["element"] for panel in panels] == ["app-card", "app-keys"]
        assert hub.client().get(f"/{panels[0]['module']}").text == "//"

    def test_a_panel_that_was_not_packaged_stops_its_plugin_alone(self, hub: ApiHub) -> None:
        plugins = {plugin["id"]: plugin for plugin in hub.get("/api/plugins")}
        assert plugins["bad"]["state"] not in ("running", "disabled")
        assert "none" in str(plugins["bad"]["reason"])
        assert plugins["app"]["state"] == "running"
        # Of two front ends the one whose id comes first is taken.
        assert plugins["dashboard"]["state"] == "blocked"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What becomes of a front end or a panel: the site, and what it complained about."""
    folder = tmp_path / "shelf_pages" / "built"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "index.html").write_text(DOCUMENT)
    (folder / "card.js").write_text("//")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()

    def make(*specs: FrontEndSpec | PanelSpec) -> tuple[Site, list[str]]:
        fronts = {
            name: Offer("shelf", spec)
            for name, spec in zip(("pages",), specs, strict=False)
            if isinstance(spec, FrontEndSpec)
        }
        panels = tuple(Offer("shelf", spec) for spec in specs if isinstance(spec, PanelSpec))
        complaints: list[str] = []
        registry = Registry(front_ends=fronts, panels=panels)
        site = Site(registry, lambda _, error: complaints.append(str(error)), ["/api/streams"], Catalogue())
        return site, complaints

    return make


def test_a_good_front_end_is_taken(made: Any) -> None:
    site, complaints = made(FrontEndSpec(files="shelf_pages:built", paths=("/", "/shelf")))
    assert complaints == []
    assert site.front.files == "shelf_pages:built"


def test_a_folder_is_read_once(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr("glimpser.pages.site.Bundle", lambda reference: read.append(reference) or Bundle(reference))
    card = PanelSpec(slot="page", title="Shelf", element="shelf-page", module="shelf_pages:built/card.js")
    site, complaints = made(FrontEndSpec(files="shelf_pages:built"), card, card)
    assert complaints == []
    assert len(site.panels) == 2
    assert sorted(read) == ["glimpser.pages:static", "shelf_pages:built"]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (FrontEndSpec(files="shelf_pages:unbuilt"), "without its folder"),
        (FrontEndSpec(files="shelf_pages:built", document="other.html"), "without other.html"),
        (FrontEndSpec(files="shelf_pages:built", beside=("sw.js",)), "without sw.js"),
        (FrontEndSpec(files="shelf_pages:built", paths=("/api/mine",)), "would hide paths"),
    ],
)
def test_a_bad_front_end_leaves_the_built_in_pages(made: Any, spec: FrontEndSpec, words: str) -> None:
    site, complaints = made(spec)
    assert len(complaints) == 1
    assert words in complaints[0]
    assert site.front.files == "glimpser.pages:static"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"module": "shelf_pages:built/none.js"}, "without none.js"),
        ({"module": "shelf_pages:built/card.js", "permission": "shelf.rule"}, "unknown permission"),
    ],
)
def test_a_bad_panel_is_not_shown(made: Any, more: dict[str, str], words: str) -> None:
    site, complaints = made(PanelSpec(slot="page", title="Shelf", element="shelf-page", **more))
    assert len(complaints) == 1
    assert words in complaints[0]
    assert site.panels == []


def test_a_plugin_with_one_bad_panel_shows_nothing(made: Any) -> None:
    good, bad = (
        PanelSpec(slot="page", title="Shelf", element=f"shelf-{name}", module=f"shelf_pages:built/{name}.js")
        for name in ("card", "none")
    )
    site, complaints = made(FrontEndSpec(files="shelf_pages:built"), good, bad, good, bad)
    assert (len(complaints), site.panels) == (1, [])
    assert (site.front.files, site.owner) == ("glimpser.pages:static", "")
