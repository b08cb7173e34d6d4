"""Forms made of schemas: streams added and changed, zones drawn, settings and plugins configured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.hubs import PASSWORD, RunningHub, running

from .conftest import WITH_DASHBOARD

pytestmark = pytest.mark.browser

SHIPPED = ("access", "notes", "oidc", "password", "proxyauth", "totp")
"""Plugins with settings of their own; those of sources, analyzers and sinks belong to streams."""


@pytest.fixture(scope="module")
def hub(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with a stream, one setting fixed by its environment."""
    more = {**WITH_DASHBOARD, "GLIMPSER_LOG_LEVEL": "warning"}
    with running(tmp_path_factory.mktemp("hub"), film.parent, **more) as started:
        started.sign_up()
        started.stream("Front door", film)
        started.call("POST", "/api/stream-groups", {"name": "Outside"})
        yield started


def named(hub: RunningHub, name: str) -> Any:
    """A stream as it is now."""
    return next(stream for stream in hub.call("GET", "/api/streams") if stream["name"] == name)


async def pull(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Move the pressed pointer over the picture, in shares of it."""
    stage = page.locator("g-region-stage .stage")
    await stage.scroll_into_view_if_needed()
    box = await stage.bounding_box()
    assert box is not None
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    await page.mouse.move(x + start[0] * width, y + start[1] * height)
    await page.mouse.down()
    await page.mouse.move(x + (start[0] + end[0]) / 2 * width, y + (start[1] + end[1]) / 2 * height)
    await page.mouse.move(x + end[0] * width, y + end[1] * height)
    await page.mouse.up()


async def test_a_stream_is_added_by_its_address(hub: RunningHub, opened: Any, film: Path, size: str) -> None:
    page = await opened(f"share-target?text=Look+at+file://{film}", size, color_scheme="light")
    await expect(page.get_by_text("It works.")).to_be_visible(timeout=30_000)
    await expect(page.get_by_role("img", name="What the stream shows now")).to_be_visible()
    name = f"{'A very long name of a stream that looks at the gate ' * 2}{size}"[:60].strip()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_role("button", name="Add stream").click()
    await expect(page.get_by_text("The stream was added.")).to_be_visible()
    made = named(hub, name)
    assert (made["kind"], made["config"], list(made["analyzers"])) == ("ffmpeg", {"url": f"file://{film}"}, ["motion"])
    hub.remove(made["id"])


async def test_what_is_wrong_stands_at_its_field(hub: RunningHub, opened: Any) -> None:
    stream = named(hub, "Front door")
    page = await opened(f"streams/{stream['id']}/edit")
    url = page.get_by_label("URL", exact=True)
    await url.fill("gopher://127.0.0.1/x")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("g-field-text").filter(has=url).get_by_role("alert")).to_contain_text("gopher")
    await expect(url).to_be_focused()
    await expect(url).to_have_attribute("aria-invalid", "true")
    await page.get_by_role("button", name="Discard changes").click()
    await page.locator("#sinks").get_by_text("Settings").click()
    seconds = page.get_by_role("spinbutton", name="Pre roll")
    await seconds.fill("99")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("At most 30.")).to_be_visible()
    await expect(seconds).to_be_focused()
    await seconds.fill("7.5")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert named(hub, "Front door")["sinks"]["clips"] == {"pre_roll_s": 7.5}


async def test_secrets_that_are_left_alone_stay(hub: RunningHub, opened: Any) -> None:
    config = {"url": "http://127.0.0.1:9/door.jpg", "username": "me", "password": "hidden", "headers": {"X-One": "1"}}
    body = {"name": "Picture", "kind": "http", "enabled": False, "config": config}
    stream = hub.call("POST", "/api/streams", body)["id"]
    page = await opened(f"streams/{stream}/edit")
    await expect(page.get_by_text("Kept, and not shown.")).to_be_visible()
    # It is tried with what the hub keeps, at the address that it was kept for.
    address = page.locator("input[inputmode=url]").first
    await address.fill("http://127.0.0.1:10/door.jpg")
    await page.get_by_role("button", name="Try it").click()
    await expect(page.get_by_text("enter it anew").first).to_be_visible()
    await address.fill(config["url"])
    await page.get_by_label("Interval").fill("30")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert named(hub, "Picture")["config"] == {**config, "password": "********", "interval_s": 30}
    await page.goto(f"{hub.url}/streams/{stream}/edit")
    await page.get_by_role("button", name="Replace").click()
    await page.get_by_label("Where the secret comes from").select_option("$env")
    await page.get_by_label("Password").fill("DOOR_PASSWORD")
    await page.get_by_role("button", name="Keep the old one").click()
    await expect(page.get_by_text("Kept, and not shown.")).to_be_visible()
    await page.get_by_role("button", name="Remove", exact=True).first.click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert "password" not in named(hub, "Picture")["config"]
    hub.remove(stream)


async def test_a_conflict_loses_nothing(hub: RunningHub, opened: Any) -> None:
    stream = named(hub, "Front door")["id"]
    page = await opened(f"streams/{stream}/edit")
    await page.locator("#details").get_by_text("More settings").click()
    await page.locator("#details").get_by_role("button", name="Add").click()
    await page.get_by_label("Tags 1", exact=True).fill("mine")
    await page.get_by_role("checkbox", name="Outside").check()
    hub.call("PATCH", f"/api/streams/{stream}", {"timezone": "Europe/Berlin"}, **{"If-Match": "*"})
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Somebody else changed this stream")).to_be_visible()
    await expect(page.get_by_text("Changed there: timezone.")).to_be_visible()
    await page.get_by_role("button", name="Save mine on top").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    now = named(hub, "Front door")
    assert (now["tags"], now["timezone"], len(now["groups"])) == (["mine"], "Europe/Berlin", 1)


async def test_what_was_typed_is_not_lost_unasked(hub: RunningHub, opened: Any) -> None:
    stream = named(hub, "Front door")["id"]
    page = await opened()
    await expect(page.get_by_role("heading", name="Wall")).to_be_visible()
    await page.goto(f"{hub.url}/streams/{stream}/edit")
    await page.get_by_label("Name", exact=True).fill("Another")
    await page.get_by_role("link", name="Wall").click()
    await expect(page.get_by_role("heading", name="Leave without saving?")).to_be_visible()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Another")
    await page.get_by_role("link", name="Wall").click()
    await page.get_by_role("button", name="Leave", exact=True).click()
    await expect(page.get_by_role("heading", name="Wall")).to_be_visible()


async def test_a_zone_by_mouse(hub: RunningHub, opened: Any) -> None:
    stream = named(hub, "Front door")["id"]
    page = await opened(f"streams/{stream}/edit")
    await page.get_by_role("button", name="Zone", exact=True).click()
    await pull(page, (0.2, 0.2), (0.6, 0.7))
    await expect(page.get_by_label("Name of the Zone")).to_have_value("Zone")
    handles = page.locator("g-region-stage [data-corner]")
    await expect(handles).to_have_count(4)
    for box in [await handle.bounding_box() for handle in await handles.all()]:
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    await pull(page, (0.4, 0.2), (0.4, 0.1))  # the small dot in the middle of the upper side
    await expect(handles).to_have_count(5)
    await page.get_by_role("button", name="Undo").click()
    await expect(handles).to_have_count(4)
    await page.get_by_role("button", name="Redo").click()
    await page.get_by_label("Name of the Zone").fill("Door")
    await page.get_by_role("button", name="Privacy mask").click()
    for corner in ((0.7, 0.7), (0.9, 0.7), (0.8, 0.9), (0.7, 0.7)):
        await pull(page, corner, corner)
    await expect(page.get_by_label("Name of the Privacy mask")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    zone, mask = named(hub, "Front door")["regions"]
    assert (zone["name"], zone["kind"], len(zone["polygon"])) == ("Door", "zone", 5)
    assert zone["polygon"][0] == pytest.approx([0.2, 0.2], abs=0.02)
    assert zone["polygon"][1] == pytest.approx([0.4, 0.1], abs=0.02)
    assert (mask["kind"], len(mask["polygon"])) == ("privacy", 3)


async def test_a_zone_by_keyboard(hub: RunningHub, opened: Any) -> None:
    stream = named(hub, "Front door")["id"]
    hub.call("PATCH", f"/api/streams/{stream}", {"regions": []}, **{"If-Match": "*"})
    page = await opened(f"streams/{stream}/edit", color_scheme="light")
    await page.get_by_role("button", name="Motion mask").press("Enter")
    corner = page.get_by_role("button", name="Corner 1 of 4 of Motion mask")
    await expect(corner).to_be_focused()
    for key in ("Shift+ArrowLeft", "ArrowUp", "Alt+ArrowUp"):
        await page.keyboard.press(key)
    await page.keyboard.press("+")
    await expect(page.get_by_role("button", name="Corner 2 of 5 of Motion mask")).to_be_focused()
    await page.keyboard.press("Delete")
    await expect(page.get_by_role("button", name="Corner 2 of 4 of Motion mask")).to_be_focused()
    await page.keyboard.press("Delete")
    await expect(page.get_by_role("button", name="Corner 2 of 3 of Motion mask")).to_be_focused()
    await page.keyboard.press("Control+z")
    await expect(page.locator("g-region-stage [data-corner]")).to_have_count(4)
    await page.keyboard.press("Escape")
    await expect(page.locator("g-region-stage [data-corner]")).to_have_count(0)
    await page.get_by_role("button", name="Save").press("Enter")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    (mask,) = named(hub, "Front door")["regions"]
    assert mask["polygon"][0] == pytest.approx([0.25, 0.288])


async def test_settings_say_where_they_come_from(hub: RunningHub, opened: Any) -> None:
    hub.call("POST", "/api/auth/step-up", {"password": PASSWORD})
    page = await opened("settings")
    level = page.get_by_label("Log level")
    await expect(level).to_be_disabled()
    await expect(page.get_by_text("Fixed by GLIMPSER_LOG_LEVEL")).to_be_visible()
    await page.get_by_role("link", name="Storage").click()
    days = page.get_by_label("Event retention")
    await days.fill("45")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It holds from now on.")).to_be_visible()
    await expect(page.locator("g-field-number").filter(has=days)).to_contain_text("Set here")
    await page.get_by_role("button", name="Default for Event retention").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("g-field-number").filter(has=days)).not_to_contain_text("Set here")
    kept = {row["key"]: row["source"] for row in hub.call("GET", "/api/settings")}
    assert kept["event_retention_days"] == "default"


async def test_every_plugin_can_be_configured(hub: RunningHub, opened: Any) -> None:
    hub.call("POST", "/api/auth/step-up", {"password": PASSWORD})
    wanted: dict[str, dict[str, Any]] = {
        "access": {"geoip_file": "/var/lib/countries.mmdb"},
        "notes": {"keep_days": 30},
        "password": {"min_length": 16},
        "proxyauth": {"user_header": "X-User"},
        "totp": {"issuer": "Our hub"},
    }
    assert {*wanted, "oidc"} == set(SHIPPED)
    page = await opened("settings")
    for plugin, values in wanted.items():
        await page.goto(f"{hub.url}/plugins/{plugin}?tab=configuration")
        schema = hub.call("GET", f"/api/plugins/{plugin}")["schema"]
        await expect(page.locator("g-schema-form")).to_have_count(1)
        for name, value in values.items():
            tag = "g-field-number" if isinstance(value, int) else "g-field-text"
            field = page.locator(tag).filter(has_text=schema["properties"][name]["description"][:40])
            await field.locator("#input").fill(str(value))
        await page.get_by_role("button", name="Check", exact=True).click()
        await expect(page.get_by_text("This can be used.")).to_be_visible()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status").filter(has_text="next start")).not_to_have_count(0)
    await provider(page, hub)


async def provider(page: Page, hub: RunningHub) -> None:
    """A list of objects with lists, secrets and more in them."""
    await page.goto(f"{hub.url}/plugins/oidc?tab=configuration")
    await page.get_by_role("button", name="Add", exact=True).click()
    first = page.locator("g-field-list li").first
    await expect(first.get_by_label("ID", exact=True)).to_be_focused()
    await first.get_by_label("ID", exact=True).fill("Not good")
    await first.get_by_label("Title").fill("Our company")
    await first.get_by_label("Issuer").fill("https://login.example?x=1")
    await first.get_by_label("Client ID").fill("hub")
    await page.get_by_role("button", name="Check", exact=True).click()
    await expect(page.get_by_text("This must look like")).to_be_visible()
    await first.get_by_label("ID", exact=True).fill("ours")
    await page.get_by_role("button", name="Check", exact=True).click()
    await expect(page.get_by_role("alert").filter(has_text="https address without query")).to_be_visible()
    await first.get_by_label("Issuer").fill("https://login.example")
    await first.get_by_label("Client secret").fill("between us")
    for group in ("staff", "guests"):
        await page.locator("g-field-list g-field-list").first.get_by_role("button", name="Add").click()
        await page.get_by_label("Group", exact=True).last.fill(group)
        await page.get_by_label("Role", exact=True).last.fill("viewer")
    await page.get_by_role("button", name="Move Roles 2 up").press("Enter")
    await expect(page.get_by_label("Group", exact=True).first).to_have_value("guests")
    await page.get_by_role("button", name="Check", exact=True).click()
    await expect(page.get_by_text("This can be used.")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="next start")).not_to_have_count(0)


async def test_forms_fit_a_phone(hub: RunningHub, opened: Any) -> None:
    stream = named(hub, "Front door")["id"]
    page = await opened("settings", "small", color_scheme="light", locale="de-DE")
    for path in (
        f"streams/{stream}/edit",
        "streams/new",
        "welcome",
        "plugins/oidc?tab=configuration",
        "settings?section=security",
    ):
        await page.goto(f"{hub.url}/{path}")
        await expect(page.locator("main h1, main g-empty").first).to_be_visible()
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390, path
