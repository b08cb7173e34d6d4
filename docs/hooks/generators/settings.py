"""The hub's settings, from their model."""

from __future__ import annotations

from glimpser.settings import Settings

from .text import allowed, code, table

# Defaults that depend on the machine on which the pages are built.
_HERE = {"data_dir": "your user's data folder", "node_name": "the machine's name", "workers": "`0`"}


def markdown() -> str:
    """One row for each setting."""
    schemas = Settings.model_json_schema()["properties"]
    stored = Settings.stored_keys()
    rows = []
    for key, info in Settings.model_fields.items():
        schema = schemas[key]
        default = info.get_default(call_default_factory=key not in _HERE)
        shown = _HERE.get(key) or code(_plain(default))
        rows.append(
            (
                f"`{key}`",
                allowed(schema),
                shown,
                "yes" if key in stored else "",
                str(schema.get("description", "")).strip(),
            )
        )
    return table(("setting", "allowed", "default", "while running", "meaning"), rows)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
