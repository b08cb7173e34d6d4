"""What the plugin registers."""

from __future__ import annotations

from glimpser_sdk import AuthBackendSpec, ConfigSpec, PluginManifest, hookimpl, lazy


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Passwords."""
    return PluginManifest(
        id="password",
        title="Passwords",
        description="Sign-in with a user name and a password; passwords are hashed with argon2id.",
    )


@hookimpl
def glimpser_config() -> ConfigSpec:
    """What a password must be like and what a hash costs."""
    return ConfigSpec(model=lazy("glimpser_password.config:PasswordConfig"))


@hookimpl
def glimpser_auth_backends() -> list[AuthBackendSpec]:
    """One backend."""
    return [
        AuthBackendSpec(
            id="password",
            title="User name and password",
            kind="password",
            factory=lazy("glimpser_password.backend:Argon2Backend"),
        )
    ]
