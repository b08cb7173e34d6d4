"""The inbox: marking by keyboard and from elsewhere, filters in the address, the calendar, clips, what arrives."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from support.hub import until

from tests.e2e.hubs import RunningHub

pytestmark = pytest.mark.browser

NAME = "Reported from a place whose name is as long as names may get"
DAY = (datetime.now(UTC) - timedelta(days=1)).date()


@pytest.fixture(scope="module")
def stream(hub: RunningHub, film: Path) -> str:
    """A stream with six activities of yesterday, one of each severity among them."""
    made = hub.stream(NAME, film, enabled=False)
    for n, severity in enumerate(("info", "critical", "warning", "notice", "info", "info")):
        report(hub, made, f"{DAY}T12:{n:02}:00Z", severity)
    return made


def report(hub: RunningHub, stream: str, at: str, severity: str = "info") -> str:
    """An activity; its id."""
    body = {"stream_id": stream, "text": "something", "started_at": at, "severity": severity}
    return str(hub.call("POST", "/api/events", body)["activity_id"])


def waiting(hub: RunningHub, stream: str) -> list[str]:
    """Ids of what is not reviewed."""
    return [a["id"] for a in hub.call("GET", f"/api/activities?stream={stream}&reviewed=false")]


async def shown(page: Page, count: int) -> Any:
    """The cards, once there are so many."""
    cards = page.locator("g-activity article")
    await expect(cards).to_have_count(count, timeout=15_000)
    return cards


async def test_marking_by_keyboard_and_back(hub: RunningHub, opened: Any, stream: str) -> None:
    page = await opened(f"review?stream={stream}")
    cards = await shown(page, 6)
    before = waiting(hub, stream)
    await page.keyboard.press("j")
    await expect(page.locator(f'g-activity article[data-activity="{before[0]}"] .open')).to_be_focused()
    await page.keyboard.press("j")
    await page.keyboard.press("r")
    await expect(cards.nth(1).get_by_text("Reviewed", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="All 5")).to_be_visible(timeout=10_000)
    # The page shows it before the hub has heard of it.
    until(lambda: waiting(hub, stream) == [before[0], *before[2:]], 10, lambda: waiting(hub, stream))
    await page.keyboard.press("Control+a")
    await expect(page.get_by_text("6 chosen")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("6 chosen")).to_have_count(0)
    await page.keyboard.press("Shift+R")
    await expect(page.locator(".tag.done")).to_have_count(6)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".tag.done")).to_have_count(1)
    # The page shows it before the hub has heard of it.
    until(lambda: waiting(hub, stream) == [before[0], *before[2:]], 10, lambda: waiting(hub, stream))
    hub.call("POST", "/api/activities", {"ids": before, "reviewed": False})
    await expect(page.locator(".tag.done")).to_have_count(0, timeout=5_000)
    await page.keyboard.press("?")
    await expect(page.locator("g-dialog").get_by_text("This help")).to_be_visible()


async def test_a_mark_made_elsewhere_shows_within_a_second(
    hub: RunningHub, opened: Any, stream: str, size: str
) -> None:
    page = await opened(f"review?stream={stream}", size, color_scheme="light")
    await shown(page, 6)
    (newest, *_) = ids = waiting(hub, stream)
    hub.call("POST", "/api/activities", {"ids": [newest]})
    await expect(page.locator(f'[data-activity="{newest}"] .tag.done')).to_be_visible(timeout=1_000)
    hub.call("POST", "/api/activities", {"ids": ids[:1], "reviewed": False})
    await expect(page.locator(".tag.done")).to_have_count(0, timeout=1_000)


async def test_filters_are_in_the_address(opened: Any, stream: str, size: str) -> None:
    page = await opened("events", size)
    await page.get_by_role("combobox", name="Stream").select_option(stream)
    await page.locator('button[data-severity="critical"]').click()
    await shown(page, 1)
    assert f"/review?stream={stream}&severity=critical" in page.url
    await page.reload()
    await shown(page, 1)
    await expect(page.get_by_role("combobox", name="Stream")).to_have_value(stream)
    await expect(page.locator('button[data-severity="info"]')).to_contain_text("3")
    await page.get_by_role("combobox", name="Kind").select_option("motion.detected")
    await expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    await page.go_back()
    await shown(page, 1)


async def test_the_calendar_counts_and_chooses(hub: RunningHub, opened: Any, stream: str) -> None:
    page = await opened(f"review?stream={stream}&from={DAY}")
    await shown(page, 6)
    day = page.locator(f'button[data-day="{DAY}"]')
    await expect(day).to_have_attribute("aria-pressed", "true")
    await expect(day.locator(".count")).to_have_text("6")
    await expect(day.locator(".dot")).to_be_visible()
    hub.call("POST", "/api/activities", {"ids": waiting(hub, stream)})
    await expect(day.locator(".dot")).to_have_count(0, timeout=10_000)
    await page.reload()
    await expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    marked = hub.call("GET", f"/api/activities?stream={stream}")
    hub.call("POST", "/api/activities", {"ids": [a["id"] for a in marked], "reviewed": False})


async def test_a_hit_of_the_search_opens_its_event(hub: RunningHub, opened: Any, film: Path) -> None:
    # Of a day with more than fit on the first page of the list, one of the oldest.
    other = hub.stream("Depot", film, enabled=False)
    day = DAY - timedelta(days=3)
    for n in range(54):
        report(hub, other, f"{day}T{n // 6 + 3:02}:{n % 6 * 10:02}:00Z")
    hit = hub.call("GET", f"/api/events?stream={other}&limit=100")[-1]
    page = await opened(f"review?event={hit['id']}")
    detail = page.locator("g-dialog")
    await expect(detail.locator("li[aria-current]")).to_have_count(1)
    assert f"activity={hit['activity_id']}" in page.url
    assert f"from={day}" in page.url
    await page.keyboard.press("Escape")
    card = page.locator(f'g-activity article[data-activity="{hit["activity_id"]}"]')
    await expect(card.locator(".open")).to_be_focused()
    assert "event=" not in page.url

    # Filters are kept for the person, not for the browser; what was forgotten by mistake comes back.
    await page.get_by_text("Saved", exact=True).click()
    await page.get_by_label("Name of these filters").fill("That day")
    await page.get_by_role("button", name="Keep", exact=True).click()
    await expect(page.get_by_text("Kept as That day.")).to_be_visible()
    again = await opened("review")
    await again.get_by_text("Saved", exact=True).click()
    await again.get_by_role("button", name="That day", exact=True).click()
    await again.wait_for_url(f"**from={day}**")
    await again.get_by_text("Saved", exact=True).click()
    await again.get_by_role("button", name="Forget That day").click()
    await again.get_by_role("button", name="Undo").click()
    await again.get_by_text("Saved", exact=True).click()
    await expect(again.get_by_role("button", name="That day", exact=True)).to_be_visible()


async def test_what_arrives_waits_to_be_let_in(hub: RunningHub, opened: Any, stream: str) -> None:
    page = await opened(f"review?stream={stream}")
    await shown(page, 6)
    fresh = report(hub, stream, f"{DAY}T13:00:00Z", "warning")
    try:
        button = page.get_by_role("button", name="1 new")
        await expect(button).to_be_visible(timeout=5_000)
        await shown(page, 6)
        await button.click()
        cards = await shown(page, 7)
        await expect(cards.first).to_have_attribute("data-activity", fresh)
        await expect(button).to_have_count(0)
    finally:
        hub.call("POST", "/api/activities", {"ids": [fresh]})


async def test_motion_plays_where_it_is_looked_at_and_opened(hub: RunningHub, opened: Any) -> None:
    page = await opened("review?type=motion.detected")
    card = page.locator("g-activity article").filter(has=page.locator(".play")).first
    for _ in range(20):
        if await card.count():
            break
        await page.wait_for_timeout(2_000)
        await page.reload()
        await page.wait_for_timeout(1_000)
    identity = await card.get_attribute("data-activity")
    card = page.locator(f'g-activity article[data-activity="{identity}"]')
    await card.hover()
    video = card.locator("video")
    await page.wait_for_function("video => video.currentTime > 0.2", arg=await video.element_handle())
    await card.locator(".open").click()
    detail = page.locator("g-dialog")
    await expect(page.get_by_role("dialog", name="Motion")).to_be_visible()
    film = detail.locator("video")
    await page.wait_for_function("video => video.currentTime > 0.3", arg=await film.element_handle())
    assert f"activity={identity}" in page.url
    moment = await detail.get_by_role("link", name="To this moment").get_attribute("href")
    assert moment is not None
    assert "?at=20" in moment
    await page.keyboard.press("Escape")
    await expect(detail).to_have_count(0)
    assert "activity=" not in page.url


async def test_a_link_opens_one_in_german_on_a_phone(hub: RunningHub, opened: Any, stream: str) -> None:
    (newest, *_) = waiting(hub, stream)
    page = await opened(f"review?activity={newest}", "small", locale="de-DE", color_scheme="light")
    detail = page.locator("g-dialog")
    await expect(detail.get_by_text(NAME).first).to_be_visible()
    await detail.get_by_role("button", name="Schützen").click()
    await expect(detail.get_by_text("Geschützt")).to_be_visible()
    await detail.get_by_role("button", name="Als gesehen markieren").click()
    await expect(detail.get_by_text("Gesehen", exact=True)).to_be_visible()
    assert hub.call("GET", f"/api/activities/{newest}")["protected"] is True
    hub.call("PATCH", f"/api/activities/{newest}", {"reviewed": False, "protected": False}, **{"If-Match": "*"})


INSTALLED = """
    const match = window.matchMedia.bind(window);
    window.matchMedia = (query) => query.includes("display-mode: standalone") ? { matches: true } : match(query);
    navigator.setAppBadge = async (count) => { window.badge = count; };
    navigator.clearAppBadge = async () => { window.badge = 0; };
"""
KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url));
    }
    return found.map((url) => url.pathname + url.search);
}"""
WALLS = """() => new Promise((done) => {
    const asked = indexedDB.open("glimpser/");
    asked.onsuccess = () => {
        const read = asked.result.transaction("walls").objectStore("walls").getAll();
        read.onsuccess = () => { asked.result.close(); done(read.result); };
    };
})"""


async def test_without_a_network_the_shell_the_wall_and_marks_are_kept(
    hub: RunningHub, profile: Any, stream: str
) -> None:
    ids = waiting(hub, stream)
    context = await profile(hub, service_workers="allow")
    await context.add_init_script(INSTALLED)
    page = await context.new_page()
    await page.goto(f"{hub.url}/account")
    await page.get_by_label("Keep the last wall on this device").check()
    await page.goto(f"{hub.url}/review?stream={stream}")
    await shown(page, 6)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    browser = await context.new_cdp_session(page)
    assert (await browser.send("Page.getAppManifest"))["errors"] == []
    wrong = (await browser.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert {one["errorId"] for one in wrong} <= {"in-incognito"}
    await page.wait_for_function("window.badge >= 6")
    kept = await page.evaluate(KEPT)
    assert len(kept) > 50
    assert [path for path in kept if not path.startswith(("/static/dashboard/", "/?shell="))] == []
    for _ in range(150):  # it is written within ten seconds of the streams' last change
        if walls := await page.evaluate(WALLS):
            break
        await page.wait_for_timeout(100)
    [wall] = walls
    assert sorted(wall["streams"][0]) == ["id", "name", "reason", "status"]

    # Marks wait; what was changed elsewhere meanwhile is not overwritten without a word.
    await context.set_offline(True)
    await expect(page.get_by_text("This device has no network. What you see is as it was")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("r")
    await page.keyboard.press("j")
    await page.keyboard.press("r")
    await expect(page.locator(".tag.done")).to_have_count(2)
    await expect(page.get_by_text("Marks that wait until the hub takes them: 2")).to_be_visible()
    for reviewed in (True, False):
        hub.call("POST", "/api/activities", {"ids": ids[1:2], "reviewed": reviewed})
    document = await (await context.request.get(hub.url)).text()
    await page.route(f"{hub.url}/", lambda route: route.fulfill(
        body=re.sub("/static/dashboard/[0-9a-f]+/", "/static/dashboard/0000/", document), content_type="text/html"
    ))  # fmt: skip
    await context.set_offline(False)
    await expect(page.get_by_text("Of your marks, 1 were changed elsewhere meanwhile")).to_be_visible()
    await expect(page.locator(".tag.done")).to_have_count(1)
    assert waiting(hub, stream) == ids[1:]
    await page.get_by_role("button", name="Mark them again").click()
    until(lambda: waiting(hub, stream) == ids[2:], 10, lambda: waiting(hub, stream))
    await expect(page.get_by_text("Glimpser was updated.")).to_be_visible()

    # The shell comes without a network, and goes on by itself with one.
    await context.set_offline(True)
    await page.get_by_role("button", name="Load the new ones").click()
    # Browsers under a test do not always tell a new page that there is no network.
    await expect(page.get_by_role("heading", name=re.compile("No network|The hub does not answer"))).to_be_visible()
    await expect(page.get_by_role("heading", name="As it was last seen: Today")).to_be_visible()
    await expect(page.get_by_text("Front door")).to_be_visible()
    await context.set_offline(False)
    await shown(page, 4)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await page.evaluate(WALLS) == []
    assert await page.evaluate("window.badge") == 0
    hub.sign_in()
    hub.call("POST", "/api/activities", {"ids": ids, "reviewed": False})
