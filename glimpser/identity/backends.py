"""Ways to sign in besides passwords, as plugins offer them: providers that the browser is sent to, and headers of a
proxy before the hub."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from glimpser.database.models import User
from glimpser.plugins.registry import Registry
from glimpser_sdk.auth import HeaderBackend, Proven, Provider, RedirectBackend

log = logging.getLogger("glimpser.identity")

ID = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a header backend may go by: the address that the connection comes from, whatever was forwarded, and the
    headers as they came."""

    peer: str
    headers: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Redirect:
    """A provider that the browser is sent to."""

    offer: Provider
    backend: RedirectBackend

    @property
    def name(self) -> str:
        """What `Session.provider` says."""
        return f"oidc:{self.offer.id}"


@dataclass(frozen=True, slots=True)
class Header:
    """A proxy that says who is asking."""

    offer: Provider
    backend: HeaderBackend

    @property
    def name(self) -> str:
        """What `Session.provider` says."""
        return f"header:{self.offer.id}"


@dataclass(frozen=True, slots=True)
class Backends:
    """By the id that is part of their paths, in the order in which they are offered."""

    found: dict[str, Redirect | Header] = field(default_factory=dict)

    def still(self, provider: str | None, user: User, asked: Asked) -> bool:
        """Whether what opened a session still stands for it. What a header opened ends with the header."""
        kind, _, backend_id = (provider or "").partition(":")
        if kind != "header":
            return True
        header = self.found.get(backend_id)
        if not isinstance(header, Header):
            return False
        proven = header.backend.prove(asked.peer, asked.headers)
        return proven is not None and proven.name.casefold() == user.name_key

    def offered(self, asked: Asked) -> Iterator[tuple[Provider, bool]]:
        """What the sign-in page shows to who asks, and whether it proves who they are by itself."""
        for entry in self.found.values():
            if isinstance(entry, Redirect):
                yield entry.offer, False
            elif proven_by(entry, asked) is not None:
                yield entry.offer, True


def proven_by(header: Header, asked: Asked) -> Proven | None:
    """Who a proxy says is asking."""
    return header.backend.prove(asked.peer, asked.headers)


def make(registry: Registry, context_of: Any, failed: Callable[[str, Exception], None]) -> Backends:
    """Make what the running plugins offer. ``failed(plugin_id, error)`` hears of those that cannot be made."""
    found: dict[str, Redirect | Header] = {}
    for offer in list(registry.auth_backends.values()):
        spec = offer.spec
        if spec.kind not in ("oidc", "header"):
            continue
        try:
            backend = spec.factory.load()(context_of(offer.plugin))
            made = _entries(spec.kind, spec.id, spec.title, backend)
        except Exception as error:  # a plugin's code: anything may come out of it
            log.error("plugin %s: %s cannot be used to sign in: %s", offer.plugin, spec.id, error)
            failed(offer.plugin, error)
            continue
        for entry in made:
            if not ID.fullmatch(entry.offer.id) or entry.offer.id in found:
                log.error("plugin %s: the provider id %r is taken or not allowed", offer.plugin, entry.offer.id)
            else:
                found[entry.offer.id] = entry
    return Backends(found)


def _entries(kind: str, spec_id: str, title: str, backend: Any) -> list[Redirect | Header]:
    if kind == "header":
        return [Header(Provider(id=spec_id, title=title), backend)]
    return [Redirect(provider, backend) for provider in backend.providers()]
