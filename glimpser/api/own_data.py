"""What the hub knows about oneself, to take along."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field
from quart import Response

from glimpser.database.models import ApiKey, Device, Grant, Session, ShareLink, User, UserIdentity
from glimpser.identity.policy import Principal

from .answers import plain
from .audit import AuditEventOut, entry_out, own
from .authentication import browser
from .routing import SIGNED_IN, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("authentication")

MOST = 10_000


class OwnDataOut(BaseModel):
    """All that is about one's account. Of what proves who one is there are only hashes, which are not part of it."""

    profile: dict[str, Any]
    sessions: list[dict[str, Any]] = Field(description="Devices that signed in, newest first.")
    devices: list[dict[str, Any]] = Field(description="Browsers that are known by a cookie.")
    identities: list[dict[str, Any]] = Field(description="Whom providers of single sign-on know one as.")
    api_keys: list[dict[str, Any]] = Field(description="Without their secrets.")
    share_links: list[dict[str, Any]] = Field(description="Without their addresses.")
    grants: list[dict[str, Any]]
    audit_events: list[AuditEventOut] = Field(description=f"One's own, newest first, at most {MOST}.")


PROFILE = ("id", "name", "display_name", "role", "active", "streams", "restrictions", "factor", "language", "theme",
           "timezone", "created_at", "updated_at", "last_sign_in_at")  # fmt: skip
SESSION = ("id", "created_at", "last_seen_at", "expires_at", "revoked_at", "address", "user_agent")
DEVICE = ("id", "created_at", "last_seen_at", "trusted_until")
IDENTITY = ("issuer", "subject", "name", "created_at", "last_sign_in_at")
SHARED = ("id", "name", "kind", "streams", "event_id", "created_at", "expires_at", "revoked_at", "uses", "last_used_at")
KEY = ("id", "name", "prefix", "scopes", "streams", "created_at", "expires_at", "last_used_at", "revoked_at")
GRANT = ("stream_id", "group_id", "permissions")


def _picked(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    picked: dict[str, Any] = plain({name: getattr(row, name) for name in names})
    return picked


@route("GET", "/api/me/export", permission=SIGNED_IN, answer=OwnDataOut)
async def export_own_data(hub: Hub, principal: Principal) -> Response:
    """One's own profile, sessions, devices, keys, links, grants and audit entries as a file. Needs a browser."""
    browser(principal, "take your data along")
    user = await User.get(id=principal.id)
    await hub.audit.record("audit.own_data_exported")
    sessions = await Session.filter(user_id=user.id).order_by("-created_at").limit(MOST)
    entries = await own(principal).order_by("-seq").limit(MOST)
    body = {
        "profile": _picked(user, PROFILE),
        "sessions": [_picked(row, SESSION) for row in sessions],
        "devices": [_picked(row, DEVICE) for row in await Device.filter(user_id=user.id).order_by("-last_seen_at")],
        "identities": [_picked(row, IDENTITY) for row in await UserIdentity.filter(user_id=user.id).order_by("id")],
        "share_links": [_picked(row, SHARED) for row in await ShareLink.filter(user_id=user.id).order_by("-id")],
        "api_keys": [_picked(row, KEY) for row in await ApiKey.filter(user_id=user.id).order_by("-created_at")],
        "grants": [_picked(row, GRANT) for row in await Grant.filter(user_id=user.id).order_by("id")],
        "audit_events": [entry_out(row) for row in entries],
    }
    headers = {"Content-Disposition": 'attachment; filename="glimpser-own-data.json"'}
    return Response(json.dumps(body), content_type="application/json", headers=headers)
