"""A plugin with a password backend of a test's own, on the path of a hub."""

from __future__ import annotations

from pathlib import Path

from . import distributions

QUICK = """
    import hashlib

    class Backend:
        def __init__(self, ctx):
            pass

        def hash(self, password):
            return "quick$" + hashlib.sha256(password.encode()).hexdigest()

        def verify(self, account, password):
            return account is not None and account.password_hash == self.hash(password)

        def outdated(self, password_hash):
            return False
"""
"""For tests of how often passwords are looked at, and not of how: no hash takes time or memory."""
PLUGIN = """
    from glimpser_sdk import AuthBackendSpec, PluginManifest, hookimpl, lazy

    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id="NAME", title="NAME")

    @hookimpl
    def glimpser_auth_backends():
        factory = lazy("glimpser_NAME.backend:Backend")
        return [AuthBackendSpec(id="NAME", title="NAME", kind="password", factory=factory, order=1)]
"""


def install(site: Path, name: str, backend: str) -> None:
    """Install it under a name of letters; it comes before every other. ``backend``: a module with a ``Backend``."""
    distributions.install(site, name, plugin=PLUGIN.replace("NAME", name), backend=backend)
