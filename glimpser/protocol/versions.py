"""Which versions of the protocol this code speaks."""

from __future__ import annotations

VERSION = 1
"""The protocol this code speaks."""
OLDEST = 1
"""The oldest protocol this code still understands."""


def negotiate(version: int, oldest: int) -> int:
    """The version to speak with a peer that speaks ``oldest..version``. ValueError, in words for people, when none."""
    best = min(version, VERSION)
    if best < max(oldest, OLDEST):
        raise ValueError(
            f"the hub speaks protocol {oldest} to {version}, this worker {OLDEST} to {VERSION}: "
            "install the same version of glimpser on both sides"
        )
    return best
