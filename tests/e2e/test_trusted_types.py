"""Code that was slipped into a page finds no way to run text: Trusted Types and the policy of scripts (A46)."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Response, Route

from .hubs import RunningHub

pytestmark = pytest.mark.browser

SINKS = {
    "innerHTML": "document.body.innerHTML = '<img src=x onerror=__xss()>'",
    "outerHTML": "document.querySelector('main').outerHTML = '<img src=x onerror=__xss()>'",
    "insertAdjacentHTML": "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=__xss()>')",
    "document.write": "document.write('<script>__xss()</script>')",
    "fragment": "document.createRange().createContextualFragment('<img src=x onerror=__xss()>')",
    "srcdoc": "Object.assign(document.body.appendChild(document.createElement('iframe')), "
    "{srcdoc: '<script>parent.__xss()</script>'})",
    "DOMParser": "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
    "script text": "document.head.appendChild(Object.assign(document.createElement('script'), {text: '__xss()'}))",
    "script address": "document.createElement('script').src = 'data:,__xss()'",
    "timer": "setTimeout('__xss()', 0)",
    "eval": "(0, eval)('__xss()')",
    "Function": "new Function('__xss()')()",
    "worker": "new Worker('/static/theme.js')",
    "policy": "trustedTypes.createPolicy('mine', {createHTML: text => text})",
}
# Of these the naive page shows by a call that they worked; of the others by throwing nothing.
FIRES = {"innerHTML", "outerHTML", "insertAdjacentHTML", "script text", "timer", "eval", "Function"}


async def _without_policy(route: Route) -> None:
    answer = await route.fetch()
    headers = {k: v for k, v in answer.headers.items() if k != "content-security-policy"}
    await route.fulfill(response=answer, headers=headers)


async def _fires(page: Page, url: str, fired: list[str]) -> dict[str, bool]:
    """Which sinks took the text: that threw nothing or called."""
    took = {}
    for name, code in SINKS.items():
        await page.goto(url)
        await page.wait_for_selector("main")
        fired.clear()
        # In a task of its own: what a debugger runs may do anything.
        tried = f"try {{ {code}; done('') }} catch (error) {{ done(error.name) }}"
        threw = await page.evaluate(f"() => new Promise((done) => setTimeout(() => {{ {tried} }}))")
        await page.wait_for_timeout(100)
        took[name] = bool(fired) if name in FIRES else not threw
    return took


@pytest.mark.attack("A46", control=True)
async def test_no_sink_of_a_page_takes_text(hub: RunningHub, browser: Browser) -> None:
    fired: list[str] = []
    context = await browser.new_context()
    await context.expose_binding("__xss", lambda source: fired.append(source["page"].url))
    page = await context.new_page()
    took = await _fires(page, f"{hub.url}/login", fired)
    print(f"stopped {sum(not t for t in took.values())}/{len(took)} sinks")
    assert [name for name, t in took.items() if t] == []

    await context.route("**/login", _without_policy)
    naive = await _fires(page, f"{hub.url}/login", fired)
    print(f"control: {sum(naive.values())}/{len(naive)} sinks work without the policy")
    assert [name for name, t in naive.items() if not t] == []
    await context.close()


async def test_the_pages_violate_no_policy(hub: RunningHub, signed_in: Page, context: BrowserContext) -> None:
    said: list[str] = []
    signed_in.on("console", lambda message: said.append(message.text))
    signed_in.on("pageerror", lambda error: said.append(str(error)))

    async def note(answer: Response) -> None:
        if answer.request.resource_type == "document":
            assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]

    signed_in.on("response", note)
    for path in ("/", "/events", "/login", "/setup"):
        await signed_in.goto(hub.url + path)
        await signed_in.wait_for_load_state("networkidle" if path in ("/login", "/setup") else "load")
        await signed_in.wait_for_timeout(300)
    assert [text for text in said if "Content Security Policy" in text or "Trusted" in text] == []
