"""Users, roles, keys, links and the audit log, as people work with them; what changes shows in pages that are open."""

from __future__ import annotations

import time
from typing import Any

import pyotp
import pytest
from playwright.async_api import expect

from tests.e2e.hubs import PASSWORD, RunningHub

from .conftest import BREAKS
from .people import THEIRS, age, agree, person, prove, role, sign_in
from .seen import SEEN

pytestmark = pytest.mark.browser

MARKUP = "<img src=x onerror=pwned=1><b>60 characters of a name</b>.."
PAGES = {
    "account": "Your account", "users": "Users", "roles": "Roles", "keys": "API keys", "links": "Share links",
    "audit": "Audit log",
}  # fmt: skip


async def test_somebody_is_invited_and_comes(hub: RunningHub, opened: Any, profile: Any) -> None:
    prove(hub)
    page = await opened("users")
    await page.get_by_role("button", name="Add somebody").click()
    asked = page.locator("g-dialog")
    await asked.get_by_role("button", name="Make the invitation").click()
    await expect(asked.get_by_text("This is needed.")).to_be_visible()
    await asked.get_by_label("Name to sign in with").fill("grace")
    await asked.get_by_label("Shown as").fill("Grace Hopper")
    await asked.get_by_role("button", name="Make the invitation").click()
    link = await asked.locator("g-secret pre").inner_text()
    assert link.startswith(f"{hub.url}/invitation#")
    await asked.get_by_role("button", name="Close").click()
    line = page.get_by_role("row").filter(has_text="Grace Hopper")
    await expect(line.get_by_text("Not come yet")).to_be_visible()

    theirs = await profile()
    hers = await theirs.new_page()
    await hers.goto(link)
    await expect(hers.get_by_role("heading", name="Welcome, grace")).to_be_visible()
    await hers.get_by_label("New password", exact=True).fill(THEIRS)
    await hers.get_by_label("New password again").fill(THEIRS)
    await hers.get_by_role("button", name="Save password").click()
    await expect(hers.get_by_role("heading", name="Sign in")).to_be_visible()
    hers = await sign_in(hub, theirs, "grace")
    await expect(hers.get_by_role("heading", name="Wall", level=1)).to_be_visible()
    # Who may manage nobody is not shown what does.
    await expect(hers.get_by_role("link", name="Users")).to_have_count(0)
    await hers.goto(f"{hub.url}/users")
    await expect(hers.get_by_role("heading", name="This is not for you to see")).to_be_visible()

    await page.reload()
    await expect(line.get_by_text("Active")).to_be_visible()
    await page.get_by_label("Search by name").fill("nobody at all")
    await expect(page.get_by_text("Nobody fits.")).to_be_visible()
    await page.get_by_label("Search by name").fill("hopp")
    await expect(page.get_by_role("row")).to_have_count(2)
    assert page.url.endswith("?search=hopp")


async def test_an_account_from_limits_to_its_end(hub: RunningHub, opened: Any) -> None:
    user = person(hub, "linus")
    page = await opened(f"users/{user}")
    rights = page.locator("user-rights")
    await rights.get_by_label("Only these").check()
    await rights.get_by_label("Yard").check()
    await rights.get_by_label("Pictures and events").select_option(label="Late, nothing that is new")
    await rights.get_by_label("Minutes late").fill("30")
    await rights.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("30 min late")).to_be_visible()
    kept = hub.call("GET", f"/api/users/{user}")
    assert (len(kept["streams"]), kept["restrictions"]["delay_minutes"]) == (1, 30)

    # Somebody else is faster: their change is not overwritten.
    hub.call("PATCH", f"/api/users/{user}", {"display_name": "Linus"}, **{"If-Match": "*"})
    await rights.get_by_label("Only these").check()
    await rights.get_by_role("button", name="Save").click()
    await rights.get_by_role("button", name="Show their changes").click()
    await expect(page.get_by_role("heading", name="Linus", level=1)).to_be_visible()

    await page.get_by_role("button", name="Reset link").click()
    asked = page.locator("g-dialog")
    await expect(asked.locator("g-secret pre")).to_contain_text("/reset#")
    await asked.get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="Switch off").click()
    await expect(page.get_by_text("linus is switched off.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Switch off")).to_be_visible()
    assert hub.call("GET", f"/api/users/{user}")["active"]
    await page.get_by_role("button", name="Remove…").click()
    await expect(asked.get_by_role("heading", name="Remove linus?")).to_be_visible()
    await agree(page, "Remove linus")
    await expect(page.get_by_role("heading", name="Users", level=1)).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="linus")).to_have_count(0)


async def test_what_is_granted_shows_and_nothing_else(hub: RunningHub, opened: Any, profile: Any) -> None:
    guest = person(hub, "gus", "guest")
    found = {one["name"]: one["id"] for one in hub.call("GET", "/api/streams")}
    front, yard = found["Front door"], found["Yard"]
    for name, stream in found.items():
        hub.call("POST", "/api/events", {"stream_id": stream, "text": f"A parcel at: {name}"})
    theirs = await sign_in(hub, await profile(), "gus")
    await expect(theirs.get_by_role("heading", name="Nothing is shown to you yet")).to_be_visible()

    # Granted on one stream: it is there without a reload.
    page = await opened(f"streams/{yard}?tab=access")
    access = page.locator("stream-access")
    await access.get_by_label("Add a user").fill("gus")
    await access.get_by_role("button", name="gus").click()
    await access.get_by_role("group", name="gus").get_by_label("See events").check()
    await access.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It counts from now on.")).to_be_visible()
    tiles = theirs.locator("g-tile")
    await expect(tiles).to_have_count(1)
    await expect(tiles.get_by_text("Yard")).to_be_visible()
    await theirs.get_by_role("link", name="Review").click()
    await expect(theirs.locator("g-activity").first).to_be_visible()
    assert {await card.inner_text() for card in await theirs.locator("g-activity .where").all()} == {"Yard"}
    await theirs.goto(f"{hub.url}/streams/{front}")
    await expect(theirs.get_by_role("heading", name="There is no such stream")).to_be_visible()
    await theirs.goto(f"{hub.url}/streams/{yard}")
    await expect(theirs.get_by_role("heading", name="Yard")).to_be_visible()
    await expect(theirs.get_by_role("tab", name="Access")).to_have_count(0)

    # Undone, and granted on a group in place of it; a group that is deleted comes back with what was granted by it.
    await page.get_by_role("button", name="Undo").click()
    nothing = theirs.get_by_role("heading", name="This is not for you to see")
    await expect(nothing).to_be_visible()
    group = hub.call("POST", "/api/stream-groups", {"name": "Outside", "streams": [yard]})["id"]
    hub.call("PUT", f"/api/stream-groups/{group}/permissions", {
        "grants": [{"user": guest, "permissions": ["streams.view"]}]
    })  # fmt: skip
    await expect(theirs.get_by_role("heading", name="Yard")).to_be_visible()
    await page.goto(f"{hub.url}/groups")
    await page.get_by_role("button", name="More about Outside").click()
    await page.get_by_role("button", name="Access…").click()
    await expect(page.locator("g-dialog").get_by_role("group", name="gus")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="More about Outside").click()
    await page.get_by_role("button", name="Delete").click()
    await agree(page, "Delete")
    await expect(nothing).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(theirs.get_by_role("heading", name="Yard")).to_be_visible()
    hub.call("DELETE", f"/api/users/{guest}", **{"If-Match": "*"})


async def test_a_role_that_changes_shows_in_pages_that_are_open(hub: RunningHub, opened: Any, profile: Any) -> None:
    watch = role(hub, "Night watch", "streams.view")
    person(hub, "wanda", watch)
    hers = await sign_in(hub, await profile(), "wanda", "account")
    await expect(hers.get_by_role("heading", name="Your account", level=1)).to_be_visible()
    await expect(hers.get_by_role("link", name="Audit log")).to_have_count(0)

    page = await opened("roles")
    may_audit = page.get_by_role("checkbox", name="Night watch").and_(page.locator("[aria-label*='audit log' i]"))
    await may_audit.check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It counts from now on.")).to_be_visible()
    await expect(hers.get_by_role("link", name="Audit log")).to_be_visible(timeout=20_000)

    # Somebody else is faster: both changes are kept.
    body = {
        "name": "Night watch",
        "base": "guest",
        "rank": 5,
        "permissions": ["streams.view", "audit.view", "system.view"],
    }
    await may_audit.uncheck()
    hub.call("PUT", f"/api/roles/{watch}", body, **{"If-Match": "*"})
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert").filter(has_text="Somebody else changed Night watch")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(hers.get_by_role("link", name="Audit log")).to_have_count(0, timeout=20_000)
    kept = next(one for one in hub.call("GET", "/api/roles")["roles"] if one["id"] == watch)
    assert kept["permissions"] == ["streams.view", "system.view"]


async def test_a_role_of_ones_own(hub: RunningHub, opened: Any) -> None:
    prove(hub)
    page = await opened("roles")
    await page.get_by_role("button", name="New role").click()
    asked = page.locator("g-dialog")
    await asked.get_by_label("Name").fill("Tenant")
    await asked.get_by_label("Rank").fill("100")
    await asked.get_by_text("Limits").click()
    await asked.get_by_label("Live").first.fill("2")
    await asked.get_by_role("button", name="Make the role").click()
    await expect(asked.get_by_role("alert").filter(has_text="99")).to_be_visible()
    await asked.get_by_label("Rank").fill("7")
    await asked.get_by_role("button", name="Make the role").click()
    await expect(asked).to_have_count(0)
    made = next(one for one in hub.call("GET", "/api/roles")["roles"] if one["name"] == "Tenant")
    assert (made["rank"], list(made["limits"].values())) == (7, [2])
    await page.get_by_role("button", name="Remove Tenant").click()
    await agree(page, "Remove")
    await expect(page.get_by_role("heading", name="Tenant")).to_have_count(0)
    await page.get_by_role("button", name="Make it again").click()
    await expect(page.get_by_role("heading", name="Tenant")).to_be_visible()


async def test_a_device_that_is_signed_out_is_told_at_once(hub: RunningHub, profile: Any, size: str) -> None:
    name = f"dora-{size}"
    person(hub, name)
    lost = await sign_in(hub, await profile(None, size), name)
    await expect(lost.get_by_role("heading", name="Wall", level=1)).to_be_visible()
    mine = await sign_in(hub, await profile(None, size), name, "account")
    devices = mine.locator("account-devices")
    await expect(devices.get_by_text("This device")).to_be_visible()
    await devices.get_by_role("button", name="Sign out: Chrome on Linux").click()
    await expect(lost.get_by_role("heading", name="Sign in")).to_be_visible(timeout=10_000)
    await expect(devices.get_by_role("listitem")).to_have_count(1)


async def test_a_second_factor(hub: RunningHub, profile: Any) -> None:
    person(hub, "fay")
    page = await sign_in(hub, await profile(), "fay", "account")
    await page.get_by_role("button", name="Set up an authenticator app").click()
    asked = page.locator("g-dialog")
    decoded = "image => image.decode().then(() => image.naturalWidth)"
    assert await asked.get_by_role("img", name="QR code").evaluate(decoded)
    app = pyotp.TOTP((await asked.locator("pre").inner_text()).replace(" ", ""))
    await asked.get_by_label("Code").fill("000000")
    await asked.get_by_role("button", name="Finish").click()
    await expect(asked.get_by_role("alert").filter(has_text="wrong")).to_be_visible()
    await asked.get_by_label("Code").fill(app.at(time.time() - 30))
    await asked.get_by_role("button", name="Finish").click()
    codes = asked.locator("g-secret pre")
    await expect(codes).to_be_visible()
    assert len((await codes.inner_text()).split()) == 10
    async with page.expect_download() as kept:
        await asked.get_by_role("button", name="Download").click()
    assert (await kept.value).suggested_filename == "glimpser-recovery-codes.txt"
    await asked.get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="Switch it off").click()
    await agree(page, "Switch it off")
    await expect(page.get_by_text("Signing in needs the password alone.")).to_be_visible()


async def test_ones_own_profile_and_password(hub: RunningHub, profile: Any) -> None:
    person(hub, "pia")
    page = await sign_in(hub, await profile(), "pia", "account")
    mine = page.locator("account-profile")
    await mine.get_by_label("Shown as").fill("Pia Piano")
    await mine.get_by_label("Language").select_option(label="Deutsch")
    await mine.get_by_label("Theme").select_option(label="Light")
    await mine.get_by_label("Time zone").select_option("Asia/Tokyo")
    await mine.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Dein Konto")).to_be_visible()
    await expect(page.get_by_title("Dein Konto")).to_contain_text("Pia Piano")
    assert await page.locator("html").get_attribute("data-theme") == "light"
    mine = page.locator("account-password")
    await mine.get_by_label("Bisheriges Passwort").fill("not this one")
    await mine.get_by_label("Neues Passwort", exact=True).fill("nine bridges under a lantern")
    await mine.get_by_label("Neues Passwort noch einmal").fill("nine bridges under a lantern")
    await mine.get_by_role("button", name="Passwort ändern").click()
    await expect(mine.get_by_role("alert").filter(has_text="ist falsch")).to_be_visible()
    await mine.get_by_label("Bisheriges Passwort").fill(THEIRS)
    await mine.get_by_role("button", name="Passwort ändern").click()
    await expect(page.get_by_text("Das Passwort ist geändert.")).to_be_visible()
    async with page.expect_download() as taken:
        await page.get_by_role("link", name="Alles herunterladen").click()
    assert (await taken.value).suggested_filename == "glimpser-own-data.json"


async def test_a_key_is_shown_once_and_asks_for_a_proof(hub: RunningHub, opened: Any, tmp_path_factory: Any) -> None:
    page = await opened("keys")
    age(tmp_path_factory.getbasetemp())
    await page.get_by_role("button", name="New key").click()
    asked = page.locator("g-dialog").filter(has_text="New key")
    await asked.get_by_label("What it is for").fill("Lights")
    await asked.get_by_label("May do").first.select_option(label="Only some of it")
    await asked.locator("input[value='streams.view']").check()
    await asked.get_by_role("button", name="Make the key").click()
    proof = page.locator("g-dialog").filter(has_text="Is it still you?")
    await proof.get_by_label("Password").fill(PASSWORD)
    await proof.get_by_role("button", name="Continue").click()
    shown = page.locator("g-dialog").filter(has_text="Here is the key")
    secret = await shown.locator("g-secret pre").inner_text()
    assert secret.startswith("glm_")
    await shown.get_by_role("button", name="Close").click()
    line = page.get_by_role("row").filter(has_text="Lights")
    await expect(line.get_by_text("streams.view")).to_be_visible()
    assert secret not in await page.content()
    await page.get_by_role("button", name="Revoke Lights").click()
    await agree(page, "Revoke")
    await expect(line).to_have_count(0)
    # What is revoked stays so; a new one begins with what it was allowed.
    await page.get_by_role("button", name="New one like it").click()
    await expect(asked.get_by_label("What it is for")).to_have_value("Lights")
    await expect(asked.locator("input[value='streams.view']")).to_be_checked()


async def test_a_link_is_made_and_revoked(hub: RunningHub, opened: Any) -> None:
    prove(hub)
    page = await opened("links?new=1")
    asked = page.locator("g-dialog")
    await asked.locator("select[name=kind]").select_option(label="A wall of several")
    await asked.get_by_label("Yard").check()
    await asked.get_by_label("Front door").check()
    await asked.get_by_label("Name").fill("For the neighbours")
    await asked.get_by_label("Password").fill(THEIRS)
    await asked.get_by_role("button", name="Make the link").click()
    await expect(asked.locator("g-secret pre")).to_contain_text("/s#")
    await asked.get_by_role("button", name="Close").click()
    line = page.get_by_role("row").filter(has_text="For the neighbours")
    await expect(line.get_by_text("A wall of 2 streams")).to_be_visible()
    await page.get_by_role("button", name="Revoke For the neighbours").click()
    await agree(page, "Revoke")
    await expect(line).to_have_count(0)
    await page.get_by_role("button", name="New one like it").click()
    await expect(asked.get_by_label("Name")).to_have_value("For the neighbours")
    await expect(asked.get_by_label("Yard")).to_be_checked()


async def test_the_log_is_searched_and_taken_along(hub: RunningHub, opened: Any, size: str) -> None:
    prove(hub)
    for n in range(2):
        hub.call("DELETE", f"/api/users/{person(hub, f'brief-{size}-{n}')}", **{"If-Match": "*"})
    page = await opened("audit", size)
    await expect(page.get_by_text("Unbroken")).to_be_visible()
    await page.get_by_label("Action").fill("users.delete_user")
    await page.get_by_role("searchbox", name="Search", exact=True).fill(f"brief-{size}")
    await expect(page.locator("audit-entry")).to_have_count(2)
    await page.locator("audit-entry summary").first.click()
    await page.get_by_role("button", name="All of this action").click()
    assert "action=users.delete_user" in page.url
    async with page.expect_download() as taken:
        await page.get_by_role("link", name="CSV").click()
    assert (await taken.value).suggested_filename == "audit.csv"
    await page.get_by_role("button", name="Show all").click()
    await page.wait_for_function("() => !location.search")
    await expect(page.locator("audit-entry").first).to_be_visible()
    assert await page.locator("audit-entry").count() <= 50


async def test_names_are_text(hub: RunningHub, opened: Any, size: str) -> None:
    tag = size[0]
    user = person(hub, f"marked-{tag}", display_name=MARKUP)
    role(hub, f"{MARKUP}{tag}")
    for path in (f"users/{user}", "users", "roles", "audit"):
        page = await opened(path, size)
        shown = page.get_by_text("<img src=x").or_(page.get_by_text(f"marked-{tag}"))
        await expect(shown.locator("visible=true").first).to_be_visible()
        assert await page.evaluate("window.pwned") is None
        assert await page.evaluate(BREAKS) == "", path


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_every_page_fits(hub: RunningHub, opened: Any, size: str, scheme: str) -> None:
    page = await opened("", size, color_scheme=scheme)
    for path, heading in PAGES.items():
        await page.goto(f"{hub.url}/{path}")
        await expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate(SEEN) == [], path


async def test_rules_on_who_is_served_are_a_page_of_their_plugin(hub: RunningHub, opened: Any) -> None:
    prove(hub)
    page = await opened()
    await page.get_by_role("link", name="Access rules").click()
    await expect(page.get_by_role("heading", name="Access rules", level=1)).to_be_visible()
    place = page.get_by_label("Network, address")
    await place.fill("127.0.0.0/8")
    await page.get_by_label("What for").fill("<b>me</b>")
    await page.get_by_role("button", name="Add the rule").click()
    # A rule that would shut out its own author is refused.
    await expect(page.get_by_role("alert").filter(has_text="would not be served")).to_be_visible()
    await place.fill("203.0.113.0/24")
    await page.get_by_role("button", name="Add the rule").click()
    await expect(page.get_by_text("<b>me</b>")).to_be_visible()
    await page.get_by_role("button", name="Remove: 203.0.113.0/24").click()
    await expect(page.get_by_text("There are no rules")).to_be_visible()
