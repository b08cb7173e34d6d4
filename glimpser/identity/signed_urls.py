"""Links to one picture, clip or live view, for players and pages that can send neither cookie nor key.

The signature is over method, path, query, end, and the session or key that made it. Nothing of it is kept: at each use
that session or key has to be live, and may do what it may do then.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from .policy import Principal
from .signing import Signer

if TYPE_CHECKING:
    from .service import Identity

LONGEST = timedelta(minutes=5)
PARAMETER = "signature"
_PURPOSE = "signed url"


class SignedUrls:
    """Makes such links and tells who made one."""

    def __init__(self, identity: Identity, signer: Signer) -> None:
        self._identity = identity
        self._signer = signer

    def make(self, principal: Principal, target: str, lasts: timedelta) -> tuple[str, datetime]:
        """``target``, a path with its query, with a signature at its end, and when it ends: at the latest with what
        proves who asks."""
        ends = datetime.now(UTC) + min(lasts, LONGEST)
        if principal.expires_at is not None:
            ends = min(ends, principal.expires_at)
        end, kind = str(int(ends.timestamp())), "key" if principal.kind == "api_key" else "session"
        signature = self._signer.sign(_PURPOSE, "GET", target, end, kind, principal.session_id)
        link = f"{target}{'&' if '?' in target else '?'}{PARAMETER}={end}.{kind}.{principal.session_id}.{signature}"
        return link, datetime.fromtimestamp(int(end), UTC)

    async def principal(self, method: str, path: str, query: str) -> Principal | None:
        """Who made the link, with what they may do now; None unless it is to the last byte as it was made."""
        before, name, given = query.rpartition(f"{PARAMETER}=")
        parts = given.split(".", 3)
        if not name or len(parts) != 4 or (before and not before.endswith("&")):
            return None
        end, kind, proof, signature = parts
        target = f"{path}?{before[:-1]}" if before else path
        if not self._signer.holds(signature, _PURPOSE, method, target, end, kind, proof):
            return None
        ends = datetime.fromtimestamp(int(end), UTC)
        maker = await self._identity.by_proof(kind, proof) if ends > datetime.now(UTC) else None
        return None if maker is None else replace(maker, expires_at=min(ends, maker.expires_at or ends))
