"""Single sign-on: which ways to sign in there are, the way to a provider, and the way back.

People see these in the address bar, so what fails leads to the sign-in page, which says it in words.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from quart import Response, request

from glimpser.identity.accounts import NoEntry
from glimpser.identity.backends import Asked, Header, Redirect
from glimpser.identity.challenges import FactorNeeded
from glimpser.identity.policy import Principal
from glimpser_sdk.web import Problem

from .authentication import address, cookie_name, device, user_agent, with_cookies
from .routing import PUBLIC, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

TICKET = "glimpser_sso"
"""Cookie of a sign-in that is under way."""
PEER = "glimpser.peer"

log = logging.getLogger("glimpser.api")
route = Routes("sso")

_LOCAL = re.compile(r"/(?![/\\])[!-~]*")


def _local(path: str) -> str:
    if not _LOCAL.fullmatch(path) or "\\" in path:
        raise ValueError("must be a path of this hub that starts with one /, such as /events")
    return path


LocalPath = Annotated[
    str, Field(max_length=500, json_schema_extra={"pattern": r"^/([!-.0-\[\]-~][!-\[\]-~]*)?$"}), AfterValidator(_local)
]


class MethodOut(BaseModel):
    """A provider to sign in at."""

    id: str = Field(description="Of /api/auth/sso/{provider}.")
    title: str
    automatic: bool = Field(description="It has proved already who is asking; nothing is left to be typed.")


class MethodsOut(BaseModel):
    """Ways to sign in."""

    password: bool
    providers: list[MethodOut]


class StartQuery(BaseModel):
    """Where to go after the sign-in."""

    model_config = ConfigDict(extra="forbid")

    next: LocalPath = Field("/", description="Path of this hub to go to afterwards.")
    fresh: bool = Field(False, description="Signed in: prove again at the provider who one is, for dangerous actions.")


class ReturnQuery(BaseModel):
    """What a provider sends back, and whatever it adds; RFC 6749, RFC 9207."""

    model_config = ConfigDict(extra="ignore")

    state: str | None = None
    code: str | None = None
    iss: str | None = None
    error: str | None = None
    error_description: str | None = None


def asked(about: Any) -> Asked:
    """What header backends go by, of a request or a WebSocket."""
    client = about.scope.get(PEER) or about.scope.get("client") or ("", 0)
    return Asked(peer=client[0], headers=list(about.headers.items()))


def base_url(hub: Hub) -> str:
    """Where this browser reaches the hub."""
    return hub.settings.public_url or f"{request.scheme}://{request.host}"


def return_to(hub: Hub, entry: Redirect) -> str:
    """The hub's address for the way back."""
    return f"{base_url(hub)}/api/auth/sso/{entry.offer.id}/callback"


def _to(hub: Hub, path: str, **query: str) -> Response:
    prefix = urlsplit(hub.settings.public_url).path
    return Response(b"", status=303, headers={"Location": prefix + path + (f"?{urlencode(query)}" if query else "")})


def _refused(hub: Hub, entry: Redirect | Header, error: NoEntry) -> Response:
    log.warning("no sign-in by %s: %s", entry.offer.id, error)
    return _to(hub, "/login", problem=error.code)


def entry_of(hub: Hub, provider: str) -> Redirect | Header:
    """The provider, or Problem 404."""
    entry = hub.sso.find(provider)
    if entry is None:
        raise Problem(404, "sso.not_found", "there is no such provider; GET /api/auth/methods lists them")
    return entry


def _client() -> dict[str, Any]:
    return {"address": address(), "user_agent": user_agent(), "device": device()}


@route("GET", "/api/auth/methods", permission=PUBLIC, answer=MethodsOut)
async def methods(hub: Hub) -> dict[str, Any]:
    """How one may sign in here."""
    offered = hub.identity.backends.offered(asked(request))
    return {
        "password": hub.identity.passwords is not None,
        "providers": [{"id": p.id, "title": p.title, "automatic": automatic} for p, automatic in offered],
    }


@route("GET", "/api/auth/sso/<provider>", permission=PUBLIC, query=StartQuery, status=303)
async def start(hub: Hub, principal: Principal | None, provider: str, query: StartQuery) -> Response:
    """Sign in at a provider: leads the browser there. A proxy that has said already who is asking signs in at once."""
    entry = entry_of(hub, provider)
    try:
        if isinstance(entry, Header):
            made = await hub.sso.enter_by_header(entry, asked(request), **_client())
            return with_cookies(made, _to(hub, query.next))
        if query.fresh and (principal is None or principal.kind != "user"):
            raise NoEntry("auth.sso_expired", "nobody is signed in who could prove again who they are")
        url, ticket = await hub.sso.depart(
            entry, return_to=return_to(hub, entry), next_path=query.next, principal=principal,
            purpose="step_up" if query.fresh else "sign_in", device=device(),
        )  # fmt: skip
    except NoEntry as error:
        return _refused(hub, entry, error)
    return with_ticket(Response(b"", status=303, headers={"Location": url}), ticket)


@route("GET", "/api/auth/sso/<provider>/callback", permission=PUBLIC, query=ReturnQuery, status=303)
async def callback(hub: Hub, provider: str) -> Response:
    """Back from a provider: signs in and leads to where one wanted to go; or to the sign-in page with a problem, or for
    a code of the account's second factor."""
    entry = entry_of(hub, provider)
    query = {key: values[0] for key in request.args if len(values := request.args.getlist(key)) == 1}
    try:
        if not isinstance(entry, Redirect) or len(query) != len(set(request.args)):
            raise NoEntry("auth.sso_refused", "nobody comes back from there, or a parameter is repeated")
        ticket = hub.sso.ticket(request.cookies.get(cookie_name(TICKET), ""), entry, query)
    except NoEntry as error:
        # The cookie stays: whoever has no part in the sign-in cannot end it either.
        return _refused(hub, entry, error)
    try:
        made = await hub.sso.arrive(entry, ticket, return_to=return_to(hub, entry), query=query, address=address(),
                                    user_agent=user_agent())  # fmt: skip
    except FactorNeeded as needed:
        # Behind #, where neither servers nor their logs see it.
        to = _to(hub, "/login", next=ticket.next)
        to.headers["Location"] += f"#challenge={needed.challenge}"
        return _without_ticket(to)
    except NoEntry as error:
        hub.audit.note("sso.refused", object=("provider", entry.offer.id, entry.offer.title), result="refused",
                       code=error.code)  # fmt: skip
        return _without_ticket(_refused(hub, entry, error))
    response = _without_ticket(_to(hub, ticket.next))
    return response if made is None else with_cookies(made, response)


def with_ticket(response: Response, ticket: str) -> Response:
    """The cookie of a sign-in that begins. Lax: the provider's page leads back here, and brings it along."""
    response.set_cookie(
        cookie_name(TICKET), ticket, max_age=600, httponly=True, secure=request.scheme == "https",
        samesite="Lax", path="/",
    )  # fmt: skip
    return response


def _without_ticket(response: Response) -> Response:
    response.delete_cookie(cookie_name(TICKET), path="/", secure=request.scheme == "https", httponly=True,
                           samesite="Lax")  # fmt: skip
    return response
