"""The hub's settings: one frozen object, each value with a known origin."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from glimpser.origins import Origins, SettingsInvalid, Source, absolute, default_data_dir, split_list
from glimpser.timezones import TimeZone

GB = 1_000_000_000


def _url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("must be an http or https address without query, such as https://glimpser.example/prefix")
    return text.rstrip("/")


_Path = Annotated[Path, AfterValidator(absolute)]
_Network = IPv4Network | IPv6Network
_STORED: dict[str, Any] = {"stored": True}  # may be changed at run time; the change is kept in the database


class Settings(BaseModel):
    """Read them with ``Settings.load()``. Those marked as stored may be changed while the hub runs."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True)

    data_dir: _Path = Field(default_factory=default_data_dir)
    """Folder of the database, pictures, recordings and the secret key."""
    host: str = Field("127.0.0.1", min_length=1, max_length=255)
    """Address to listen on."""
    port: int = Field(8080, ge=0, le=65535)
    """TCP port to listen on; 0: any free one."""
    public_url: Annotated[str, AfterValidator(_url)] = ""
    """Address under which browsers reach the hub, with a path prefix if a proxy adds one."""
    allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(split_list)] = ()
    """Further host names under which the hub may be asked for."""
    trusted_proxies: Annotated[tuple[_Network, ...], BeforeValidator(split_list)] = ()
    """Addresses or networks whose forwarded headers are believed."""
    tls: Literal["off", "self-signed", "files"] = "off"
    """Encrypt: with a certificate that the hub makes for itself, or with that of tls_certificate."""
    tls_certificate: _Path | None = None
    """PEM file with the certificate chain, for tls = files; needs tls_key."""
    tls_key: _Path | None = None
    """PEM file with the certificate's private key."""
    allow_insecure_http: bool = False
    """Serve plain HTTP beyond this machine. Passwords and pictures can then be read on the way."""
    database_url: str = Field("", repr=False, json_schema_extra={"secret": True})
    """Where the database is; empty: a SQLite file in the data folder. postgres://user:password@host/name otherwise."""
    egress_allow: str = ""
    """Exceptions to what may be reached: purpose=host-or-network[:ports], comma-separated."""
    ca_file: _Path | None = None
    """PEM file with authorities of one's own, trusted beside the public ones where the hub itself asks: providers of
    sign-in, and plugins in the hub."""
    plugins: Annotated[tuple[str, ...] | None, BeforeValidator(split_list)] = None
    """Load these plugins only."""
    safe: bool = False
    """Load first-party plugins only."""
    read_only_demo: bool = False
    """Whoever comes without an account sees all streams, what happened on them and the hub, and changes nothing."""
    media_roots: Annotated[tuple[_Path, ...], BeforeValidator(split_list)] = ()
    """Folders below which streams may open local files."""
    workers: int = Field(0, ge=0, le=256)
    """Number of worker processes for first-party streams; 0: as many as processor cores."""
    key_file: _Path | None = None
    """File with the keys that encrypt secrets; default: secret.key in the data folder, made at the first start."""
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", json_schema_extra=_STORED)
    """The least severe messages to log."""
    log_format: Literal["auto", "console", "json"] = "auto"
    """How to log; auto: for people on a terminal, else JSON."""
    node_name: str = Field(default_factory=socket.gethostname, min_length=1, max_length=100)
    """Name of this machine in lists."""
    timezone: TimeZone = Field("UTC", json_schema_extra=_STORED)
    """Time zone of schedules and of people who chose none."""
    require_factor: Literal["nobody", "admin", "operator", "viewer", "guest"] = Field(
        "nobody", json_schema_extra=_STORED
    )
    """Who needs a second factor beside the password: roles of this one's rank or a higher one."""
    event_retention_days: int = Field(30, ge=1, le=3650, json_schema_extra=_STORED)
    """Days after which events are deleted."""
    audit_retention_days: int = Field(365, ge=30, le=3650, json_schema_extra=_STORED)
    """Days after which entries of the audit log are trimmed."""
    max_media_bytes: int = Field(5 * GB, ge=10_000_000, json_schema_extra=_STORED)
    """Most bytes of pictures and clips to keep; the smaller of this and max_media_percent counts."""
    max_media_percent: float = Field(10, gt=0, le=90, json_schema_extra=_STORED)
    """Most per cent of the volume that pictures and clips may take."""
    min_free_percent: float = Field(5, ge=1, le=50, json_schema_extra=_STORED)
    """Per cent of the volume that stay free; below it no new pictures are kept."""
    max_idle_gap_s: float = Field(2.0, ge=0.1, le=60, json_schema_extra=_STORED)
    """Seconds between keyframes up to which an idle stream is watched by keyframes alone."""

    _origins: Origins = PrivateAttr(default_factory=Origins)

    @classmethod
    def load(cls, arguments: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from command-line arguments, the environment and ``glimpser.toml``.

        SettingsInvalid names each wrong setting, what is wrong with it and where it comes from.
        """
        return cls._build(Origins.read(arguments, environment))

    def with_stored(self, stored: Mapping[str, Any]) -> Settings:
        """The same settings with those that the database holds. Values that are no longer allowed, and settings that
        cannot be stored, are left out: a hub must start."""
        return self._build(self._origins.with_stored({k: v for k, v in stored.items() if not self.refusal(k, v)}))

    @classmethod
    def refusal(cls, key: str, value: Any) -> str:
        """Why a setting cannot be stored with this JSON value; '' when it can."""
        if key not in cls.stored_keys():
            return f"{key}: cannot be changed at run time; set {'GLIMPSER_' + key.upper()} or write it to glimpser.toml"
        try:
            cls.__pydantic_validator__.validate_assignment(cls.model_construct(), key, value, strict=True)
        except ValidationError as error:
            return f"{key}: {error.errors()[0]['msg']}"
        return ""

    @classmethod
    def stored_keys(cls) -> frozenset[str]:
        """Settings that may be changed at run time."""
        return frozenset(name for name, info in cls.model_fields.items() if info.json_schema_extra is _STORED)

    @property
    def origins(self) -> Origins:
        """Where the values come from, plugins' sections included."""
        return self._origins

    def source(self, key: str) -> Source:
        found = self._origins.find(key)
        return found.source if found else "default"

    def explain(self) -> list[dict[str, Any]]:
        """Every setting as JSON: key, value (secrets masked), default, source, where, locked, schema."""
        schemas = type(self).model_json_schema()["properties"]
        values = self.model_dump(mode="json")
        rows = []
        for key, info in type(self).model_fields.items():
            found = self._origins.find(key)
            hidden = schemas[key].pop("secret", False)
            changeable = bool(schemas[key].pop("stored", False))
            rows.append(
                {
                    "key": key,
                    "value": "********" if hidden and values[key] else values[key],
                    "default": TypeAdapter(Any).dump_python(info.get_default(call_default_factory=True), mode="json"),
                    "source": found.source if found else "default",
                    "where": found.where if found else "",
                    "locked": not changeable or (found is not None and found.source != "database"),
                    "changeable": changeable,
                    "schema": schemas[key],
                }
            )
        return rows

    def host_names(self) -> set[str]:
        """Names under which this hub may be asked for, in lower case, addresses aside."""
        named = {self.host, urlsplit(self.public_url).hostname or "", *self.allowed_hosts}
        return {name.lower() for name in named if name}

    @property
    def url(self) -> str:
        """Where to reach the hub from this machine, or from anywhere when ``public_url`` is set."""
        if self.public_url:
            return self.public_url
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104  # compared, not bound
        shown = f"[{host.strip('[]')}]" if ":" in host else host
        return f"{'http' if self.tls == 'off' else 'https'}://{shown}:{self.port}"

    @property
    def key_path(self) -> Path:
        return self.key_file or self.data_dir / "secret.key"

    @property
    def worker_count(self) -> int:
        return self.workers or os.cpu_count() or 1

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key: give both or neither")
        if (self.tls == "files") != (self.tls_certificate is not None):
            raise ValueError("tls_certificate and tls_key: they belong to tls = files")
        if self.tls == "off" and not (self._loopback() or self.allow_insecure_http):
            raise ValueError(
                f"host: {self.host} is reachable from other machines; set tls to self-signed, or to files with "
                "tls_certificate and tls_key, or allow_insecure_http to serve without encryption"
            )
        return self

    @property
    def beyond_this_machine(self) -> bool:
        """Whether other machines reach the hub."""
        return not self._loopback()

    def _loopback(self) -> bool:
        return self.host in ("localhost", "::1", "[::1]") or self.host.startswith("127.")

    @classmethod
    def _build(cls, origins: Origins) -> Settings:
        found = {key: origins.find(key) for key in cls.model_fields}
        unknown = sorted(origins.document.keys() - cls.model_fields.keys() - {"plugins"})
        if unknown:
            raise SettingsInvalid(*(f"{key}: no such setting ({origins.file})" for key in unknown))
        try:
            settings = cls.model_validate({key: item.value for key, item in found.items() if item})
        except ValidationError as error:
            raise SettingsInvalid(*(_sentence(origins, e["loc"], e["msg"]) for e in error.errors())) from None
        settings._origins = origins
        return settings


def _sentence(origins: Origins, location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    if not location:
        return text
    key = str(location[0])
    found = origins.find(key)
    shown = "" if key == "database_url" or not found else f" {found.value!r}"
    place = f" (from {found.where})" if found else ""
    return f"{key}:{shown} is not allowed: {text[:1].lower()}{text[1:]}{place}"
