"""A plugin with a password backend of a test's own, on the path of a hub."""

from __future__ import annotations

import textwrap
from pathlib import Path

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
    package, info = site / f"glimpser_{name}", site / f"glimpser_{name}-1.0.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    for module, text in {"__init__": "", "plugin": PLUGIN.replace("NAME", name), "backend": backend}.items():
        (package / f"{module}.py").write_text(textwrap.dedent(text))
    needs = "Requires-Dist: glimpser-sdk>=0.1,<0.2\n"
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: glimpser-{name}\nVersion: 1.0\n{needs}")
    (info / "entry_points.txt").write_text(f"[glimpser.plugins]\n{name} = glimpser_{name}.plugin\n")
