"""Where a feed comes from, after everything that may be refused was refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from glimpser_ffmpeg.config import FfmpegConfig, scheme_of
from glimpser_sdk.errors import ConfigInvalid, NotReady

if TYPE_CHECKING:
    from glimpser_sdk.contexts import WorkerContext


@dataclass(frozen=True, slots=True)
class Target:
    """``url``: what FFmpeg opens. ``proxy``: the proxy for http and https. ``agent``: by what a relay knows us.
    ``host``: whose certificate is asked for where ``url`` names an address instead. ``scheme``: as it was
    configured."""

    scheme: str
    url: str
    proxy: str | None = None
    agent: str = ""
    host: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it is a file, which has an end and no speed of its own."""
        return self.scheme == "file"


def target(ctx: WorkerContext, config: FfmpegConfig, feed: str) -> Target:
    """Check and pin the address of a feed. Raises ConfigInvalid or NotReady; blocks up to 10 s."""
    address = config.address(feed)
    field = "sub_url" if feed == "sub" else "url"
    if address is None:
        raise ConfigInvalid(f"the feed {feed!r} has no address", field=field)
    scheme = scheme_of(address)
    if scheme == "v4l2":
        return Target(scheme, address)
    if scheme == "file":
        return Target(scheme, f"file:{_below(ctx.media_roots, address, field)}")
    opened = ctx.egress.open(address)
    return Target(scheme, opened.url, opened.proxy, opened.agent, urlsplit(address).hostname or "")


def _below(roots: tuple[Path, ...], address: str, field: str) -> Path:
    """The real path of a file, which must lie below a media folder wherever its links lead."""
    path = Path(unquote(address.removeprefix("file://")) if address.startswith("file:") else address)
    try:
        real = path.resolve()
        allowed = any(real.is_relative_to(root.resolve()) for root in roots)
    except (OSError, RuntimeError):
        allowed = False
    if not allowed:
        raise ConfigInvalid("Only files below a media folder may be opened.", field=field, code="file.outside")
    if not real.is_file():
        raise NotReady(code="file.not_found")
    return real
