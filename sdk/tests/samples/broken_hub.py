"""Password backends, routers and plugins that break one rule each, and some that keep all. Run by ``test_kit``."""

import secrets
import sys
import types

import pytest
from pydantic import BaseModel
from quart import Blueprint

from glimpser_sdk import (
    AuthBackendSpec,
    ConfigInvalid,
    ConfigSpec,
    PluginManifest,
    RouterSpec,
    RouteSpec,
    hookimpl,
    lazy,
)
from glimpser_sdk.testing import AuthBackendConformance, PluginConformance, RouterConformance

# References are loaded by this name, whatever pytest calls the module.
sys.modules["broken_hub_samples"] = sys.modules[__name__]


class Backend:
    def __init__(self, ctx):
        self.nobody = self.encode("", "00")

    @staticmethod
    def encode(password, salt):
        import hashlib

        secret = password[:100].encode(errors="surrogatepass")
        return f"${salt}${hashlib.pbkdf2_hmac('sha256', secret, salt.encode(), 30_000).hex()}"

    def hash(self, password):
        if len(password) < 8:
            raise ConfigInvalid("too short", field="password", code="test.short")
        return self.encode(password, secrets.token_hex(8))

    def verify(self, account, password):
        kept = account.password_hash if account else None
        known = bool(kept) and kept.count("$") == 2
        found = self.encode(password, (kept if known else self.nobody).split("$")[1])
        return known and found == kept and len(password) <= 100

    def outdated(self, password_hash):
        return password_hash.count("$") != 2


class AnyPassword(Backend):
    def verify(self, account, password):
        return super().verify(account, password.strip())


class Plain(Backend):
    @staticmethod
    def encode(password, salt):
        return f"${salt}${password}"


class Tells(Backend):
    def verify(self, account, password):
        return account is not None and super().verify(account, password)


class AuthRules(AuthBackendConformance):
    target = "Backend"

    @pytest.fixture
    def spec(self):
        return AuthBackendSpec(id="t", title="T", kind="password", factory=lazy(f"broken_hub_samples:{self.target}"))


class TestGoodBackend(AuthRules):
    pass


class TestAnyPassword(AuthRules):
    target = "AnyPassword"


class TestPlain(AuthRules):
    target = "Plain"


class TestTells(AuthRules):
    target = "Tells"


def routes(ctx):
    blueprint = Blueprint("test_samples", __name__)

    @blueprint.get("/wind")
    async def wind():
        return {"wind": "N"}

    return blueprint


def more_routes(ctx):
    blueprint = routes(ctx)

    @blueprint.get("/secret")
    async def secret():
        return {}

    return blueprint


def breaking_routes(ctx):
    from quart import request

    blueprint = Blueprint("test_samples", __name__)

    @blueprint.get("/wind")
    async def wind():
        return {"wind": int(request.args.get("limit", "1")) // max(0, int(request.args.get("limit", "1")))}

    return blueprint


class RouterRules(RouterConformance):
    target = "routes"

    @pytest.fixture
    def spec(self):
        route = RouteSpec(path="/wind", methods=("GET",), permission="test.read")
        return RouterSpec(factory=lazy(f"broken_hub_samples:{self.target}"), routes=(route,))


class TestGoodRouter(RouterRules):
    pass


class TestUndeclaredRoute(RouterRules):
    target = "more_routes"


class TestBreaks(RouterRules):
    target = "breaking_routes"


class Loose(BaseModel):
    password: str = ""


def module(**hooks):
    made = types.ModuleType("broken_hub_plugin")
    made.glimpser_manifest = hookimpl(lambda: PluginManifest(id="test", title="Test"))
    for name, function in hooks.items():
        setattr(made, name, hookimpl(function))
    return made


class TestHeavy(PluginConformance):
    @pytest.fixture
    def plugin(self, tmp_path, monkeypatch):
        (tmp_path / "heavy_entry.py").write_text("import numpy\n")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        made = module()
        made.__name__ = "heavy_entry"
        return made


class TestLoose(PluginConformance):
    @pytest.fixture
    def plugin(self):
        return module(glimpser_config=lambda: ConfigSpec(model=lazy("broken_hub_samples:Loose")))
