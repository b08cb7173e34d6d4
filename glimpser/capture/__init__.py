"""Capture: what should run, what runs, and everything that comes out of it.

`service` holds desired and actual state and reconciles them through an `Engine`; `live` shares pictures among viewers;
`pacing` and `crashes` decide when and where streams start again. May import engine, protocol and the SDK; the rest of
the core is handed in (`StreamStore`, `EgressGate`, `Outlets`).
"""

from .desired import Desired, Outlets, StreamState, StreamStore
from .leases import EgressGate
from .live import Live
from .service import Capture
from .viewer import LiveSession, Viewer

__all__ = [
    "Capture",
    "Desired",
    "EgressGate",
    "Live",
    "LiveSession",
    "Outlets",
    "StreamState",
    "StreamStore",
    "Viewer",
]
