"""The first administrator: a one-time link, kept as a hash in a file that only the hub's user can read.

That set-up happened is recorded in a file as well, so that a lost database does not open the door again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from glimpser.files import write_private

from . import tokens

LIFETIME = timedelta(minutes=15)


class Bootstrap:
    """Makes, checks and ends set-up links below the data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._token_file = data_dir / "setup-token.json"
        self._done_file = data_dir / "setup-done"

    @property
    def done(self) -> bool:
        """Whether an administrator was ever made here."""
        return self._done_file.exists()

    def new_token(self) -> str:
        """A new token of 128 random bits, valid for 15 minutes; an older one is worth nothing any more."""
        token = tokens.random_token(128)
        expires = datetime.now(UTC) + LIFETIME
        kept = {"sha256": tokens.digest(token), "expires_at": expires.isoformat()}
        write_private(self._token_file, json.dumps(kept).encode())
        return token

    def check(self, token: str) -> bool:
        """Whether ``token`` opens the set-up now."""
        if self.done:
            return False
        try:
            stored = json.loads(self._token_file.read_text())
            expires = datetime.fromisoformat(stored["expires_at"])
        except (OSError, ValueError, KeyError):
            return False
        return tokens.same(tokens.digest(token), str(stored["sha256"])) and datetime.now(UTC) < expires

    def finish(self) -> None:
        """Set-up is over for good; the token is used up."""
        write_private(self._done_file, f"{datetime.now(UTC).isoformat()}\n".encode())
        self._token_file.unlink(missing_ok=True)
