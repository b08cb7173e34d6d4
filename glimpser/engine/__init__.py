"""Workers: what starts them, talks to them, and says which stream runs in which.

`contract` defines `Engine` and `EngineListener`; `local` is the engine of child processes on this machine. A cluster
engine is another implementation of the same contract. May import `glimpser.protocol` and the SDK only.
"""

from .contract import Engine, EngineError, EngineListener, Placement, WorkerLost, WorkerView
from .local import LocalEngine, LocalOptions

__all__ = [
    "Engine",
    "EngineError",
    "EngineListener",
    "LocalEngine",
    "LocalOptions",
    "Placement",
    "WorkerLost",
    "WorkerView",
]
