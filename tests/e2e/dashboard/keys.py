"""Doing without a pointer: what is wanted is come to by Tab, and pressed by Enter or Space."""

from __future__ import annotations

from playwright.async_api import Page

FOCUSED = """() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (!element || element === document.body) return "";
    const labels = [...(element.labels ?? [])].map((label) => label.textContent);
    const words = [element.getAttribute("aria-label"), ...labels, element.innerText, element.title];
    return (words.find((text) => text?.trim()) ?? "").replace(/\\s+/g, " ").trim();
}"""
MOST = 150
"""Times that Tab is pressed for one thing: no page has more before what it is for."""


async def reach(page: Page, name: str) -> None:
    """Come to what is called so, by Tab."""
    passed = []
    for _ in range(MOST):
        now = str(await page.evaluate(FOCUSED))
        if now == name or (now.startswith(name) and name.endswith(" ")):
            return
        passed.append(now)
        await page.keyboard.press("Tab")
    raise AssertionError(f"no way to {name!r} by Tab; there were {list(dict.fromkeys(passed))}")


async def press(page: Page, name: str, key: str = "Enter") -> None:
    await reach(page, name)
    await page.keyboard.press(key)


async def write(page: Page, name: str, text: str) -> None:
    """Into a field, in place of what it holds."""
    await reach(page, name)
    await page.keyboard.press("Control+a")
    await page.keyboard.type(text)
