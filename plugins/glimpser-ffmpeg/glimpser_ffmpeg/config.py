"""What a person says about one stream."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field

from glimpser_sdk.config import PluginConfig, SecretStr

NETWORK = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "srt", "http", "https"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ADVANCED = {"x-advanced": True}
_FILE = {"field": "url", "matches": "^(/(?!dev/)|file:)"}
_DEVICE = re.compile(r"/dev/video\d+")


def scheme_of(url: str) -> str:
    """The scheme in lower case; ``file`` for a plain path, ``v4l2`` for a capture device."""
    if url.startswith("/dev/"):
        return "v4l2"
    match = _SCHEME.match(url)
    return match[1].lower() if match else "file"


def _target(url: str) -> str:
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in url):
        raise ValueError("control characters are not allowed")
    scheme = scheme_of(url)
    if scheme == "v4l2":
        if not _DEVICE.fullmatch(url):
            raise ValueError("a capture device is written /dev/video0, /dev/video1, …")
    elif scheme == "file":
        if not (url.startswith(("/", "file:///"))):
            raise ValueError("a file is written as an absolute path or file:///path")
    elif scheme not in NETWORK:
        allowed = ", ".join(sorted(NETWORK | {"file"}))
        raise ValueError(f"the scheme {scheme!r} is not allowed; allowed: {allowed}, /dev/videoN")
    elif not re.match(r"[A-Za-z]+://[^/?#]", url):
        raise ValueError(f"write {scheme}://host/path")
    return url


Target = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_target)]


class FfmpegConfig(PluginConfig):
    """One video stream."""

    url: Target = Field(
        description="Address of the main picture: rtsp, rtsps, rtmp, rtmps, srt, http or https, an absolute path or "
        "file:///path below the media folders, or a capture device such as /dev/video0.",
        json_schema_extra={"format": "uri-reference"},
    )
    sub_url: Target | None = Field(
        default=None,
        description="Address of the same view in a smaller size, which is analysed where keyframes of the main one "
        "are too rare to idle on. Empty: none.",
        json_schema_extra=_ADVANCED,
    )
    username: str | None = Field(
        default=None, max_length=256, description="User name, instead of one in the address. Empty: none."
    )
    password: SecretStr | None = Field(
        default=None, max_length=256, description="Password, instead of one in the address. Empty: none."
    )
    transport: Literal["tcp", "udp"] = Field(
        default="tcp",
        description="How RTSP media travel: tcp (within the connection) or udp.",
        json_schema_extra=_ADVANCED | {"x-when": {"field": "url", "matches": "^[Rr][Tt][Ss][Pp]"}},
    )
    format: Literal["auto", "mjpeg", "hls", "mpegts", "flv", "mp4", "matroska", "h264", "hevc"] = Field(
        default="auto",
        description="Container format, where the server's answer does not show it.",
        json_schema_extra=_ADVANCED,
    )
    hwaccel: Literal["none", "auto", "cuda", "vaapi", "qsv"] = Field(
        default="none",
        description="Where to decode: none (processor), auto (the first device that works) or one kind of device. "
        "What does not work is done by the processor.",
        json_schema_extra=_ADVANCED,
    )
    timeout_s: float = Field(
        default=6.0,
        ge=2,
        le=60,
        description="Seconds without a single byte after which the connection counts as dead.",
        json_schema_extra=_ADVANCED,
    )
    verify_tls: bool = Field(
        default=True,
        description="Check the server's certificate. Turn off only for devices that sign their own.",
        json_schema_extra=_ADVANCED,
    )
    loop: bool = Field(
        default=True, description="Files: start again at the end.", json_schema_extra=_ADVANCED | {"x-when": _FILE}
    )
    realtime: bool = Field(
        default=True,
        description="Files: play at their own speed, as if live.",
        json_schema_extra=_ADVANCED | {"x-when": _FILE},
    )

    def address(self, feed: str) -> str | None:
        """The address of a feed with its credentials percent-encoded into it; None when the feed is not configured."""
        url = self.sub_url if feed == "sub" else self.url
        if url is None or scheme_of(url) not in NETWORK or not (self.username or self.password):
            return url
        scheme, _, rest = url.partition("://")
        host_end = min((i for i in (rest.find(c) for c in "/?#") if i >= 0), default=len(rest))
        host = rest[:host_end].rpartition("@")[2]
        secret = self.password.get_secret_value() if self.password else ""
        login = quote(self.username or "", safe="") + (f":{quote(secret, safe='')}" if secret else "")
        return f"{scheme}://{login}@{host}{rest[host_end:]}"
