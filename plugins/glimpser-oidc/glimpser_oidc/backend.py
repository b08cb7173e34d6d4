"""The way to a provider and back: what goes along, and what has to come back with it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from glimpser_oidc.config import OidcConfig, OidcProvider
from glimpser_oidc.provider import ProviderClient
from glimpser_oidc.tokens import UnknownKey, verified
from glimpser_sdk.auth import Departure, Proven, Provider
from glimpser_sdk.errors import AuthFailed

if TYPE_CHECKING:
    from glimpser_sdk.contexts import HubContext

MAX_KEEP = 16_384
"""Characters of an ID token that is kept for the sign-out; providers ask people without it."""


class OidcBackend:
    """A ``RedirectBackend`` for all configured providers (see ``glimpser_sdk.auth``)."""

    def __init__(self, ctx: HubContext) -> None:
        config = ctx.config or OidcConfig()
        self._clients = {provider.id: ProviderClient(ctx, provider) for provider in config.providers}

    def providers(self) -> Sequence[Provider]:
        """The configured ones."""
        return [Provider(id=client.config.id, title=client.config.title) for client in self._clients.values()]

    async def depart(self, provider: str, *, state: str, return_to: str, fresh: bool) -> Departure:
        """To the provider's sign-in page."""
        client = self._clients[provider]
        metadata = await client.metadata()
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        url = prepare_grant_uri(
            metadata["authorization_endpoint"], client.config.client_id, "code", redirect_uri=return_to,
            scope=" ".join(client.config.scopes), state=state, nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
            **({"prompt": "login", "max_age": "0"} if fresh else {}),
        )  # fmt: skip
        return Departure(url=url, keep={"nonce": nonce, "verifier": verifier, "issuer": client.config.issuer})

    async def arrive(
        self, provider: str, *, return_to: str, keep: Mapping[str, str], query: Mapping[str, str]
    ) -> Proven:
        """Who came back. Nothing is believed that is not in a signed ID token for this very sign-in."""
        client = self._clients[provider]
        config = client.config
        metadata = await client.metadata()
        if keep.get("issuer") != config.issuer:
            raise AuthFailed("the provider was changed meanwhile")
        _check_answer(query, config, metadata)
        given = await client.tokens(query["code"], return_to=return_to, verifier=keep["verifier"])
        token, access = given.get("id_token"), given.get("access_token")
        if not isinstance(token, str):
            raise AuthFailed("the provider gave no ID token")
        access = access if isinstance(access, str) else None
        claims = await self._claims(client, token, keep["nonce"], access)
        return _proven(config, claims, token)

    async def sign_out(self, provider: str, *, keep: str, return_to: str) -> str | None:
        """To the provider's sign-out page, if it has one (OpenID Connect RP-Initiated Logout)."""
        client = self._clients[provider]
        url = (await client.metadata()).get("end_session_endpoint")
        if url is None:
            return None
        hint = [("id_token_hint", keep)] if keep else []
        return str(
            add_params_to_uri(
                url, [*hint, ("client_id", client.config.client_id), ("post_logout_redirect_uri", return_to)]
            )
        )

    async def _claims(self, client: ProviderClient, token: str, nonce: str, access: str | None) -> dict[str, Any]:
        config = client.config
        algorithms = list(config.algorithms)

        def check(keys: Any) -> dict[str, Any]:
            return verified(token, keys, algorithms=algorithms, issuer=config.issuer, client_id=config.client_id,
                            nonce=nonce, access_token=access)  # fmt: skip

        try:
            claims = check(await client.keys())
        except UnknownKey:
            claims = check(await client.keys(again=True))
        wanted = {config.name_claim, *([config.groups_claim] if config.roles else [])}
        if access is not None and not wanted <= claims.keys():
            more = await client.claims(access)
            if more is not None and more.get("sub") != claims["sub"]:
                raise AuthFailed("the provider tells of somebody else than its ID token")
            # What is signed counts more.
            claims = {**(more or {}), **claims}
        return claims


def _check_answer(query: Mapping[str, str], config: OidcProvider, metadata: Mapping[str, Any]) -> None:
    """That the answer comes from this provider (RFC 9207), and is none of its refusals."""
    iss = query.get("iss")
    if iss is None and metadata.get("authorization_response_iss_parameter_supported") is True:
        raise AuthFailed("the answer does not say which provider it comes from")
    if iss is not None and iss != config.issuer:
        raise AuthFailed("the answer comes from another provider")
    if "error" in query:
        code = "auth.sso_denied" if query["error"] in ("access_denied", "login_required") else None
        raise AuthFailed(f"the provider answers {query['error'][:60]!r}", code=code)
    if not query.get("code"):
        raise AuthFailed("the provider gave no code")


def _proven(config: OidcProvider, claims: Mapping[str, Any], token: str) -> Proven:
    name, at, display = claims.get(config.name_claim), claims.get("auth_time"), claims.get("name")
    role = _role(config, claims.get(config.groups_claim))
    return Proven(
        name=name if isinstance(name, str) else "",
        issuer=config.issuer,
        subject=claims["sub"],
        display_name=display if isinstance(display, str) else "",
        role=role,
        create_as=(role or config.create_role) if config.create else None,
        proved_at=datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else None,
        keep=token if len(token) <= MAX_KEEP else "",
        second_factor=config.second_factor,
    )


def _role(config: OidcProvider, groups: Any) -> str | None:
    """The role of the first group that fits. AuthFailed when roles are by group and none fits."""
    if not config.roles:
        return None
    own = (
        {groups}
        if isinstance(groups, str)
        else {g for g in groups if isinstance(g, str)}
        if isinstance(groups, list)
        else set()
    )
    found = next((entry.role for entry in config.roles if entry.group in own), config.other_role)
    if found is None:
        raise AuthFailed("in none of the groups that have a role", code="auth.sso_no_role")
    return found
