"""Tables for people (CSV) of which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

FORMULA = re.compile(r"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))[ \xa0]*(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where spreadsheets may take what follows for a formula, full-width forms too: at the beginning of a cell, and behind
what many of them are set to split cells at, whatever stands in quotes."""


def line(cells: Iterable[Any]) -> bytes:
    """One line of a table; a text that a spreadsheet would compute gets an apostrophe in front."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([FORMULA.sub(r"'\g<0>", c) if isinstance(c, str) else c for c in cells])
    return buffer.getvalue().encode()
