"""Who is served at all: rules by network, before anybody is asked who they are."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from support.distributions import install
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from glimpser.database import AppModels, Database, migrate_all
from glimpser.identity import admission
from glimpser.plugins.offline import purge_plugin
from glimpser_sdk.errors import Reason

from .conftest import ApiHub

HOME, AWAY, OFFICE = "192.168.1.5", "203.0.113.9", "10.1.2.3"


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with the plugin, behind a proxy that tells addresses."""
    made = ApiHub(tmp_path_factory.mktemp("access") / "data")
    made.environment |= {"GLIMPSER_PLUGINS": "access,ffmpeg,password", "GLIMPSER_TRUSTED_PROXIES": "127.0.0.1"}
    made.start()
    yield made
    made.stop()


@pytest.fixture
def admin(access: ApiHub) -> Iterator[httpx.Client]:
    """An administrator at home; afterwards there are no rules."""
    client = access.client(access.key, **{"X-Forwarded-For": HOME})
    yield client
    for rule in reversed(client.get("/api/access-rules").json()):
        assert client.delete(f"/api/access-rules/{rule['id']}").status_code == 204


def add(client: httpx.Client, effect: str, network: str) -> Any:
    answer = client.post("/api/access-rules", json={"effect": effect, "network": network})
    assert answer.status_code == 201, answer.text
    return answer.json()


PATHS = ["/", "/api/auth/me", "/api/streams", "/api/no-such-path", "/static/x.js", "/setup", "/api/openapi.json"]


@pytest.mark.attack("A70", control=True)
def test_a_blocked_peer_gets_the_same_short_answer_everywhere(access: ApiHub, admin: httpx.Client) -> None:
    away = access.client(access.key, **{"X-Forwarded-For": AWAY})
    before = {path: away.get(path).status_code for path in PATHS}
    assert before["/api/streams"] == 200, "control"
    kept = add(admin, "block", "203.0.113.0/24")
    assert (kept["effect"], kept["network"], kept["country"]) == ("block", "203.0.113.0/24", None)
    answers = [away.get(path) for path in PATHS]
    answers += [away.post("/api/auth/login", json={"name": "ada", "password": "x"}), away.delete("/api/streams/x")]
    answers += [access.client("glm_no_key", **{"X-Forwarded-For": AWAY}).get("/api/streams")]
    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["code"] for answer in answers} == {"peer.not_served"}
    assert len({len(answer.content) for answer in answers}) == 1
    for path in ("/healthz", "/readyz", "/startupz"):
        assert away.get(path).status_code == 200
    assert admin.get("/api/streams").status_code == 200
    url = access.url.replace("http", "ws", 1) + "/api/feed"
    with pytest.raises(InvalidStatus) as caught, connect(url, additional_headers={"X-Forwarded-For": AWAY}):
        pass
    assert caught.value.response.status_code == 403


@pytest.mark.attack("A64", control=True)
def test_only_a_trusted_proxy_tells_the_address(access: ApiHub, admin: httpx.Client) -> None:
    add(admin, "block", "203.0.113.0/24")
    # The first address from the right that is no trusted proxy counts, whatever the peer wrote before it.
    forged = access.client(access.key, **{"X-Forwarded-For": f"{HOME}, {AWAY}"})
    assert forged.get("/api/streams").status_code == 403
    assert access.client(access.key, **{"X-Forwarded-For": f"{AWAY}, {HOME}"}).get("/api/streams").status_code == 200
    assert access.client(access.key, **{"X-Real-IP": AWAY}).get("/api/streams").status_code == 200


def test_with_an_allow_rule_nobody_else_is_served(access: ApiHub, admin: httpx.Client) -> None:
    add(admin, "allow", "192.168.0.0/16")
    assert admin.get("/api/streams").status_code == 200
    assert access.client(access.key, **{"X-Forwarded-For": OFFICE}).get("/api/streams").status_code == 403
    add(admin, "allow", "10.0.0.0/8")
    assert access.client(access.key, **{"X-Forwarded-For": OFFICE}).get("/api/streams").status_code == 200


def test_from_a_network_for_administrators_others_are_refused(access: ApiHub, admin: httpx.Client) -> None:
    viewer = access.person("vera", "viewer")
    add(admin, "admin_only", "10.0.0.0/8")
    at_home = access.client(viewer, **{"X-Forwarded-For": HOME})
    there = access.client(viewer, **{"X-Forwarded-For": OFFICE})
    assert at_home.get("/api/streams").status_code == 200, "control"
    assert there.get("/api/streams").json()["code"] == "peer.not_served"
    assert access.client(access.key, **{"X-Forwarded-For": OFFICE}).get("/api/streams").status_code == 200
    assert access.client(None, **{"X-Forwarded-For": OFFICE}).get("/api/streams").status_code == 401


@pytest.mark.parametrize(
    ("effect", "network"),
    [("block", "192.168.1.5"), ("block", "0.0.0.0/0"), ("allow", "10.0.0.0/8"), ("allow", "::/0")],
)
def test_nobody_locks_themselves_out(access: ApiHub, admin: httpx.Client, effect: str, network: str) -> None:
    refused = admin.post("/api/access-rules", json={"effect": effect, "network": network})
    assert (refused.status_code, refused.json()["code"]) == (409, "access.locks_you_out")
    assert HOME in refused.json()["detail"]
    assert admin.get("/api/access-rules").json() == []


def test_nobody_deletes_what_lets_them_in(access: ApiHub, admin: httpx.Client) -> None:
    own, other = add(admin, "allow", "192.168.0.0/16"), add(admin, "allow", "10.0.0.0/8")
    assert admin.delete(f"/api/access-rules/{own['id']}").json()["code"] == "access.locks_you_out"
    assert admin.delete(f"/api/access-rules/{other['id']}").status_code == 204
    assert admin.delete(f"/api/access-rules/{own['id']}").status_code == 204
    assert admin.delete(f"/api/access-rules/{own['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"effect": "allow"}, "/"),
        ({"effect": "allow", "network": "10.0.0.0/8", "country": "DE"}, "/"),
        ({"effect": "deny", "network": "10.0.0.0/8"}, "/effect"),
        ({"effect": "block", "network": "10.0.0.1/8"}, "/network"),
        ({"effect": "block", "network": "example.com"}, "/network"),
        ({"effect": "block", "network": "::ffff:10.0.0.0/104"}, "/network"),
        ({"effect": "block", "country": "Germany"}, "/country"),
        ({"effect": "block", "country": "DE"}, "/country"),
        ({"effect": "block", "network": "10.0.0.0/8", "more": 1}, "/more"),
    ],
)
def test_what_is_wrong_is_named(admin: httpx.Client, body: dict[str, Any], field: str) -> None:
    refused = admin.post("/api/access-rules", json=body)
    assert refused.status_code == 422, refused.text
    assert field in refused.text
    assert admin.get("/api/access-rules").json() == []


def test_administrators_alone_see_and_change_rules(access: ApiHub, admin: httpx.Client) -> None:
    operator = access.client(access.person("otto", "operator"), **{"X-Forwarded-For": HOME})
    assert operator.get("/api/access-rules").status_code == 403
    body = {"effect": "block", "network": "203.0.113.0/24"}
    assert operator.post("/api/access-rules", json=body).status_code == 403
    kept = add(admin, "block", "203.0.113.0/24")
    assert operator.delete(f"/api/access-rules/{kept['id']}").status_code == 403
    assert [rule["id"] for rule in admin.get("/api/access-rules").json()] == [kept["id"]]


@pytest.mark.attack("A60", control=True)
def test_what_is_open_ends_with_a_rule(access: ApiHub, admin: httpx.Client) -> None:
    away, home = ({"X-Forwarded-For": address} for address in (AWAY, HOME))
    lines = queue.Queue[str]()

    def listen(name: str, headers: dict[str, str]) -> None:
        client = access.client(access.key, **headers)
        with contextlib.suppress(httpx.HTTPError), client.stream("GET", "/api/events/stream") as answer:
            lines.put(f"{name} opened")
            for _ in answer.iter_raw():
                pass
        lines.put(f"{name} ended")

    for name, headers in (("away", away), ("home", home)):
        threading.Thread(target=listen, args=(name, headers), daemon=True).start()
        assert lines.get(timeout=10) == f"{name} opened"
    url = access.url.replace("http", "ws", 1) + "/api/ws"
    with connect(url, additional_headers={"Authorization": f"Bearer {access.key}", **away}) as socket:
        assert "hello" in socket.recv(timeout=5)
        began = time.monotonic()
        add(admin, "block", "203.0.113.0/24")
        assert lines.get(timeout=3) == "away ended"
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=3)
        assert time.monotonic() - began < 1.5
    with pytest.raises(queue.Empty):  # control: who may come in stays
        lines.get(timeout=1.2)


def test_without_its_plugin_this_machine_alone_is_served(tmp_path: Path) -> None:
    hub = ApiHub(tmp_path / "data")
    hub.environment |= {"GLIMPSER_PLUGINS": "access,password", "GLIMPSER_TRUSTED_PROXIES": "127.0.0.1"}
    hub.environment["GLIMPSER_ACCESS__GEOIP_FIEL"] = "/srv/country.mmdb"
    hub.start()
    try:
        there = {address: hub.client(hub.key, **{"X-Forwarded-For": address}) for address in (HOME, AWAY, "127.0.0.1")}
        assert [client.get("/api/streams").status_code for client in there.values()] == [403, 403, 200]
        assert there[HOME].get("/healthz").status_code == 200
        assert hub.get("/api/plugins/access")["state"] == "config_error"
        assert "only this machine is" in hub.logged()
        hub.stop()
        hub.environment["GLIMPSER_PLUGINS"] = "password"
        hub.start()
        assert hub.client(hub.key, **{"X-Forwarded-For": AWAY}).get("/api/streams").status_code == 200, "switched off"
    finally:
        hub.stop()


BROKEN = {
    "": "raise RuntimeError('it cannot be imported')",
    "mute": """
        from glimpser_sdk import AuthBackendSpec, PluginManifest, hookimpl, lazy

        @hookimpl
        def glimpser_manifest():
            return PluginManifest(id="mute", title="Mute")

        @hookimpl
        def glimpser_auth_backends():
            return [AuthBackendSpec(id="mute", title="Mute", kind="admission", factory=lazy("glimpser_mute.made:up"))]
    """,
}


@pytest.mark.attack("A70", control=True)
def test_rules_hold_after_a_restart_and_without_their_plugin(tmp_path: Path) -> None:
    hub = ApiHub(tmp_path / "data")
    hub.environment |= {"GLIMPSER_PLUGINS": "access,password", "GLIMPSER_TRUSTED_PROXIES": "127.0.0.1"}
    # Stands before the plugin that is installed, so that it fails where the other would be imported.
    broken = tmp_path / "broken" / "glimpser_access"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(BROKEN[""])
    install(tmp_path / "site", "mute", plugin=BROKEN["mute"], made="def up(ctx): raise RuntimeError('no voice')")

    def served(**environment: str) -> list[int]:
        hub.stop()
        hub.environment |= environment
        hub.start()
        asked = [hub.client(hub.key, **{"X-Forwarded-For": there}) for there in (AWAY, HOME, "127.0.0.1")]
        return [client.get("/api/streams").status_code for client in asked]

    hub.start()
    try:
        assert hub.client(hub.key, **{"X-Forwarded-For": AWAY}).get("/api/streams").status_code == 200, "control"
        add(hub.client(hub.key, **{"X-Forwarded-For": HOME}), "block", AWAY)
        assert served() == [403, 200, 200]
        # What cannot be imported cannot say that it has a say; its rules are in force all the same.
        assert served(PYTHONPATH=str(broken.parent)) == [403, 403, 200]
        assert hub.get("/api/plugins/access")["state"] == "import_error"
        assert "glimpser plugins disable access" in hub.logged()
        # Nor is a door open whose keeper is there and cannot be made, while the other one is switched off.
        assert served(GLIMPSER_PLUGINS="mute,password", PYTHONPATH=str(tmp_path / "site")) == [403, 403, 200]
        assert hub.get("/api/plugins/mute")["state"] == "degraded"
    finally:
        hub.stop()


async def test_rules_are_remembered_until_their_plugin_is_purged(tmp_path: Path) -> None:
    """Uninstalled, a plugin is nowhere to be found."""
    url, origins = "", SimpleNamespace(plugin_section=lambda _: {}, plugin_variables=lambda _: {})
    spec = AppModels(models=("glimpser_access.models",), migrations="glimpser_access.migrations")
    offers = SimpleNamespace(auth_backends=[SimpleNamespace(kind="admission")])
    there: Any = SimpleNamespace(plugins={"access": SimpleNamespace(id="access", contribution=offers)})
    gone: Any = SimpleNamespace(plugins={})
    await migrate_all(url, tmp_path, {"access": spec})

    async def lost(host: Any, *, rule: bool = False) -> list[str]:
        db = Database(url, tmp_path)
        await db.open()
        try:
            if rule:
                insert = "INSERT INTO access_rules VALUES ('r', 'block', '203.0.113.0/24', '', '', '', '2026-01-01')"
                await db.write(lambda conn: conn.execute_query(insert))
            return await admission.lost(db, host, origins)
        finally:
            await db.close()

    assert await lost(gone) == [], "never there"
    assert await lost(there) == []
    assert await lost(gone) == [], "it kept no rules, so there are none"
    assert await lost(there, rule=True) == []
    assert await lost(gone) == ["access"]
    off: Any = SimpleNamespace(contribution=None, reason=Reason("plugin.disabled", {}))
    assert await lost(SimpleNamespace(plugins={"access": off})) == []
    safe: Any = SimpleNamespace(contribution=None, reason=Reason("plugin.safe_mode", {}))
    assert await lost(SimpleNamespace(plugins={"access": safe})) == ["access"]
    await purge_plugin(url, tmp_path, "access")
    assert await lost(gone) == []
