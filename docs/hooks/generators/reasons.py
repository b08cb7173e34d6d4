"""Reasons by code, from their catalogues."""

from __future__ import annotations

import re

from glimpser.egress.errors import CODES as EGRESS
from glimpser.streams.reasons import REASONS

from .text import table

_PARAM = re.compile(r"\{(\w+)\}")


def of_streams() -> str:
    """Why a stream is as it is."""
    return _rows({code: text for code, text in REASONS.items() if code not in EGRESS})


def of_egress() -> str:
    """Why a target was refused."""
    return _rows(EGRESS)


def of_plugins() -> str:
    """States of plugins that are not running."""
    from glimpser.plugins.state import State

    texts = {
        State.DISABLED: "Switched off, not in the allow-list, or left out by `--safe`.",
        State.BLOCKED: "Two distributions give the same plugin, or it wants a name that another plugin has.",
        State.INCOMPATIBLE: "It needs another SDK, or breaks the contract of the hooks.",
        State.IMPORT_ERROR: "Its module cannot be imported, or a hook raised an error.",
        State.CONFIG_ERROR: "Its settings are not valid; the message names the field.",
        State.MIGRATION_ERROR: "Its tables could not be brought up to date; the rest of the database is untouched.",
        State.SETUP_RETRY: "Its setup said it is not ready, or failed; it is tried again in the background.",
        State.DEGRADED: "It runs, but a background task of it failed, or a part such as its routes could not be made.",
        State.STOPPED: "The hub has stopped it.",
        State.RUNNING: "All is well.",
    }
    return table(("state", "meaning"), ((f"`{state}`", texts[state]) for state in State))


def _rows(texts: dict[str, str]) -> str:
    return table(("code", "text"), ((f"`{code}`", _PARAM.sub(r"*\1*", text)) for code, text in sorted(texts.items())))
