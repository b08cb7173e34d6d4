"""Counts what a hub verifies and hashes with argon2, from outside of its process."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HOOK = """
import functools, os, argon2

def counted(name):
    real = getattr(argon2.PasswordHasher, name)
    @functools.wraps(real)
    def call(*given, **more):
        with open(os.environ["COUNT_ARGON2"], "a") as file:
            file.write(name + "\\n")
        return real(*given, **more)
    setattr(argon2.PasswordHasher, name, call)

counted("verify"), counted("hash")
"""


@dataclass(frozen=True)
class Counted:
    """``environment``: of a process whose calls are counted."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.folder), "COUNT_ARGON2": str(self.folder / "calls")}

    def calls(self) -> Counter[str]:
        """How often ``verify`` and ``hash`` were called so far."""
        return Counter((self.folder / "calls").read_text().split())

    def run(self, code: str) -> None:
        """Run a line of Python that may fail, counted."""
        line = f"import argon2\ntry:\n    {code}\nexcept argon2.exceptions.Argon2Error:\n    pass"
        subprocess.run([sys.executable, "-c", line], env={**os.environ, **self.environment}, check=True)


def counting(folder: Path) -> Counted:
    """Count in the processes that get the environment. The hook is loaded with their interpreter."""
    (folder / "sitecustomize.py").write_text(HOOK)
    (folder / "calls").touch()
    return Counted(folder)


def forget_failures(database: Path) -> None:
    """Forget all failed sign-ins, as if a day had passed."""
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as rows, rows:
        rows.execute("DELETE FROM sign_in_failures")
