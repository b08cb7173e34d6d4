"""The plugin's settings."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from glimpser_sdk.config import PluginConfig


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or "@" in text
        or text != f"{parts.scheme}://{parts.netloc}"
    ):
        raise ValueError("must be an address without a path, such as https://oauth2.googleapis.com")
    return text


Origin = Annotated[str, Field(max_length=300), AfterValidator(_origin)]
_ADVANCED = {"x-advanced": True}
Algorithm = Literal["RS256", "ES256", "EdDSA", "Ed25519"]


class GroupRole(BaseModel):
    """A group of the provider and the role that it stands for."""

    model_config = ConfigDict(extra="forbid")

    group: str = Field(min_length=1, max_length=200, description="Value of the groups claim.")
    role: str = Field(min_length=1, max_length=100, description="Name or id of a role of this hub.")


class OidcProvider(BaseModel):
    """One place that people sign in at."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(
        pattern="^[a-z][a-z0-9-]{0,31}$",
        description="Part of the address for the way back, PUBLIC_URL/api/auth/sso/ID/callback, which the provider has "
        "to be told. Stays the same.",
    )
    title: str = Field(min_length=1, max_length=60, description="What the button says after “Sign in with”.")
    issuer: str = Field(max_length=300, description="The provider's address, spelled as it spells it itself.")
    client_id: str = Field(min_length=1, max_length=300, description="What the provider calls this hub.")
    client_secret: SecretStr | None = Field(
        default=None, max_length=500, description="The secret agreed with the provider; none for a public client."
    )
    scopes: list[str] = Field(
        default=["openid", "profile"],
        max_length=20,
        description="What to ask for; always with openid.",
        json_schema_extra=_ADVANCED,
    )
    name_claim: str = Field(
        default="preferred_username",
        min_length=1,
        max_length=100,
        description="Claim with the user name.",
        json_schema_extra=_ADVANCED,
    )
    groups_claim: str = Field(
        default="groups",
        min_length=1,
        max_length=100,
        description="Claim with the groups.",
        json_schema_extra=_ADVANCED,
    )
    roles: list[GroupRole] = Field(
        default=[],
        max_length=100,
        description="Roles by group, looked at from the top at every sign-in: the first that fits is the user's role "
        "from then on. Empty: roles are given in the hub.",
    )
    other_role: str | None = Field(
        default=None, max_length=100,
        description="With roles: the role of those who are in none of the groups. None: they are refused.",
    )  # fmt: skip
    create: bool = Field(default=False, description="Make an account for whoever signs in for the first time.")
    create_role: str = Field(
        default="guest", min_length=1, max_length=100, description="Role of such an account when roles is empty."
    )
    second_factor: bool = Field(
        default=False,
        description="It asks for a second factor itself, so that the hub does not ask for its own as well.",
    )
    algorithms: list[Algorithm] = Field(
        default=["RS256", "ES256", "EdDSA", "Ed25519"],
        min_length=1,
        description="Signatures of ID tokens that are accepted.",
        json_schema_extra=_ADVANCED,
    )
    other_origins: list[Origin] = Field(
        default=[],
        max_length=10,
        description="Where else than at the issuer's its endpoints may lie, such as https://oauth2.googleapis.com.",
        json_schema_extra=_ADVANCED,
    )
    insecure_http: bool = Field(
        default=False,
        description="Accept a provider without encryption. Whoever is on the way can sign in as anybody.",
        json_schema_extra=_ADVANCED,
    )

    @field_validator("scopes")
    @classmethod
    def _openid(cls, scopes: list[str]) -> list[str]:
        if any(not scope or any(c in ' "\\' or not "!" <= c <= "~" for c in scope) for scope in scopes):
            raise ValueError("a scope is a word without spaces, quotes and backslashes")
        return scopes if "openid" in scopes else ["openid", *scopes]

    @model_validator(mode="after")
    def _issuer(self) -> OidcProvider:
        parts = urlsplit(self.issuer)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
            or "@" in self.issuer
        ):
            raise ValueError(
                "issuer: must be an https address without query, such as https://login.example/realms/home"
            )
        if parts.scheme == "http" and not self.insecure_http:
            raise ValueError("issuer: must be https; insecure_http accepts a provider without encryption")
        return self


class OidcConfig(PluginConfig):
    """The providers, in the order of their buttons."""

    providers: list[OidcProvider] = Field(default=[], max_length=10, description="Where people sign in.")

    @field_validator("providers")
    @classmethod
    def _different(cls, providers: list[OidcProvider]) -> list[OidcProvider]:
        for name, values in (("id", [p.id for p in providers]), ("issuer", [p.issuer for p in providers])):
            if len(set(values)) != len(values):
                # Two clients at one issuer would know one person by one subject, with two sets of rules.
                raise ValueError(f"each provider needs its own {name}")
        return providers
