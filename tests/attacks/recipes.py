"""How to ask each route well: an object that exists, and a body that is valid, so that only rights decide the answer.

A recipe takes the world, who asks and whose object is meant (``own``, ``other`` or ``-``) and gives a ``Call``. It is
used anew for everybody, so what a call uses up, its recipe makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.api.conftest import PASSWORD

from .world import World

LONG = "long-enough-new-password"


@dataclass
class Call:
    """A request. ``ids``: of the path. ``by``: a client to ask with in place of the person's own; ``control``: one
    who is answered well where the administrator is not."""

    ids: dict[str, str] = field(default_factory=dict)
    json: Any = None
    query: dict[str, str] = field(default_factory=dict)
    by: httpx.Client | None = None
    control: httpx.Client | None = None


Recipe = Callable[[World, str, str], Call]
RECIPES: dict[tuple[str, str], Recipe] = {}
UNANSWERED = {
    ("POST", "/api/auth/setup/signup"): "the first administrator is there, so nobody becomes the first any more",
    ("POST", "/api/auth/mfa/verify"): "a challenge comes with a password and a second factor, which nobody here has",
    ("POST", "/api/me/identities"): "the provider does not answer; test_single_sign_on goes all the way",
    ("GET", "/api/auth/sso/{provider}"): "it leads away; test_single_sign_on goes all the way",
    ("GET", "/api/auth/sso/{provider}/callback"): "it leads on; test_single_sign_on goes all the way",
    ("POST", "/api/me/totp/recovery-codes"): "nobody here has a second factor",
    ("POST", "/api/p/totp/me/totp/recovery-codes"): "nobody here has a second factor",
}
"""Routes that answer nobody well, and why."""
DEAR = {("POST", f"/api/{above}streams{one}/test") for above in ("", "settings/") for one in ("", "/{stream_id}")}
"""Routes that start a process: one good answer shows for all who are refused that the request is good."""


def normal(path: str) -> str:
    """A path with its parameters in braces."""
    return re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", path)


def standing(world: World, who: str, target: str) -> Call:
    """Ask for what is there anyway; enough for all that only reads."""
    if target == "-":
        ids = {"name": "wall.js", "plugin_id": "notes", "provider": "home"}
        return Call(ids | {"stream_id": world.places["own"].stream})
    place = world.places[target]
    ids = {f"{name}_id": identifier for name, identifier in place.ids.items()}
    return Call(ids | {"stream_id": place.stream})


def find(method: str, path: str) -> Recipe:
    """The recipe of a route."""
    return RECIPES.get((method, path), standing)


def recipe(*routes: str) -> Callable[[Recipe], Recipe]:
    """Of these routes, each ``METHOD path``."""

    def add(function: Recipe) -> Recipe:
        for text in routes:
            method, path = text.split()
            RECIPES[method, path] = function
        return function

    return add


def says(body: Any, *routes: str, **query: str) -> None:
    """Routes that take the same body for everybody."""

    def given(world: World, who: str, target: str) -> Call:
        call = standing(world, who, target)
        call.json, call.query = body, query
        return call

    recipe(*routes)(given)


says({"text": "Better"}, "PATCH /api/p/notes/{note_id}")
says({"up_to_seq": 0}, "POST /api/activities")
says({"reviewed": True}, "PATCH /api/activities/{activity_id}")
says({"name": "Copy"}, "POST /api/streams/{stream_id}/clone", "POST /api/settings/streams/{stream_id}/clone")
says({"fresh": False}, "POST /api/streams/{stream_id}/snapshots", "POST /api/settings/streams/{stream_id}/snapshots")
says({"enabled": True}, "PATCH /api/plugins/{plugin_id}")
says({"config": {}}, "POST /api/plugins/{plugin_id}/test")
says({"event_retention_days": 31}, "PATCH /api/settings")
says({"theme": "dark"}, "PATCH /api/me")
says({"token": "x", "name": "first", "password": LONG}, "POST /api/auth/setup/signup")
says({"code": "123456", "challenge": "x"}, "POST /api/auth/mfa/verify")
says({"password": PASSWORD}, "POST /api/auth/step-up")
says({"provider": "home"}, "POST /api/me/identities")
says({"grants": []}, "PUT /api/stream-groups/{group_id}/permissions")
says(None, "GET /api/search", q="door")


@recipe("POST /api/auth/token")
def exchanged(world: World, who: str, target: str) -> Call:
    return Call(json={"api_key": world.hub.key})


# --- streams


@recipe("POST /api/streams", "POST /api/settings/streams")
def new_stream(world: World, who: str, target: str) -> Call:
    return Call(json={"name": world.fresh("stream"), "kind": "ffmpeg", "config": {"url": str(world.hub.film)},
                      "enabled": False})  # fmt: skip


@recipe("PATCH /api/streams/{stream_id}", "PATCH /api/settings/streams/{stream_id}")
def renamed(world: World, who: str, target: str) -> Call:
    return Call({"stream_id": world.places[target].stream}, json={"tags": [world.fresh("tag")]})


@recipe("DELETE /api/streams/{stream_id}", "DELETE /api/settings/streams/{stream_id}")
def spare_stream(world: World, who: str, target: str) -> Call:
    """The standing streams are still needed: one that nobody was given stands for them."""
    return Call({"stream_id": world.stand_in(target)})


@recipe("POST /api/streams/test", "POST /api/settings/streams/test")
def tried(world: World, who: str, target: str) -> Call:
    return Call(json={"url": str(world.hub.film)})


@recipe("POST /api/streams/{stream_id}/test", "POST /api/settings/streams/{stream_id}/test")
def tried_as_kept(world: World, who: str, target: str) -> Call:
    return Call({"stream_id": world.places[target].stream}, json={"config": {}})


@recipe("POST /api/streams/import", "POST /api/settings/streams/import")
def imported(world: World, who: str, target: str) -> Call:
    return Call(json={"streams": [new_stream(world, who, target).json]})


@recipe("DELETE /api/streams/{stream_id}/stop", *(
    f"POST /api/{above}/{{stream_id}}/{verb}"
    for above in ("streams", "stream", "settings/streams") for verb in ("start", "stop")))  # fmt: skip
def another_stream(world: World, who: str, target: str) -> Call:
    return Call({"stream_id": world.stand_in(target)})


@recipe("PUT /api/streams/{stream_id}/permissions", "PUT /api/settings/streams/{stream_id}/permissions")
def granted(world: World, who: str, target: str) -> Call:
    grants = [{"user": world.users["spare"], "permissions": ["streams.view"]}]
    return Call({"stream_id": world.stream()}, json={"grants": grants})


# --- media


@recipe("DELETE /api/snapshots/{snapshot_id}")
def spare_snapshot(world: World, who: str, target: str) -> Call:
    return Call({"snapshot_id": world.snapshot(world.places[target].stream)})


@recipe("DELETE /api/clips/{clip_id}")
def spare_clip(world: World, who: str, target: str) -> Call:
    return Call({"clip_id": world.clip(world.places[target].stream)})


@recipe("DELETE /api/live-sessions/{session_id}")
def spare_viewer(world: World, who: str, target: str) -> Call:
    return Call({"session_id": world.viewer(world.places[target].stream)})


# --- groups, events, notes


@recipe("POST /api/stream-groups")
def new_group(world: World, who: str, target: str) -> Call:
    return Call(json={"name": world.fresh("group"), "streams": [world.places["own"].stream]})


@recipe("PATCH /api/stream-groups/{group_id}")
def renamed_group(world: World, who: str, target: str) -> Call:
    return Call({"group_id": world.places[target].ids["group"]}, json={"name": world.fresh("group")})


@recipe("DELETE /api/stream-groups/{group_id}")
def spare_group(world: World, who: str, target: str) -> Call:
    return Call({"group_id": world.group(world.places[target].stream)})


@recipe("POST /api/events")
def reported(world: World, who: str, target: str) -> Call:
    return Call(json={"stream_id": world.places[target].stream, "text": world.fresh("reported")})


@recipe("GET /api/p/notes/")
def notes(world: World, who: str, target: str) -> Call:
    return Call(query={"stream": world.places[target].stream})


@recipe("POST /api/p/notes/")
def new_note(world: World, who: str, target: str) -> Call:
    return Call(json={"stream_id": world.places[target].stream, "text": world.fresh("note")})


@recipe("DELETE /api/p/notes/{note_id}")
def spare_note(world: World, who: str, target: str) -> Call:
    return Call({"note_id": world.note(world.places[target].stream)})


# --- access rules

RULE = {"effect": "block", "network": "203.0.113.0/24"}
says(RULE, "POST /api/access-rules", "POST /api/p/access/access-rules")


@recipe("DELETE /api/access-rules/{rule_id}", "DELETE /api/p/access/access-rules/{rule_id}")
def spare_rule(world: World, who: str, target: str) -> Call:
    return Call({"rule_id": world.call("POST", "/api/access-rules", RULE)["id"]})


# --- saved walls


WALL_PATHS = ("/api/dashboards/{wall_id}", "/api/p/dashboard/dashboards/{wall_id}")


@recipe(*(f"{method} {path}" for path in WALL_PATHS for method in ("PUT", "DELETE")))
def spare_wall(world: World, who: str, target: str) -> Call:
    owner = world.owner(who) if target == "own" else "spare"
    body = {"name": world.fresh("wall"), "visibility": "shared", "tiles": []}
    return Call({"wall_id": world.wall_of(owner)}, json=body)


says({"filters": [{"name": "Door", "query": "severity=critical"}]},
     "PUT /api/me/review-filters", "PUT /api/p/dashboard/me/review-filters")  # fmt: skip


# --- people


@recipe("POST /api/users")
def new_user(world: World, who: str, target: str) -> Call:
    return Call(json={"name": world.fresh("user"), "password": PASSWORD, "role": "viewer"})


@recipe("GET /api/users/{user_id}", "PATCH /api/users/{user_id}", "POST /api/users/{user_id}/unlock")
def spare(world: World, who: str, target: str) -> Call:
    return Call({"user_id": world.users["spare"]}, json={"display_name": world.fresh("Spare")})


@recipe("POST /api/users/{user_id}/reset-link")
def locked_out(world: World, who: str, target: str) -> Call:
    return Call({"user_id": world.user()})


@recipe("POST /api/auth/links/account")
def brought_link(world: World, who: str, target: str) -> Call:
    link = world.call("POST", f"/api/users/{world.user()}/reset-link")["link"]
    return Call(json={"token": link.partition("#")[2]}, control=world.hub.client())


@recipe("POST /api/auth/links/account/password")
def chosen_password(world: World, who: str, target: str) -> Call:
    call = brought_link(world, who, target)
    call.json["password"] = LONG
    return call


@recipe("GET /api/users/{user_id}/identities", "PUT /api/users/{user_id}/identities")
def known_elsewhere(world: World, who: str, target: str) -> Call:
    identities = [{"issuer": "https://login.example", "subject": "spare"}]
    return Call({"user_id": world.users["spare"]}, json={"identities": identities})


@recipe("DELETE /api/me/identities/{identity_id}")
def own_identity(world: World, who: str, target: str) -> Call:
    owner = world.owner(who) if target == "own" else "spare"
    return Call({"identity_id": world.identity(owner)}, by=world.again(who), control=world.browser(owner))


@recipe("DELETE /api/users/{user_id}")
def spare_user(world: World, who: str, target: str) -> Call:
    return Call({"user_id": world.user()})


@recipe("POST /api/roles")
def new_role(world: World, who: str, target: str) -> Call:
    return Call(json={"name": world.fresh("Role"), "base": "guest", "rank": 3, "permissions": ["streams.view"]})


@recipe("PUT /api/roles/{role_id}", "DELETE /api/roles/{role_id}")
def spare_role(world: World, who: str, target: str) -> Call:
    made = world.call("POST", "/api/roles", new_role(world, who, target).json)
    return Call({"role_id": made["id"]}, json=new_role(world, who, target).json)


@recipe("POST /api/auth/login")
def signed_in(world: World, who: str, target: str) -> Call:
    return Call(json={"name": "spare", "password": PASSWORD}, by=world.again(who))


@recipe("POST /api/auth/logout", "DELETE /api/me/sessions")
def leaving(world: World, who: str, target: str) -> Call:
    """What ends sessions is asked by one that nothing else needs; ``World.renew`` gives the person a new one."""
    return Call(by=world.again(who), control=world.again("spare"))


@recipe("PUT /api/me/password")
def new_password(world: World, who: str, target: str) -> Call:
    return Call(json={"current": PASSWORD, "new": PASSWORD}, by=world.again(who), control=world.browser("spare"))


@recipe("DELETE /api/me/totp", "DELETE /api/p/totp/me/totp")
def no_factor(world: World, who: str, target: str) -> Call:
    return Call(by=world.again(who), control=world.browser("spare"))


@recipe("DELETE /api/me/sessions/{session_id}")
def spare_session(world: World, who: str, target: str) -> Call:
    owner = world.owner(who) if target == "own" else "spare"
    return Call({"session_id": world.session(owner)[0]}, control=world.browser(owner))


@recipe("POST /api/auth/signed-urls")
def signed_url(world: World, who: str, target: str) -> Call:
    return Call(json={"path": f"/api/stream/{world.places[target].stream}/snapshot"})


@recipe("POST /api/share-links")
def new_link(world: World, who: str, target: str) -> Call:
    ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    return Call(json={"name": world.fresh("link"), "expires_at": ends, "stream": world.places[target].stream})


@recipe("DELETE /api/share-links/{link_id}")
def spare_link(world: World, who: str, target: str) -> Call:
    owner = world.owner(who) if target == "own" else "spare"
    return Call({"link_id": world.share_of(owner)}, control=world.browser(owner))


@recipe("POST /api/auth/links/share")
def opened_link(world: World, who: str, target: str) -> Call:
    return Call(json={"token": world.token}, by=world.again(who), control=world.hub.client())


@recipe(*(f"GET /api/shared/{{link_id}}{rest}" for rest in (
    "", "/ws", "/stream/{stream_id}/mjpeg", "/snapshots/{snapshot_id}/image")))  # fmt: skip
def visited(world: World, who: str, target: str) -> Call:
    call = standing(world, who, target)
    call.ids["link_id"], call.control = world.links[target], world.visitors[target]
    return call


@recipe("GET /api/shared/{link_id}/clips/{clip_id}/file")
def visited_event(world: World, who: str, target: str) -> Call:
    """Only a link for an event shows a clip; who has one for its stream is no visitor of that."""
    call = standing(world, who, target)
    call.ids["link_id"], call.control = world.links[f"{target} event"], world.visitors[f"{target} event"]
    return call


@recipe("POST /api/api-keys")
def new_key(world: World, who: str, target: str) -> Call:
    return Call(json={"name": world.fresh("key")})


@recipe("DELETE /api/api-keys/{key_id}")
def spare_key(world: World, who: str, target: str) -> Call:
    owner = world.owner(who) if target == "own" else "spare"
    world.key(owner)
    return Call({"key_id": world.keys[owner]}, control=world.browser(owner))
