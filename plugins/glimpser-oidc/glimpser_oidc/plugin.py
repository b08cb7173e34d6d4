"""What the plugin registers."""

from __future__ import annotations

from glimpser_sdk import AuthBackendSpec, ConfigSpec, PluginManifest, hookimpl, lazy


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Single sign-on."""
    return PluginManifest(
        id="oidc",
        title="Single sign-on",
        description="Sign-in by OpenID Connect, at Keycloak, Authentik, Google and the like.",
        capabilities=frozenset({"network:identity"}),
    )


@hookimpl
def glimpser_config() -> ConfigSpec:
    """The providers."""
    return ConfigSpec(model=lazy("glimpser_oidc.config:OidcConfig"))


@hookimpl
def glimpser_auth_backends() -> list[AuthBackendSpec]:
    """One backend for all providers."""
    return [
        AuthBackendSpec(
            id="oidc", title="OpenID Connect", kind="oidc", factory=lazy("glimpser_oidc.backend:OidcBackend")
        )
    ]
