"""Secrets are planted wherever one may be given, and looked for wherever something comes out: none is found."""

from __future__ import annotations

import base64
import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from support.distributions import install
from support.film import film
from support.hub import NAME, until

from tests.api.conftest import ApiHub

OPEN = "cnryopen" + secrets.token_hex(6)
"""What is no secret, in all the same places: the search finds it."""

PLUGIN = """
    from glimpser_sdk import *
    from glimpser_sdk.specs import RouterSpec, RouteSpec

    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id="leaky", title="Leaky")

    @hookimpl
    def glimpser_config():
        return ConfigSpec(model=lazy("glimpser_leaky.config:Config"))

    @hookimpl
    def glimpser_metrics():
        return [MetricSpec(name="calls_total", kind="counter", help="Calls", labels=("who",))]

    @hookimpl
    def glimpser_analyzers():
        return [AnalyzerSpec(id="leaky", title="Leaky", config=lazy("glimpser_leaky.config:OfStream"),
                             factory=lazy("glimpser_leaky.analyzer:Leaky"), runs="inline",
                             wants=FrameWants(format="gray", max_side=64, max_fps=1), emits=())]

    @hookimpl
    def glimpser_routers():
        return [RouterSpec(factory=lazy("glimpser_leaky.routes:make"), routes=(
            RouteSpec(path="/metrics", methods=("GET",), permission="authenticated"),
            RouteSpec(path="/boom", methods=("GET",), permission="authenticated"),
            RouteSpec(path="/refused", methods=("GET",), permission="authenticated"),
        ))]

    @hookimpl
    async def glimpser_setup(ctx):
        config = ctx.config
        await ctx.kv.set_secret("token", config.token.get_secret_value())
        for secret in (config.token, config.variable, config.file, config.inner.key, *config.more):
            if secret is not None:
                ctx.log.debug("have %s", secret.get_secret_value(), extra={"given": [secret.get_secret_value()]})
                ctx.log.warning("cannot open http://u:%s@h/?key=%s", *[secret.get_secret_value()] * 2)
                ctx.metrics.counter("calls_total").inc(who=secret.get_secret_value())
        ctx.log.warning("OPEN")
        ctx.metrics.counter("calls_total").inc(who="OPEN")
        raise RuntimeError(f"the gauge says no to {config} {[s.get_secret_value() for s in config.more]} OPEN")
"""
CONFIG = """
    from pydantic import Field
    from glimpser_sdk import PluginConfig, SecretStr

    class Inner(PluginConfig):
        key: SecretStr | None = Field(None, description="d")

    class Config(PluginConfig):
        token: SecretStr = Field(SecretStr("none"), description="d")
        variable: SecretStr | None = Field(None, description="d")
        file: SecretStr | None = Field(None, description="d")
        inner: Inner = Field(Inner(), description="d")
        more: list[SecretStr] = Field([], description="d")

    class OfStream(PluginConfig):
        token: SecretStr = Field(SecretStr("none"), description="d")
"""
ANALYZER = """
    class Leaky:
        def __init__(self, ctx, config, stream):
            self.ctx, self.token = ctx, config.token.get_secret_value()
            ctx.notice("leaky.told", token=self.token, open="OPEN")
            ctx.log.warning("the token is %s", self.token)

        def process(self, frames):
            raise RuntimeError(f"{self.token} is wrong OPEN")

        def close(self):
            pass
"""
ROUTES = """
    from prometheus_client import generate_latest
    from quart import Blueprint, Response
    from glimpser_sdk.web import Problem

    def make(ctx):
        blueprint = Blueprint("leaky", __name__)
        token = ctx.config.token.get_secret_value()

        @blueprint.get("/metrics")
        async def metrics():
            return Response(generate_latest(ctx.metrics.registry), content_type="text/plain")

        @blueprint.get("/boom")
        async def boom():
            raise RuntimeError(f"boom {token} OPEN")

        @blueprint.get("/refused")
        async def refused():
            raise Problem(409, "gauge.no", f"the gauge refuses {token} OPEN", token=token, open="OPEN")

        return blueprint
"""


def leaky(site: Path) -> None:
    parts = {"plugin": PLUGIN, "config": CONFIG, "analyzer": ANALYZER, "routes": ROUTES}
    install(site, "leaky", **{module: text.replace("OPEN", OPEN) for module, text in parts.items()})


class Planted(dict[str, str]):
    """The canaries by what they are."""

    def new(self, what: str) -> str:
        """Another one."""
        assert what not in self
        self[what] = f"cnry{len(self):02}" + secrets.token_hex(8)
        return self[what]


class World:
    """A hub full of secrets."""

    def __init__(self, folder: Path) -> None:
        self.canaries = Planted()
        self.hub = ApiHub(folder / OPEN)
        leaky(folder / "site")
        self.film = film(folder / "film.mp4", seconds=3)
        new = self.canaries.new
        self.hub.environment |= {
            "PYTHONPATH": str(folder / "site"), "GLIMPSER_LOG_LEVEL": "debug",
            "CAMERA_PASSWORD": new("variable that a stream refers to"),
            "GLIMPSER_LEAKY__VARIABLE": new("variable with a plugin's setting"),
        }  # fmt: skip
        files = self.hub.folder / "secrets"
        files.mkdir(mode=0o700)
        (files / "camera").write_text(new("file that a stream refers to") + "\n")
        plugin = f'[plugins.leaky]\nfile = "{new("plugin setting in glimpser.toml")}"\n'
        (self.hub.folder / "glimpser.toml").write_text(plugin)

    def plant(self) -> None:
        """Start the hub and give it all that is secret."""
        self.hub.start(enrol=False)
        self._people()
        self._plugin()
        self._streams()

    def _people(self) -> None:
        hub, canaries, new = self.hub, self.canaries, self.canaries.new
        setup = next(line for line in hub.said if line.startswith("set up: "))
        canaries["set-up token"] = setup.partition("#token=")[2]
        password = new("password")
        browser = hub.client()
        bad = {"token": canaries["set-up token"], "name": NAME, "password": "x" + new("refused password"), "more": 1}
        assert browser.post("/api/auth/setup/signup", json=bad).status_code == 422
        made = {"token": canaries["set-up token"], "name": NAME, "password": password}
        assert browser.post("/api/auth/setup/signup", json=made).status_code == 204
        self._keep(browser, "of the set-up")
        canaries["API key"] = hub.glimpser("api-keys", "create", "--user", NAME, "--dangerous").strip()
        hub.key = canaries["API key"]
        hub._connect()
        made_here = browser.post("/api/api-keys", json={"name": OPEN}, headers={"Origin": hub.url})
        assert made_here.status_code == 201, made_here.text
        canaries["API key of the page"] = next(v for v in made_here.json().values() if str(v).startswith("glm_"))
        for attempt in (new("wrong password"), password + "x"):
            assert hub.client().post("/api/auth/login", json={"name": NAME, "password": attempt}).status_code == 401
        again = hub.client()
        assert again.post("/api/auth/login", json={"name": NAME, "password": password}).status_code == 204
        self._keep(again, "of a sign-in")
        changed = {"current": password, "new": new("new password")}
        assert again.put("/api/me/password", json=changed, headers={"Origin": hub.url}).status_code == 204
        assert hub.client(f"glm_{'a' * 8}_{new('wrong key')}").get("/api/streams").status_code == 401
        assert hub.client().get(f"/api/streams?token={new('token asked the hub with')}").status_code == 401
        hub.api.get(f"/api/streams?api_key={new('key asked the hub with')}")
        hub.glimpser("users", "create", OPEN, "--password-stdin", stdin=new("password on a command line") + "\n")
        canaries["key of the secrets"] = (hub.folder / "secret.key").read_text().strip()

    def _keep(self, browser: httpx.Client, which: str) -> None:
        for cookie in browser.cookies.jar:
            assert cookie.value is not None
            self.canaries[f"cookie {cookie.name} {which}"] = cookie.value

    def _plugin(self) -> None:
        new, hub = self.canaries.new, self.hub
        given = {"token": new("plugin setting"), "inner": {"key": new("setting inside a setting")},
                 "more": [new("setting in a list"), new("second setting in a list")]}  # fmt: skip
        hub.call("PATCH", "/api/plugins/leaky", {"config": given}, **{"If-Match": "*"})
        hub.api.patch("/api/plugins/leaky", json={"config": {"token": [new("plugin setting of a wrong type")]}},
                      headers={"If-Match": "*"})  # fmt: skip
        hub.api.post("/api/plugins/leaky/test", json={"config": {"unknown": new("plugin setting that is unknown")}})
        hub.stop()
        hub.start()

    def _streams(self) -> None:
        new, hub = self.canaries.new, self.hub
        for scheme, port in (
            ("rtsp", 554),
            ("rtsps", 322),
            ("rtmp", 1935),
            ("rtmps", 443),
            ("http", 80),
            ("https", 443),
        ):
            hub.add(scheme, f"{scheme}://root:{new(f'password in {scheme}')}@127.0.0.1:{port}/a")
        hub.add("srt", f"srt://127.0.0.1:9000?passphrase={new('passphrase of srt')}&mode=caller")
        for name in ("token", "api_key", "access_token", "pwd", "client_secret", "sig", "auth", "X-Amz-Credential"):
            hub.add(name, f"http://127.0.0.1:80/a.mjpg?x=1&{name}={new(f'{name} in a query')}&y=2")
        hub.add("encoded", f"rtsp://root:p%40s%2F%C3%B6{new('password with signs')}@127.0.0.1:554/a")
        hub.add(
            "sub", "rtsp://127.0.0.1:554/", config={"sub_url": f"rtsp://u:{new('password of a sub')}@127.0.0.1:554/"}
        )
        hub.add("field", "rtsp://127.0.0.1:554/", config={"username": "u", "password": new("password in a field")})
        hub.add("variable", "rtsp://127.0.0.1:554/", config={"username": "u", "password": {"$env": "CAMERA_PASSWORD"}})
        file = str(hub.folder / "secrets" / "camera")
        hub.add("file", "rtsp://127.0.0.1:554/", config={"username": "u", "password": {"$file": file}})
        picture = {"url": f"http://u:{new('password of a picture')}@127.0.0.1:80/", "interval_s": 1}
        hub.call("POST", "/api/streams", {"name": "picture", "kind": "http", "config": picture})
        picture = {"url": "http://127.0.0.1:80/", "username": "u", "password": new("password field of a picture")}
        hub.call("POST", "/api/streams", {"name": "picture 2", "kind": "http", "config": picture})
        changed = hub.add("changed", f"rtsp://u:{new('password that was replaced')}@127.0.0.1:554/")
        other = {"config": {"url": f"rtsp://u:{new('password that replaced it')}@127.0.0.1:554/"}}
        hub.call("PATCH", f"/api/streams/{changed}", other, **{"If-Match": "*"})
        hub.remove(hub.add("deleted", f"rtsp://u:{new('password of a deleted stream')}@127.0.0.1:554/"))
        for wrong in ({"more": new("secret in an unknown field")}, {"password": [new("secret of a wrong type")]},
                      {"url": f"gopher://u:{new('password of an unknown scheme')}@h/"},
                      {"url": f"rtsp://u:{new('password of a URL that is none')}@[h/"}):  # fmt: skip
            config = {"url": "rtsp://127.0.0.1:554/"} | wrong
            for path in ("/api/streams", "/api/streams/test"):
                hub.api.post(path, json={"name": "x", "kind": "ffmpeg", "config": config})
        hub.api.post("/api/streams/test", json={"url": f"rtsp://u:{new('password that is tried')}@127.0.0.1:554/"})
        token = {"leaky": {"token": new("analyzer setting")}}
        self.leaky = hub.add(OPEN, str(self.film), analyzers=token)
        self._share()
        until(lambda: OPEN in json.dumps(hub.events(stream=self.leaky)), 30, lambda: hub.events())
        until(lambda: f"is wrong {OPEN}" in hub.logged(), 30, lambda: hub.logged()[-3000:])

    def _share(self) -> None:
        """Links for visitors, and tokens for programs."""
        hub, new, canaries = self.hub, self.canaries.new, self.canaries
        owner = hub.client()
        signed = {"name": NAME, "password": canaries["new password"]}
        assert owner.post("/api/auth/login", json=signed).status_code == 204
        ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        body = {"name": OPEN, "stream": self.leaky, "expires_at": ends, "password": new("password of a share link")}
        made = owner.post("/api/share-links", json=body, headers={"Origin": hub.url})
        assert made.status_code == 201, made.text
        canaries["share token"] = made.json()["link"].partition("#")[2]
        visitor = hub.client()
        opening = {"token": canaries["share token"], "password": body["password"]}
        assert visitor.post("/api/auth/links/share", json=opening | {"password": "no"}).status_code == 401
        assert visitor.post("/api/auth/links/share", json=opening).status_code == 200
        self._keep(visitor, "of a visitor")
        given = hub.client().post("/api/auth/token", json={"api_key": canaries["API key"]})
        assert given.status_code == 200, given.text
        canaries["access token"] = given.json()["token"]
        assert hub.client(canaries["access token"]).get("/api/streams").status_code == 200

    # --- where something comes out

    def answers(self) -> Iterator[tuple[str, str]]:
        """Every GET route as admin, for every id that there is."""
        hub = self.hub
        ids: dict[str, list[str]] = {"stream_id": list(hub.streams()), "plugin_id": ["leaky", "ffmpeg", "password"],
                                     "user_id": [u["id"] for u in hub.get("/api/users")],
                                     "key_id": [k["id"] for k in hub.get("/api/api-keys")]}  # fmt: skip
        described = hub.get("/api/openapi.json")["paths"]
        endless = ("/mjpeg", "/events/stream", "/api/ws")
        for path, operations in described.items():
            if "get" not in operations or path.endswith(endless):
                continue
            parameter = next((p for p in ids if "{" + p + "}" in path), None)
            for identifier in ids[parameter] if parameter else ["x"]:
                url = path.replace("{" + str(parameter) + "}", identifier)
                answer = hub.api.get(url if "{" not in url else url.replace("{", "").replace("}", ""))
                yield f"GET {url}", f"{answer.headers} {answer.text}"
        for path in ("/api/streams?limit=500", "/api/events?limit=500", "/api/streams/export"):
            yield f"GET {path}", hub.api.get(path).text

    def processes(self) -> str:
        """Arguments of all processes, and what the children have in their environment."""
        children = self.hub.children()
        assert len(children) >= 2
        return json.dumps([psutil.Process(self.hub.pid).cmdline(), *[[c.cmdline(), c.environ()] for c in children]])

    def files(self) -> str:
        """The database as it lies on the disk, and what is in its rows."""
        raw = b"".join(p.read_bytes() for p in sorted(self.hub.folder.rglob("*.db*")) if p.is_file())
        with sqlite3.connect(self.hub.database) as rows:
            return raw.decode("latin-1") + "\n".join(rows.iterdump())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("canaries"))
    try:
        made.plant()
        yield made
    finally:
        made.hub.stop()


@pytest.mark.attack("A77", control=True)
def test_no_planted_secret_comes_out(world: World, figure: Callable[[str, str], None]) -> None:
    hub = world.hub
    hub.api.get("/api/p/leaky/boom")
    surfaces: dict[str, str] = {"answers of the API": ""}
    asked = 0
    for where, text in world.answers():
        asked += 1
        surfaces["answers of the API"] += f"\n{where}\n{text}"
    surfaces |= {
        "refusals": hub.api.get("/api/p/leaky/refused").text,
        "tracebacks": hub.get("/api/plugins/leaky")["traceback"],
        "metrics": hub.api.get("/api/p/leaky/metrics").text,
        "export": hub.api.get("/api/streams/export").text,
        "processes": world.processes(),
        "the database": world.files(),
        "commands": hub.glimpser("secrets", "check") + hub.glimpser("plugins", "list") + OPEN,
        "the log at debug": hub.logged(),
    }
    found = [f"{what} in {where}" for where, text in surfaces.items() for what, secret in world.canaries.items()
             if any(form in text for form in _forms(secret))]  # fmt: skip
    text = f"{len(found)}/{len(world.canaries)} canaries found, in {len(surfaces)} places and {asked} answers"
    print(text)
    figure("canaries", text)
    seen = [where for where, text in surfaces.items() if OPEN in text]
    assert seen == list(surfaces), "the search finds nothing there"
    assert len(world.canaries) >= 40
    assert found == []


def _forms(secret: str) -> list[str]:
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return [secret, encoded]


@pytest.mark.control("A77")
def test_the_cameras_get_their_secrets(world: World) -> None:
    """What is hidden everywhere is still what goes out to whom it is for."""
    codes: dict[str, Any] = {s["name"]: (s["reason"] or {}).get("code") for s in world.hub.streams().values()}
    print(codes)
    assert "secret.unreadable" not in codes.values()
    assert codes["rtsp"] == "net.refused"
