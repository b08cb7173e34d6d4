"""What importing an entry module may cost, and how a fresh interpreter finds out. Core and test kit share it."""

from __future__ import annotations

IMPORT_MS = 100
"""Milliseconds that the import may take."""
HEAVY = ("av", "cv2", "numpy", "openai", "playwright", "pydantic", "quart", "torch", "tortoise")
"""Packages that it must not load."""

# What the SDK itself brings is not the plugin's doing.
_HEAD = """
import importlib, json, sys, time
import glimpser_sdk
before = set(sys.modules)
started = time.perf_counter()
importlib.import_module(sys.argv[1])
taken = time.perf_counter() - started
"""
_TAIL = """
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print("\\n" + json.dumps({"ms": taken * 1000, "loaded": sorted(loaded)}))
"""
LIGHT = _HEAD + _TAIL
"""Code for ``python -c``, given the module's name: prints a line of JSON, its milliseconds (``ms``) and the packages it
loaded (``loaded``)."""
LOADS = _HEAD + "from glimpser_sdk import lazy\nfor target in sys.argv[2:]:\n    lazy(target).load()\n" + _TAIL
"""The same after loading the lazy targets given behind the module's name; ``ms`` is the module's alone."""
