"""The audit log: who did what, to which object, from where, in a chain that shows when it is tampered with.

A service writes with ``await audit.record("links.opened", object=("link", id), …)``, which raises NotWritten when it
cannot; ``await audit.append(conn, entry)`` inside a ``db.write``, with an entry made before; ``audit.note(…)`` for what
must not wait. What a route changes is recorded by the dispatcher, without a word of its handler.
"""

from . import chain, export
from .entries import HUB, Asking, Entry, asking, entry, moment
from .pending import NotWritten, Pending
from .sealing import HEAD_FILE, KEY_FILE, HeadFile, Place, Seal
from .trail import Audit
from .verify import Finding, Verdict, verify

__all__ = [
    "HEAD_FILE",
    "HUB",
    "KEY_FILE",
    "Asking",
    "Audit",
    "Entry",
    "Finding",
    "HeadFile",
    "NotWritten",
    "Pending",
    "Place",
    "Seal",
    "Verdict",
    "asking",
    "chain",
    "entry",
    "export",
    "moment",
    "verify",
]
