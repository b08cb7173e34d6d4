"""The folder ``parts`` holds a hub's side for these tests and the plugin that their workers run."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "parts"))
