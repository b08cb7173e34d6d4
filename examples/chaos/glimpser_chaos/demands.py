"""What misbehaviour is asked of the hub's side, and the ways of misbehaving at one moment."""

from __future__ import annotations

import os
import sys
import time


def asked(mode: str) -> bool:
    """Whether ``GLIMPSER_CHAOS`` lists the mode."""
    return mode in os.environ.get("GLIMPSER_CHAOS", "").split(",")


def misbehave(moment: str) -> None:
    """Hang, exit or raise at a moment (``import``, ``hook``, ``setup``, ``teardown``), if that is asked for."""
    if asked(f"hang-{moment}"):
        while True:
            time.sleep(3600)
    if asked(f"exit-{moment}"):
        sys.exit(f"chaos: exit at {moment}")
    if asked(f"raise-{moment}"):
        raise RuntimeError(f"chaos: failure at {moment}")
