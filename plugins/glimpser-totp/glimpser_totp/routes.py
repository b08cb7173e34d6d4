"""Routes at /api/me/totp: begin to enrol, switch off, new recovery codes. A browser asks; a key is no person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quart import Blueprint, jsonify

from glimpser_sdk.web import Principal, Problem, current_principal, factor_removed

from . import codes
from .factor import TotpFactor

if TYPE_CHECKING:
    from glimpser_sdk import HubContext


def make(ctx: HubContext) -> Blueprint:
    """The routes, with what they need of the hub."""
    routes, factor = Blueprint("glimpser_totp", __name__), TotpFactor(ctx)

    @routes.post("/me/totp")
    async def begin() -> Any:
        """Begin to set up an authenticator app; POST /api/auth/mfa/verify finishes it with a first code.

        What the account has goes on until then.
        """
        person = _person()
        secret, uri = await factor.begin(person.id, person.name)
        return jsonify(secret=secret, uri=uri, qr_svg=codes.qr_svg(uri), expires_in=int(codes.PENDING.total_seconds()))

    @routes.delete("/me/totp")
    async def switch_off() -> Any:
        """Sign in with the password alone from now on; all other sessions end."""
        person = _person()
        await factor_removed()
        await factor.forget(person.id)
        return "", 204

    @routes.post("/me/totp/recovery-codes")
    async def renew() -> Any:
        """New recovery codes; the old ones are worth nothing any more."""
        made = await factor.renew_recovery(_person().id)
        if made is None:
            raise Problem(409, "totp.not_enrolled", "there is no authenticator app yet: POST /api/me/totp")
        return jsonify(recovery_codes=made)

    return routes


def _person() -> Principal:
    person = current_principal()
    if person.kind != "user":
        raise Problem(403, "auth.session_needed", "sign in with a browser to manage the second factor")
    return person
