"""What requests may say, and answers."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Effect = Literal["allow", "block", "admin_only"]


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"write a network such as 192.168.0.0/16 or an address: {error}") from None
    if isinstance(network, ipaddress.IPv6Network) and network.network_address.ipv4_mapped:
        raise ValueError("write an IPv4 network as such")
    return str(network)


class NewRule(BaseModel):
    """A rule: for a network or for a country."""

    model_config = ConfigDict(extra="forbid")

    effect: Effect = Field(description="What becomes of who comes from there.")
    network: Annotated[str, AfterValidator(_network)] | None = Field(
        default=None, max_length=49, description="A network or an address. Not together with country."
    )
    country: str | None = Field(
        default=None, pattern="^[A-Z]{2}$", description="Two letters as in ISO 3166. Needs a GeoIP database."
    )
    note: str = Field(default="", max_length=200, pattern=r"^[^\u0000-\u001f\u007f-\u009f]*$", description="What for.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.network is None) == (self.country is None):
            raise ValueError("name a network or a country, one of both")
        return self


class RuleOut(BaseModel):
    """A rule as it is kept."""

    id: str
    effect: Effect
    network: str | None
    country: str | None
    note: str
    author_name: str
    created_at: datetime
