"""What the tests of the documentation share."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What fills the pages is no package of the project; mkdocs finds it by its folder, and so do these tests.
sys.path.insert(0, str(ROOT / "docs" / "hooks"))
