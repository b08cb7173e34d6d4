"""What a person says about one picture."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from glimpser_sdk.config import PluginConfig, SecretStr

_URL = re.compile(r"https?://[^/?#\\\s]+([/?#][^\\]*)?", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
# What decides where a message ends, which way it goes, who asks, or what the source itself says.
_OWN = re.compile(
    "accept-encoding|authorization|connection|content-length|cookie|expect|forwarded|host|if-.*|keep-alive|proxy-.*"
    "|range|sec-.*|te|trailer|transfer-encoding|upgrade",
    re.IGNORECASE,
)


def _url(url: str) -> str:
    if any(c <= " " or c == "\x7f" for c in url):
        raise ValueError("spaces and control characters are not allowed; write %20 for a space")
    if not _URL.fullmatch(url):
        raise ValueError("write http://host/path or https://host/path")
    try:
        urlsplit(url).port  # noqa: B018 - raises
    except ValueError:
        raise ValueError("the host or the port cannot be read; a port is a number from 1 to 65535") from None
    return url


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no header name; use letters, digits and -")
        if _OWN.fullmatch(name):
            raise ValueError(f"the header {name} cannot be set here")
        if len(value) > 1024 or not value.isascii() or not value.isprintable():
            raise ValueError(f"the value of {name} must be at most 1024 printable ASCII characters")
    if len(headers) > 16:
        raise ValueError("at most 16 headers are sent")
    if len({name.lower() for name in headers}) < len(headers):
        raise ValueError("each header can be given once")
    return headers


class HttpConfig(PluginConfig):
    """One picture that is fetched again and again."""

    url: Annotated[str, AfterValidator(_url)] = Field(
        min_length=1,
        max_length=4096,
        description="Address of the picture: http or https.",
        json_schema_extra={"format": "uri"},
    )
    interval_s: float = Field(default=10.0, ge=1, le=86400, description="Seconds from one fetch to the next.")
    timeout_s: float = Field(
        default=10.0,
        ge=1,
        le=60,
        description="Seconds to wait for a connection and for each part of the answer; a picture may take twice that.",
        json_schema_extra={"x-advanced": True},
    )
    username: str | None = Field(
        default=None, max_length=256, description="User name, instead of one in the address. Empty: none."
    )
    password: SecretStr | None = Field(
        default=None, max_length=256, description="Password, instead of one in the address. Empty: none."
    )
    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(
        default_factory=dict,
        description="Further request headers, at most 16. Who may see the stream can read them: no place for secrets.",
        json_schema_extra={"x-advanced": True},
    )
    verify_tls: bool = Field(
        default=True,
        description="Check the server's certificate. Turn off only for devices that sign their own.",
        json_schema_extra={"x-advanced": True},
    )
