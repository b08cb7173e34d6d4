"""Step-up: a stolen session or key must not be enough for what cannot be undone or opens further doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from glimpser_sdk.web import Problem

from .policy import Principal

FRESH = timedelta(minutes=5)
"""How long a proof of who one is counts."""
SCOPE = "admin:dangerous"
"""Of API keys that may do dangerous things. It is no permission: what its owner may do stays what it was."""


def proved(principal: Principal) -> bool:
    """Whether the principal proved who they are within five minutes, or is a key that was made for such things."""
    if principal.dangerous:
        return True
    return principal.proved_at is not None and datetime.now(UTC) - principal.proved_at <= FRESH


def demand(principal: Principal) -> None:
    """Problem 403, naming the ways to do so, for who has to prove who they are first."""
    if proved(principal):
        return
    if principal.kind == "user":
        detail = "prove again who you are: POST /api/auth/step-up, or sign in anew"
    elif principal.kind == "token":
        detail = "the password behind this token is older than five minutes: get a new token"
    else:
        detail = f"this needs a key with the scope {SCOPE}, or somebody who signs in"
    raise Problem(403, "auth.step_up_needed", detail, ways=list(principal.ways))
