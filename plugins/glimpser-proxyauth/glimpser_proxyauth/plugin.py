"""What the plugin registers."""

from __future__ import annotations

from glimpser_sdk import AuthBackendSpec, ConfigSpec, PluginManifest, hookimpl, lazy


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Sign-in by a proxy."""
    return PluginManifest(
        id="proxyauth",
        title="Sign-in by a proxy",
        description="Believes a trusted proxy, such as Authelia or oauth2-proxy behind nginx, about who is asking.",
    )


@hookimpl
def glimpser_config() -> ConfigSpec:
    """Which proxies, and which headers."""
    return ConfigSpec(model=lazy("glimpser_proxyauth.config:ProxyAuthConfig"))


@hookimpl
def glimpser_auth_backends() -> list[AuthBackendSpec]:
    """One backend."""
    return [
        AuthBackendSpec(
            id="proxy", title="Your proxy", kind="header", factory=lazy("glimpser_proxyauth.backend:ProxyBackend")
        )
    ]
