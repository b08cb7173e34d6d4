"""What the plugin registers."""

from __future__ import annotations

from glimpser_sdk import (
    AuthBackendSpec,
    ConfigSpec,
    ModelsSpec,
    PluginManifest,
    RouterSpec,
    RouteSpec,
    hookimpl,
    lazy,
)


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Codes of an authenticator app."""
    return PluginManifest(
        id="totp",
        title="Authenticator app",
        description="A second factor at sign-in: codes of an authenticator app (TOTP), and recovery codes.",
    )


@hookimpl
def glimpser_config() -> ConfigSpec:
    """How the hub is called in the app."""
    return ConfigSpec(model=lazy("glimpser_totp.config:TotpConfig"))


@hookimpl
def glimpser_models() -> ModelsSpec:
    """One table."""
    return ModelsSpec(modules=("glimpser_totp.models",), migrations="glimpser_totp.migrations")


@hookimpl
def glimpser_auth_backends() -> list[AuthBackendSpec]:
    """One second factor."""
    return [
        AuthBackendSpec(
            id="totp", title="Authenticator app", kind="factor", factory=lazy("glimpser_totp.factor:TotpFactor")
        )
    ]


@hookimpl
def glimpser_routers() -> list[RouterSpec]:
    """One's own factor. It is finished, and asked for, by the hub's ``/api/auth/mfa/verify``."""
    return [
        RouterSpec(
            factory=lazy("glimpser_totp.routes:make"),
            claims=("/api/me/totp",),
            routes=(
                RouteSpec(
                    path="/me/totp",
                    methods=("POST",),
                    permission="authenticated",
                    answer=lazy("glimpser_totp.answers:Begun"),
                    dangerous=True,
                ),
                RouteSpec(path="/me/totp", methods=("DELETE",), permission="authenticated", status=204, dangerous=True),
                RouteSpec(
                    path="/me/totp/recovery-codes",
                    methods=("POST",),
                    permission="authenticated",
                    answer=lazy("glimpser_totp.answers:Renewed"),
                    dangerous=True,
                ),
            ),
        )
    ]
