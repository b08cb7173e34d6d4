"""Signing in with a password, and at a certified provider, in a real browser: on a LAN-style address without
encryption, and encrypted, by the hub itself or by a proxy that adds a path."""

from __future__ import annotations

import json
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Page, expect
from support.authority import authority
from support.oidc import free_port, provider, settings

from .conftest import LAN
from .hubs import NAME, PASSWORD, RunningHub, running, set_up
from .test_prefix import PREFIX, proxy

pytestmark = pytest.mark.browser


def variables(issuer: str, **more: str) -> dict[str, str]:
    """Of a hub that knows the provider and makes accounts."""
    entry = settings(issuer, create=True, create_role="viewer", insecure_http=issuer.startswith("http:"))
    at = issuer.rpartition("/")[2]
    return {
        "GLIMPSER_EGRESS_ALLOW": f"camera=127.0.0.1,web=127.0.0.1,identity={at}",
        "GLIMPSER_OIDC__PROVIDERS": json.dumps([entry]),
        **more,
    }


async def by_password(page: Page, public: str) -> None:
    """In and out again."""
    await page.goto(f"{public}/events")
    await expect(page).to_have_url(f"{public}/login")
    await page.get_by_label("Name").fill(NAME)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await sign_out(page, public, NAME)


async def sign_out(page: Page, public: str, name: str) -> None:
    """At the hub alone."""
    await page.get_by_role("button", name=f"Sign out {name}").click()
    await expect(page).to_have_url(f"{public}/login")


async def by_provider(page: Page, public: str, name: str = "grace") -> None:
    """By the button, and the provider's own pages."""
    await page.goto(f"{public}/events")
    await page.get_by_role("link", name="Sign in with Home").click()
    await page.get_by_placeholder("Enter any login").fill(name)
    await page.get_by_placeholder("and password").fill("any")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page).to_have_url(f"{public}/events")
    await expect(page.get_by_role("button", name=f"Sign out {name}")).to_be_visible()


async def test_on_a_lan_without_encryption(page: Page, film: Path, tmp_path: Path) -> None:
    own, port = free_port(), free_port()
    public = f"http://{LAN}:{own}"
    (tmp_path / "hub").mkdir()
    more = variables(f"http://127.0.0.1:{port}", GLIMPSER_HOST="0.0.0.0", GLIMPSER_ALLOW_INSECURE_HTTP="true",
                     GLIMPSER_ALLOWED_HOSTS=LAN)  # fmt: skip
    with (
        provider(port, public),
        running(tmp_path / "hub", film.parent, own, **more) as hub,
    ):
        RunningHub(hub.url.replace("0.0.0.0", "127.0.0.1"), hub.setup).sign_up()
        await by_password(page, public)
        assert await page.evaluate("isSecureContext") is False, "as on a LAN"
        await by_provider(page, public)
        await page.get_by_role("button", name="Sign out grace").click()
        await expect(page.get_by_role("button", name="Yes, sign me out")).to_be_visible()
        await page.get_by_role("button", name="Yes, sign me out").click()
        await expect(page).to_have_url(f"{public}/login")
        assert await page.evaluate("fetch('/api/me').then(answer => answer.status)") == 401
        await page.context.close()


class TestEncrypted:
    """By a certificate that the hub made for itself, at a provider whose own one an authority at home signed."""

    @pytest.fixture
    def certificates(self) -> bool:
        return False

    async def test_hub_and_provider(self, page: Page, film: Path, tmp_path: Path) -> None:
        own, port, home = free_port(), free_port(), authority(tmp_path / "home")
        public = f"https://127.0.0.1:{own}"
        (tmp_path / "hub").mkdir()
        more = variables(f"https://127.0.0.1:{port}", GLIMPSER_TLS="self-signed", GLIMPSER_CA_FILE=str(home.ca))
        with (
            provider(port, public, tls=home),
            running(tmp_path / "hub", film.parent, own, **more) as hub,
        ):
            assert hub.url == public
            await set_up(page, hub)
            await sign_out(page, public, NAME)
            await by_password(page, public)
            await by_provider(page, public)
            await self._kept(page, public)
            await self._with_a_code(page, public)
            await page.context.close()

    async def test_by_a_proxy_that_adds_a_path(self, page: Page, film: Path, tmp_path: Path) -> None:
        inside, outside, port, home = free_port(), free_port(), free_port(), authority(tmp_path / "home")
        public = f"https://127.0.0.1:{outside}{PREFIX.decode()}"
        (tmp_path / "hub").mkdir()
        more = variables(f"https://127.0.0.1:{port}", GLIMPSER_PUBLIC_URL=public, GLIMPSER_CA_FILE=str(home.ca),
                         GLIMPSER_TRUSTED_PROXIES="127.0.0.1")  # fmt: skip
        with (
            provider(port, public, tls=home),
            running(tmp_path / "hub", film.parent, inside, **more) as hub,
        ):
            async with proxy(outside, inside, home):
                await set_up(page, hub)
                await sign_out(page, public, NAME)
                await by_password(page, public)
                await by_provider(page, public)
                await self._kept(page, public)

                # Without a slash at the end, as people type it.
                await page.goto(public)
                await expect(page.get_by_role("button", name="Sign out grace")).to_be_visible()
                await page.goto(f"{public}/login?problem=auth.sso_unknown")
                await expect(page.get_by_role("alert").filter(has_text="You have no account here")).to_be_visible()
                await page.context.close()

    async def _kept(self, page: Page, public: str) -> None:
        """Cookies are for https and for this host alone."""
        kept = [cookie for cookie in await page.context.cookies(public) if "glimpser" in cookie["name"]]
        assert {cookie["name"] for cookie in kept} == {"__Host-glimpser_session", "__Host-glimpser_device"}
        assert all(cookie["secure"] and cookie["httpOnly"] for cookie in kept)

    async def _with_a_code(self, page: Page, public: str) -> None:
        """Who has a second factor at the hub is asked for it after the provider."""
        # It is set up after a fresh proof.
        await page.goto(f"{public}/api/auth/sso/home?fresh=true&next=/events")
        await page.get_by_placeholder("Enter any login").fill("grace")
        await page.get_by_placeholder("and password").fill("any")
        await page.get_by_role("button", name="Sign-in").click()
        await expect(page.get_by_role("button", name="Sign out grace")).to_be_visible()
        secret = (await (await page.request.post(f"{public}/api/me/totp")).json())["secret"]
        body = {"code": pyotp.TOTP(secret).now()}
        done = await page.request.post(f"{public}/api/auth/mfa/verify", data=body)
        recovery = (await done.json())["recovery_codes"]
        assert (await page.request.post(f"{public}/api/auth/logout")).status == 204
        await page.goto(f"{public}/events")
        await page.get_by_role("link", name="Sign in with Home").click()
        await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
        await expect(page).to_have_url(f"{public}/login")
        await page.get_by_label("Code").fill(recovery[0])
        await page.get_by_role("button", name="Continue").click()
        await expect(page).to_have_url(f"{public}/events")
        await expect(page.get_by_role("button", name="Sign out grace")).to_be_visible()
