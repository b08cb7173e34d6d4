"""What is asked of a provider over the network: its description, its keys, tokens for a code, claims about a person.

Every answer is small, comes in time, and from the issuer's host or one that was named beside it. Redirects are not
followed.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oidc.discovery import get_well_known_url
from joserfc.jwk import KeySet

from glimpser_oidc.config import OidcProvider
from glimpser_oidc.tokens import key_set
from glimpser_sdk.errors import AuthFailed, GlimpserError, NotReady

if TYPE_CHECKING:
    from glimpser_sdk.contexts import HubContext

MAX_BYTES = 512 * 1024
ANSWER_S = 15.0
METADATA_S = 3600.0
KEYS_S = 3600.0
KEYS_AGAIN_S = 30.0
"""How soon an unknown key may make us ask for the keys again: strangers can make tokens with unknown keys."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")


class ProviderClient:
    """One provider. What does not change often is kept for an hour."""

    def __init__(self, ctx: HubContext, config: OidcProvider) -> None:
        self.config = config
        self._ctx = ctx
        self._lock = asyncio.Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._client: Any = None

    @property
    def _http(self) -> Any:
        if self._client is None:
            self._client = self._ctx.http()
        return self._client

    async def metadata(self) -> dict[str, Any]:
        """The provider's description of itself. NotReady when it does not answer, AuthFailed when it is not what was
        configured."""
        async with self._lock:
            if self._metadata is None or self._metadata[0] < time.monotonic():
                found = await self._json("GET", get_well_known_url(self.config.issuer, external=True))
                self._check(found)
                self._metadata = (time.monotonic() + METADATA_S, found)
            return self._metadata[1]

    async def keys(self, *, again: bool = False) -> KeySet:
        """The provider's keys. ``again``: a token names one that is not among them."""
        metadata = await self.metadata()
        async with self._lock:
            now = time.monotonic()
            if self._keys is not None:
                age = now - self._keys[0]
                if age < (KEYS_AGAIN_S if again else KEYS_S):
                    return self._keys[1]
            self._keys = (now, key_set(await self._json("GET", metadata["jwks_uri"])))
            return self._keys[1]

    async def tokens(self, code: str, *, return_to: str, verifier: str) -> dict[str, Any]:
        """What the provider gives for a code. AuthFailed when it gives nothing."""
        metadata = await self.metadata()
        body = prepare_token_request("authorization_code", code=code, redirect_uri=return_to, code_verifier=verifier)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        offered = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        secret = self.config.client_secret
        auth: tuple[str, str] | None = None
        if secret is None:
            body = f"{body}&client_id={quote_plus(self.config.client_id)}"
        elif "client_secret_basic" in offered or "client_secret_post" not in offered:
            # RFC 6749 2.3.1: both are form-encoded before they become a user name and a password.
            auth = (quote_plus(self.config.client_id), quote_plus(secret.get_secret_value()))
        else:
            shown = quote_plus(secret.get_secret_value())
            body = f"{body}&client_id={quote_plus(self.config.client_id)}&client_secret={shown}"
        return await self._json("POST", metadata["token_endpoint"], content=body.encode(), headers=headers, auth=auth)

    async def claims(self, access_token: str) -> dict[str, Any] | None:
        """What the provider tells beside the ID token; None when it offers nothing."""
        url = (await self.metadata()).get("userinfo_endpoint")
        if url is None:
            return None
        return await self._json("GET", url, headers={"Authorization": f"Bearer {access_token}"})

    def _check(self, found: dict[str, Any]) -> None:
        if found.get("issuer") != self.config.issuer:
            raise AuthFailed(f"the provider calls itself {found.get('issuer')!r}, not {self.config.issuer!r}")
        for name in (*ENDPOINTS, *(n for n in OPTIONAL if n in found)):
            self._check_endpoint(name, found.get(name))
        methods = found.get("code_challenge_methods_supported")
        if isinstance(methods, list) and "S256" not in methods:
            raise AuthFailed("the provider does not support PKCE with S256")

    def _check_endpoint(self, name: str, url: Any) -> None:
        parts, home = urlsplit(url if isinstance(url, str) else ""), urlsplit(self.config.issuer)
        schemes = ("https", "http") if self.config.insecure_http else ("https",)
        if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
            raise AuthFailed(f"the provider's {name} is no {'address' if len(schemes) > 1 else 'https address'}")
        # People are sent to the first and the last by their own browser; the hub itself goes to the others.
        origin = f"{parts.scheme}://{parts.netloc}"
        known = (f"{home.scheme}://{home.netloc}", *self.config.other_origins)
        if name not in ("authorization_endpoint", "end_session_endpoint") and origin not in known:
            raise AuthFailed(f"the provider's {name} lies at {origin}; if that is right, add it to other_origins")

    async def _json(self, method: str, url: str, *, auth: tuple[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """The JSON object of an answer. AuthFailed for a refusal, NotReady for no usable answer."""
        headers = {"Accept": "application/json", **more.pop("headers", {})}
        given = {} if auth is None else {"auth": auth}
        place = urlsplit(url).hostname
        try:
            async with asyncio.timeout(ANSWER_S):
                async with self._http.stream(method, url, headers=headers, **given, **more) as response:
                    status, raw = response.status_code, b""
                    async for part in response.aiter_bytes():
                        raw += part
                        if len(raw) > MAX_BYTES:
                            raise NotReady(f"{place} answers more than {MAX_BYTES} bytes")
        except GlimpserError:
            raise
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise NotReady(f"{place} cannot be asked: {type(error).__name__}: {error}") from error
        try:
            value = json.loads(raw)
        except ValueError:
            value = None
        if 400 <= status < 500:
            # What it says of itself may hold what was sent; the code of the error does not.
            said = value.get("error") if isinstance(value, dict) else None
            raise AuthFailed(f"{place} refuses with {status} {str(said)[:60]!r}")
        if status != 200 or not isinstance(value, dict):
            raise NotReady(f"{place} answers {status}, and no JSON object")
        return value
