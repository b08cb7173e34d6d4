"""Fills pages with what the code says: a line ``<!-- generate: NAME -->`` becomes the Markdown of that name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from generators import catalogues, commands, hook_reference, plugin_catalogue, problems, reasons, routes, settings
from mkdocs.exceptions import PluginError

GENERATORS: dict[str, Callable[[], str]] = {
    "commands": commands.markdown,
    "audit-actions": catalogues.audit_actions,
    "event-types": catalogues.event_types,
    "hooks": hook_reference.markdown,
    "permissions": catalogues.permissions,
    "plugins": plugin_catalogue.markdown,
    "problems": problems.markdown,
    "reasons": reasons.of_streams,
    "reasons-egress": reasons.of_egress,
    "reasons-plugins": reasons.of_plugins,
    "routes": routes.markdown,
    "settings": settings.markdown,
}

_LINE = re.compile(r"^<!-- generate: ([a-z-]+) -->$", re.MULTILINE)


_ROLE = re.compile(r":(?:attr|class|func|meth|mod):(?=<code>)")


def on_page_content(html: str, **_: Any) -> str:
    """Called by mkdocs for every page: docstrings name things with roles, of which only the name is shown."""
    return _ROLE.sub("", html)


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Called by mkdocs for every page. PluginError names a page that asks for what nobody generates."""

    def generated(match: re.Match[str]) -> str:
        try:
            generate = GENERATORS[match[1]]
        except KeyError:
            raise PluginError(f"{page.file.src_uri}: nothing generates {match[1]!r}") from None
        return generate()

    return _LINE.sub(generated, markdown)
