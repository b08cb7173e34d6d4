"""Setting up, signing in and out, and one's own account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from quart import Response, g, request

from glimpser.database.models import Device, Session, User
from glimpser.identity import users
from glimpser.identity.challenges import LIFETIME_S, FactorNeeded
from glimpser.identity.policy import VISITOR, Principal
from glimpser.identity.proving import Locked, Wrong
from glimpser.identity.service import SignedIn
from glimpser.identity.step_up import proved
from glimpser.timezones import TimeZone
from glimpser_sdk.web import Problem

from .answers import matcher, plain
from .counting import QuotaOut, quotas
from .cursors import PageQuery, page
from .problems import WrongProof
from .routing import PUBLIC, SIGNED_IN, Loader, Page, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

COOKIE = "glimpser_session"
COOKIE_SECURE = f"__Host-{COOKIE}"
DEVICE = "glimpser_device"
"""Cookie of a browser that signed in before; it opens nothing."""
WRONG = "name or password is wrong"

route = Routes("authentication")


class Strict(BaseModel):
    """Base of bodies: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Strict):
    """Name and password."""

    name: str = Field(min_length=1, max_length=64, description="User name.")
    password: SecretStr = Field(min_length=1, max_length=1024, description="Password.")


class SignUp(SignIn):
    """The first administrator."""

    token: str = Field(min_length=1, max_length=200, description="Token of the one-time set-up link.")


class SetupNeeded(BaseModel):
    """Whether the first administrator is still to be made."""

    needed: bool


class RestrictionsOut(BaseModel):
    """What cuts one down, whatever is granted."""

    live_only: bool = Field(description="Live pictures and the state of streams, nothing that was kept.")
    delay_minutes: int = Field(description="Nothing younger than this; 0 = no delay.")
    hide_private_groups: bool


class Me(BaseModel):
    """The principal's own account."""

    id: str
    name: str
    display_name: str
    role: str
    kind: str = Field(description="user, token, api_key, or visitor: of a demo, who has no account.")
    permissions: list[str] = Field(description="What one may do somewhere, be it on one stream alone.")
    hubwide: list[str] = Field(description="Those of them that hold for the hub as a whole, and so on every stream.")
    factor: str | None = Field(description="The second factor of the account.")
    factor_needed: bool = Field(description="Nothing else may be done before there is one.")
    step_up: bool = Field(description="Dangerous things may be done now, without proving again who one is.")
    restrictions: RestrictionsOut
    quotas: list[QuotaOut] = Field(description="What one's role limits, and what is left of it.")
    language: str | None
    theme: str | None
    timezone: str | None


class MePatch(Strict):
    """What one may change of one's own account; a field left out stays, null means the hub's default."""

    display_name: str | None = Field(None, max_length=100)
    language: str | None = Field(None, max_length=16)
    theme: str | None = Field(None, pattern="^(light|dark|system)$")
    timezone: TimeZone | None = Field(None, description="IANA name, such as Europe/Berlin.")


class PasswordChange(Strict):
    """Old and new password."""

    current: SecretStr = Field(min_length=1, max_length=1024)
    new: SecretStr = Field(min_length=1, max_length=1024)


class OwnSession(BaseModel):
    """A device signed in."""

    id: str
    created_at: str
    last_seen_at: str
    address: str
    user_agent: str
    current: bool
    trusted_until: str | None = Field(description="Until then this device is asked for no code of the second factor.")


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or ""


def user_agent() -> str:
    """What the client calls itself."""
    return request.headers.get("User-Agent", "")


def device() -> str | None:
    """The token of a browser that signed in before."""
    return request.cookies.get(cookie_name(DEVICE))


@contextmanager
def told_alike(detail: str = WRONG) -> Iterator[None]:
    """Answer what is wrong or locked, telling nothing of whom."""
    try:
        yield
    except Wrong as wrong:
        raise WrongProof(detail, wrong.retry_after) from None
    except Locked as locked:
        text = "too many failures: try again later"
        raise Problem(429, "auth.locked", text, retry_after=locked.retry_after) from None


def with_cookies(made: SignedIn, response: Response | None = None) -> Response:
    """An answer, empty unless it is given, that signs a browser in."""
    response = response or Response(b"", status=204)
    set_cookie(response, COOKIE, made.token, days=30)
    if made.device is not None:
        set_cookie(response, DEVICE, made.device, days=400)
    return response


def go_on_as(token: str) -> None:
    """The session that asks goes on under this token: its cookie comes with the answer."""
    g.renewed = token


def renew_cookie(response: Response) -> None:
    """Give the session its new cookie, where it goes on under another token."""
    if (token := g.pop("renewed", None)) is not None:
        set_cookie(response, COOKIE, token, days=30)


def browser(principal: Principal, what: str) -> None:
    """Problem 403 unless a browser asks."""
    if principal.kind != "user":
        raise Problem(403, "auth.session_needed", f"sign in with a browser to {what}")


def cookie_name(name: str) -> str:
    """The name under which the browser has a cookie."""
    return f"__Host-{name}" if request.scheme == "https" else name


def cookie_of(asked: Any, name: str) -> str | None:
    """A cookie that a request or WebSocket brings. Over TLS the one that only this hub can have set counts, and none
    that somebody on the way, or a neighbouring name, may have planted."""
    cookie: str | None = asked.cookies.get(f"__Host-{name}" if asked.scheme in ("https", "wss") else name)
    return cookie


def set_cookie(response: Response, name: str, value: str, *, days: int) -> None:
    """Give the browser a cookie that no script and no other site uses."""
    response.set_cookie(
        cookie_name(name), value, max_age=days * 86400, httponly=True, secure=request.scheme == "https",
        samesite="Strict", path="/",
    )  # fmt: skip


@route("GET", "/api/auth/setup/needed", permission=PUBLIC, before_setup=True, answer=SetupNeeded)
async def setup_needed(hub: Hub) -> dict[str, bool]:
    """Whether the first-run page must be shown."""
    return {"needed": await hub.identity.setup_needed()}


@route("POST", "/api/auth/setup/signup", permission=PUBLIC, before_setup=True, body=SignUp, status=204)
async def setup_signup(hub: Hub, body: SignUp) -> Response:
    """Create the first administrator and sign in. The token works once; without a valid one this path answers 404."""
    made = await hub.identity.sign_up(
        body.token, body.name, body.password.get_secret_value(), address=address(),
        user_agent=user_agent(),
    )  # fmt: skip
    if made is None:
        if hub.identity.bootstrap.done:
            raise Problem(409, "setup.done", "this hub has an administrator already: sign in")
        raise Problem(404, "setup.token_invalid", "this link is not valid (any more): run glimpser setup-link")
    return with_cookies(made)


@route("POST", "/api/auth/login", permission=PUBLIC, body=SignIn, status=204,
       also={401: "Wrong, or a code is needed as well."})  # fmt: skip
async def login(hub: Hub, body: SignIn) -> Response:
    """Sign in with a password; sets the session cookie.

    Where the account has a second factor, it answers 401 `auth.mfa_required` with a `challenge`, which
    `POST /api/auth/mfa/verify` takes together with a code. What is wrong, unknown, switched off or locked is answered
    alike; while there is a lock, `Retry-After` says for how long.
    """
    with told_alike():
        try:
            made = await hub.identity.sign_in(
                body.name, body.password.get_secret_value(), address=address(), user_agent=user_agent(),
                device=device(),
            )  # fmt: skip
        except FactorNeeded as needed:
            raise Problem(
                401, "auth.mfa_required", f"a code of {needed.factor} is needed as well: POST /api/auth/mfa/verify",
                factor=needed.factor, challenge=needed.challenge, expires_in=int(LIFETIME_S),
            ) from None  # fmt: skip
    return with_cookies(made)


@route("POST", "/api/auth/logout", permission=SIGNED_IN, status=204)
async def logout(hub: Hub, principal: Principal) -> Response:
    """End this session. ``Location`` of the answer, if it has one: where to go to sign out at the provider too."""
    response = Response(b"", status=204)
    if principal.kind == "user":
        base = hub.settings.public_url or f"{request.scheme}://{request.host}"
        if there := await hub.sso.sign_out_url(principal, return_to=f"{base}/login"):
            response.headers["Location"] = there
        await hub.identity.sign_out(principal)
    response.delete_cookie(COOKIE, path="/")
    response.delete_cookie(COOKIE_SECURE, path="/", secure=True)
    return response


async def _fetch_me(hub: Hub, principal: Principal) -> tuple[dict[str, Any], int]:
    if principal.kind == VISITOR:  # nobody's account
        own: Any = SimpleNamespace(id=principal.id, name=principal.name, display_name="", role=principal.role,
                                   factor=None, language=None, theme=None, timezone=None, version=0)  # fmt: skip
        return await _me(hub, principal, own)
    return await _me(hub, principal, await User.get(id=principal.id))


async def _me(hub: Hub, principal: Principal, user: User) -> tuple[dict[str, Any], int]:
    return {
        "id": user.id, "name": user.name, "display_name": user.display_name, "role": user.role,
        "kind": principal.kind, "permissions": sorted(principal.permissions), "hubwide": sorted(principal.hubwide),
        "factor": user.factor, "factor_needed": principal.to_enrol, "step_up": proved(principal),
        "restrictions": asdict(principal.restrictions), "quotas": await quotas(hub, principal),
        "language": user.language, "theme": user.theme, "timezone": user.timezone,
    }, user.version  # fmt: skip


@route("GET", "/api/me", permission=SIGNED_IN, answer=Me)
async def me(hub: Hub, principal: Principal) -> Versioned:
    """One's own profile, role and effective permissions."""
    return Versioned(*await _fetch_me(hub, principal))


@route("PATCH", "/api/me", permission=SIGNED_IN, body=MePatch, answer=Me, match=True)
async def change_me(hub: Hub, principal: Principal, body: MePatch) -> Versioned:
    """Change one's own name, language, theme or time zone. Needs If-Match."""
    browser(principal, "change the account")
    values = body.model_dump(exclude_unset=True)
    if "display_name" in values:
        values["display_name"] = values["display_name"] or ""
    match = matcher()
    match((await User.get(id=principal.id)).version)

    async def change(conn: Any) -> None:
        user = await User.filter(id=principal.id).using_db(conn).get()
        match(user.version)
        user.update_from_dict({**values, "version": user.version + 1})
        await user.save(using_db=conn)

    await hub.db.write(change)
    return Versioned(*await _fetch_me(hub, principal))


@route("PUT", "/api/me/password", permission=SIGNED_IN, body=PasswordChange, secret=True, status=204)
async def change_password(hub: Hub, principal: Principal, body: PasswordChange) -> None:
    """Change one's own password; all other sessions end, and this one goes on under a new cookie."""
    browser(principal, "change the password")
    current, new = body.current.get_secret_value(), body.new.get_secret_value()
    users.check_password(principal.name, new)
    try:
        token = await hub.identity.set_password(principal, current, new, address=address(), device=device())
    except Wrong as wrong:
        later = {"retry_after": wrong.retry_after} if wrong.retry_after else {}
        raise Problem(422, "auth.wrong", "the current password is wrong", **later) from None
    except Locked as locked:
        raise Problem(
            429, "auth.locked", "too many failures: try again later", retry_after=locked.retry_after
        ) from None
    go_on_as(token)


@route("GET", "/api/me/sessions", permission=SIGNED_IN, query=PageQuery, answer=list[OwnSession])
async def sessions(principal: Principal, query: PageQuery) -> Page:
    """Devices signed in, newest first. Signing one out ends its trust too."""
    browser(principal, "see the devices")
    found = await page(Session.filter(user_id=principal.id, revoked_at=None), query, by="created_at", time=True)
    now = datetime.now(UTC)
    devices = Device.filter(id__in=[s.device_id for s in found.items if s.device_id], trusted_until__gt=now)
    trusted = dict(await devices.values_list("id", "trusted_until"))
    items = [
        plain({
            "id": s.id, "created_at": s.created_at, "last_seen_at": s.last_seen_at, "address": s.address,
            "user_agent": s.user_agent, "current": s.id == principal.session_id,
            "trusted_until": trusted.get(s.device_id),
        })
        for s in found.items
    ]  # fmt: skip
    return found.of(items)


@route("DELETE", "/api/me/sessions", permission=SIGNED_IN, status=204)
async def sign_out_everywhere(hub: Hub, principal: Principal) -> None:
    """Sign out all devices, this one too."""
    browser(principal, "sign out all devices")
    await hub.identity.sign_out(principal, everywhere=True)


async def _own_session(hub: Hub, principal: Principal, identifier: str) -> Session | None:
    if principal.kind != "user":
        return None
    return await Session.filter(id=identifier, user_id=principal.id, revoked_at=None).first()


OWN_SESSION = Loader("session", "session_id", _own_session)


@route("DELETE", "/api/me/sessions/<id:session_id>", permission=SIGNED_IN, load=OWN_SESSION, status=204)
async def sign_out_device(hub: Hub, principal: Principal, session: Session) -> None:
    """Sign out one device."""
    await hub.identity.sign_out(principal, session_id=session.id)
