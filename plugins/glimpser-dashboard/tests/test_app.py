"""What makes an app of the pages: its manifest, its icons, and where they lead."""

from __future__ import annotations

import json
import struct
from importlib.resources import files
from typing import Any

import pytest

from glimpser_dashboard.plugin import BESIDE, PATHS

BUILT = files("glimpser_dashboard").joinpath("static")


@pytest.fixture(scope="module")
def manifest() -> Any:
    """As browsers read it."""
    if not BUILT.joinpath("manifest.webmanifest").is_file():
        pytest.skip("the dashboard was not built: run `make setup` where Node and npm's registry are reached")
    return json.loads(BUILT.joinpath("manifest.webmanifest").read_text())


def test_it_leads_to_pages_below_wherever_the_hub_is(manifest: Any) -> None:
    ways = [manifest["start_url"], manifest["share_target"]["action"], *(one["url"] for one in manifest["shortcuts"])]
    assert all(way.startswith("./") and way[1:] in PATHS for way in ways)
    assert [one["name"] for one in manifest["shortcuts"]] == ["Wall", "Review", "Add"]
    assert manifest["scope"] == "./"


def test_its_icons_are_there_in_their_sizes(manifest: Any) -> None:
    drawn = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]
    assert {icon.get("purpose", "any") for icon in drawn} == {"any", "maskable"}
    for icon in drawn:
        assert icon["src"] in BESIDE
        body = BUILT.joinpath(icon["src"]).read_bytes()
        assert body.startswith(b"\x89PNG")
        assert icon["sizes"] == "{}x{}".format(*struct.unpack(">II", body[16:24]))
