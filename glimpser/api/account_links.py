"""Links by which people choose a password: invitations, and resets. Made by who manages them, used by who has them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, SecretStr

from glimpser.database.models import User
from glimpser.identity.account_links import invited
from glimpser.identity.policy import Principal
from glimpser_sdk.web import Problem

from .authentication import Strict, address, told_alike
from .routing import PUBLIC, Routes
from .shared import GONE, Token
from .shares import page_link
from .users import USER, check_manages, given_role

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("account-links")


class LinkOut(BaseModel):
    """A link for somebody else to use."""

    kind: str = Field(description="reset, or invitation for who was invited and has not come yet.")
    link: str = Field(description="Where they choose a password; shown this once.")
    expires_at: str


class Brought(Strict):
    """What somebody was given."""

    token: Token = Field(description="What is behind # in the link.")


class Chosen(Brought):
    """Their password from now on."""

    password: SecretStr = Field(min_length=1, max_length=1024)


class ForWhom(BaseModel):
    """Whose password may be chosen."""

    kind: str = Field(description="invitation or reset.")
    name: str = Field(description="To sign in with.")
    expires_at: str


@route("POST", "/api/users/<id:user_id>/reset-link", permission="users.manage", dangerous=True, secret=True, load=USER,
       answer=LinkOut)  # fmt: skip
async def reset_link(hub: Hub, principal: Principal, user: User) -> dict[str, Any]:
    """Make a link by which a user chooses a new password, once within an hour; the old one works until then. For who
    was invited and has not come yet, a new invitation. Earlier links of that user end."""
    await check_manages(hub, principal, user)
    await given_role(hub, principal, user.role)  # a password is as good as all that the user may do
    if not (user.active or invited(user)):
        raise Problem(409, "user.inactive", "this user cannot sign in: switch the account on first")
    made = await hub.db.write(lambda conn: hub.identity.links.create(conn, user, principal.id))
    return {"kind": made.kind, "link": page_link(hub, made.kind, made.token), "expires_at": made.expires_at}


@route("POST", "/api/auth/links/account", permission=PUBLIC, body=Brought, answer=ForWhom)
async def for_whom(hub: Hub, body: Brought) -> dict[str, str | datetime]:
    """Whose password a link is for. Answers 404 for whatever is no live link."""
    with told_alike():
        found = await hub.identity.links.find(body.token, address=address())
    if found is None:
        raise Problem(404, "link.not_found", GONE)
    link, user = found
    return {"kind": link.kind, "name": user.name, "expires_at": link.expires_at}


@route("POST", "/api/auth/links/account/password", permission=PUBLIC, body=Chosen, status=204)
async def choose_password(hub: Hub, body: Chosen) -> None:
    """Choose the password, which uses the link up and ends all sessions of the account; then sign in with it."""
    with told_alike():
        done = await hub.identity.links.use(body.token, body.password.get_secret_value(), address=address())
    if not done:
        raise Problem(404, "link.not_found", GONE)
