"""Proving who one is beside signing in: second factors, proofs for dangerous things, tokens for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, SecretStr
from quart import Response

from glimpser.identity.challenges import FactorNeeded
from glimpser.identity.policy import Principal
from glimpser_sdk.web import Problem

from .answers import plain
from .authentication import Strict, address, browser, device, go_on_as, told_alike, user_agent, with_cookies
from .routing import PUBLIC, SIGNED_IN, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("proofs")

WRONG_CODE = "this code is wrong, or was used already"


class Code(Strict):
    """A code of a second factor, for a challenge or for an enrolment."""

    code: SecretStr = Field(min_length=1, max_length=64, description="Of the device, or a recovery code.")
    challenge: str | None = Field(
        None, max_length=200, description="As sign-in answered; null: to finish an enrolment, signed in."
    )
    trust_device: bool = Field(False, description="Ask this browser for no code at sign-ins for 30 days.")
    factor: str | None = Field(None, max_length=64, description="To enrol; needed where there are several.")


class Enrolled(BaseModel):
    """A second factor guards the account from now on."""

    factor: str
    recovery_codes: list[str] = Field(description="Each signs in once when the device is lost; shown this once.")


class StepUp(Strict):
    """One of the two."""

    password: SecretStr | None = Field(None, min_length=1, max_length=1024, description="One's own.")
    code: SecretStr | None = Field(None, min_length=1, max_length=64, description="Of the account's second factor.")


class TokenIn(Strict):
    """An API key, or name and password."""

    api_key: SecretStr | None = Field(None, min_length=1, max_length=1024, description="Instead of all the others.")
    name: str | None = Field(None, min_length=1, max_length=64, description="User name.")
    password: SecretStr | None = Field(None, min_length=1, max_length=1024)
    code: SecretStr | None = Field(None, min_length=1, max_length=64, description="Of the account's second factor.")


class TokenOut(BaseModel):
    """A token for `Authorization: Bearer`."""

    token: str
    token_type: str
    expires_in: int = Field(description="Seconds.")
    expires_at: str


@route("POST", "/api/auth/token", permission=PUBLIC, body=TokenIn, answer=TokenOut, secret=True,
       also={401: "Wrong, or a code is needed as well."})  # fmt: skip
async def new_token(hub: Hub, body: TokenIn) -> Any:
    """Exchange an API key, or a password, for a token that is good for ten minutes (a JWT, EdDSA).

    It may do what the key, or the user, may do at each moment, and ends with them. Where the account has a second
    factor, `code` is needed too. `Authorization` is not read here: a token is no way to a further one.
    """
    person = (body.name, body.password)
    if (body.api_key is None and None in person) or (body.api_key is not None and any((*person, body.code))):
        raise Problem(409, "proof.choose", "give api_key alone, or name and password")
    if body.api_key is not None:
        made = await hub.identity.token_for_key(body.api_key.get_secret_value())
        if made is None:
            raise Problem(401, "auth.invalid", "this API key is not valid (any more)")
    else:
        name, password = body.name or "", body.password.get_secret_value() if body.password else ""
        with told_alike():
            try:
                made = await hub.identity.token_for_password(
                    name, password, body.code.get_secret_value() if body.code else None,
                    address=address(), user_agent=user_agent(),
                )  # fmt: skip
            except FactorNeeded as needed:
                text = f"a code of {needed.factor} is needed as well: send code"
                raise Problem(401, "auth.mfa_required", text, factor=needed.factor) from None
    token, ends = made
    left = max(0, round((ends - datetime.now(UTC)).total_seconds()))
    return plain({"token": token, "token_type": "Bearer", "expires_in": left, "expires_at": ends})


@route("POST", "/api/auth/mfa/verify", permission=PUBLIC, body=Code, answer=Enrolled, secret=True,
       also={204: "Signed in: the cookie is set.", 401: "The code is wrong, or the challenge over."})  # fmt: skip
async def verify_code(hub: Hub, principal: Principal | None, body: Code) -> Any:
    """Finish a sign-in with a code of the second factor; or, signed in and without a challenge, finish an enrolment."""
    code = body.code.get_secret_value()
    if body.challenge is None:
        return await _enrol(hub, principal, code, body.factor)
    with told_alike(WRONG_CODE):
        made = await hub.identity.finish_sign_in(
            body.challenge, code, address=address(), user_agent=user_agent(), trust=body.trust_device
        )
    if made is None:
        raise Problem(401, "auth.challenge_over", "this took too long, or too many tries: sign in again")
    return with_cookies(made)


async def _enrol(hub: Hub, principal: Principal | None, code: str, wanted: str | None) -> dict[str, Any]:
    if principal is None:
        raise Problem(401, "auth.required", "sign in, or send the challenge that sign-in answered")
    browser(principal, "set up a second factor")
    factors = hub.identity.proving.factors
    if not factors:
        raise Problem(409, "factor.none", "no plugin offers a second factor: pip install glimpser-totp")
    chosen = wanted or (next(iter(factors)) if len(factors) == 1 else "")
    if chosen not in factors:
        raise Problem(409, "factor.not_found", f"factor: one of {', '.join(sorted(factors))}")
    with told_alike(f"{WRONG_CODE}, or the enrolment was not begun: begin anew"):
        codes, token = await hub.identity.enrol(principal, chosen, code, address=address(), device=device())
    go_on_as(token)
    return {"factor": chosen, "recovery_codes": codes}


@route("POST", "/api/auth/step-up", permission=SIGNED_IN, body=StepUp, secret=True, status=204)
async def step_up(hub: Hub, principal: Principal, body: StepUp) -> Response:
    """Prove again who one is, by the password or a code; for five minutes dangerous things may be done."""
    browser(principal, "prove who you are")
    if (body.password is None) == (body.code is None):
        raise Problem(409, "proof.choose", "give either password or code")
    with told_alike("this is wrong"):
        await hub.identity.step_up(
            principal,
            password=body.password.get_secret_value() if body.password else None,
            code=body.code.get_secret_value() if body.code else None,
            address=address(),
            device=device(),
        )
    return Response(b"", status=204)
