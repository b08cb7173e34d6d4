"""ID tokens: the signature by a key of the provider's own set, then every claim. Pure; nothing is fetched here."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from glimpser_sdk.errors import AuthFailed

LEEWAY_S = 60
"""By how much the provider's clock may differ."""
MIN_RSA_BITS = 2048
_KINDS = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


class UnknownKey(AuthFailed):
    """Signed with a key that is not in the set; the provider may have a new one."""


class _Registry(JWSRegistry):
    """The allowed algorithms, without the library's warning that one of them has a newer name (RFC 9864)."""

    max_header_length = 8192

    def get_alg(self, name: str) -> Any:
        if not isinstance(name, str) or name not in (self.allowed or ()):
            raise AuthFailed(f"the ID token is signed with {name!r}, which is not accepted")
        return self.algorithms[name]


def key_set(document: Mapping[str, Any]) -> KeySet:
    """The public signing keys of a JWKS document; others in it are left out."""
    found: list[Any] = []
    listed = document.get("keys")
    for data in listed if isinstance(listed, list) else []:
        kind = _KINDS.get(str(data.get("kty"))) if isinstance(data, dict) else None
        if kind is None or data.get("use", "sig") != "sig" or "d" in data:
            continue
        try:
            key = kind.import_key(data)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if not isinstance(key, RSAKey) or key.public_key.key_size >= MIN_RSA_BITS:
            found.append(key)
    return KeySet(found)


def verified(
    token: str, keys: KeySet, *, algorithms: Collection[str], issuer: str, client_id: str, nonce: str,
    access_token: str | None, now: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The claims of an ID token that holds in every respect. AuthFailed says in which it does not, UnknownKey that its
    key is not among ``keys``."""
    registry = _Registry(algorithms=list(algorithms), strict_check_header=False)
    try:
        decoded = jwt.decode(token, _choose(token, keys), registry=registry)
        claims = CodeIDToken(
            decoded.claims, decoded.header,
            {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}},
            {"client_id": client_id, "nonce": nonce, "access_token": access_token},
        )  # fmt: skip
        claims.validate(now=now, leeway=LEEWAY_S)
    except AuthFailed:
        raise
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise AuthFailed(f"the ID token does not hold: {type(error).__name__}: {error}") from error
    # The library takes a list that has the right one in it, too.
    subject = claims.get("sub")
    if claims["iss"] != issuer or not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise AuthFailed("the ID token does not hold: iss or sub is not what it must be")
    return dict(claims)


def _choose(token: str, keys: KeySet) -> Any:
    """The key that the token names, out of the provider's own. A key in the token's header does not count."""
    head = token.partition(".")[0]
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    if not isinstance(header, dict) or "crit" in header:
        raise AuthFailed("the ID token asks for an extension that is not known here")
    kid = header.get("kid")
    fitting = [key for key in keys.keys if kid is None or key.get("kid") == kid]
    fitting = [key for key in fitting if key.get("alg", header.get("alg")) == header.get("alg")]
    if len(fitting) != 1:
        raise UnknownKey("the ID token is signed with a key that the provider does not publish")
    return fitting[0]
