"""Refuse answers that no plugin can be made of."""

import re
import sys

PLUGIN_ID = "{{ cookiecutter.id }}"
CHOSEN = "{{ cookiecutter.__kinds }}"
KINDS = CHOSEN.split()
KNOWN = ("source", "analyzer", "sink", "auth", "router")
RESERVED = ("allow", "core", "glimpser", "sdk", "system")


def complaints() -> list[str]:
    """What is wrong with the answers."""
    found = []
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", PLUGIN_ID) or len(PLUGIN_ID) > 40:
        found.append(f"id {PLUGIN_ID!r}: lower-case letters, digits and single hyphens, at most 40, a letter first")
    if PLUGIN_ID in RESERVED:
        found.append(f"id {PLUGIN_ID!r} is reserved; so are {', '.join(RESERVED)}")
    if unknown := [kind for kind in KINDS if kind not in KNOWN]:
        found.append(f"kinds: {', '.join(unknown)} unknown; known: {', '.join(KNOWN)}")
    return found


if found := complaints():
    sys.exit("\n".join(found))
