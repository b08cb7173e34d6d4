"""Which plugins are installed: one scan of the entry points, no plugin code imported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

GROUP = "glimpser.plugins"
SDK = "glimpser-sdk"
FIRST_PARTY = frozenset(
    {
        "glimpser-clips",
        "glimpser-dashboard",
        "glimpser-ffmpeg",
        "glimpser-http",
        "glimpser-motion",
        "glimpser-notes",
        "glimpser-oidc",
        "glimpser-password",
        "glimpser-proxyauth",
        "glimpser-totp",
        "glimpser-access",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One entry point. ``sdk``: the SDK versions its distribution asks for, None when it does not say."""

    id: str
    entry: EntryPoint
    dist: str
    version: str
    sdk: SpecifierSet | None
    requirements: tuple[str, ...] = ()

    @property
    def first_party(self) -> bool:
        return canonicalize_name(self.dist) in FIRST_PARTY

    def __str__(self) -> str:
        return f"{self.dist} {self.version}".strip()


def discover() -> list[Installed]:
    """Every installed entry point of the group, ordered by id and distribution. One id may occur more than once."""
    return sorted((_installed(entry) for entry in entry_points(group=GROUP)), key=lambda found: (found.id, found.dist))


def _installed(entry: EntryPoint) -> Installed:
    dist = entry.dist
    requirements = tuple(dist.requires or ()) if dist else ()
    return Installed(
        id=entry.name,
        entry=entry,
        dist=(dist.name if dist else None) or entry.value.partition(".")[0],
        version=(dist.version if dist else None) or "",
        sdk=_sdk_range(requirements),
        requirements=requirements,
    )


def _sdk_range(requirements: Iterable[str]) -> SpecifierSet | None:
    for text in requirements:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if canonicalize_name(requirement.name) == SDK and (not requirement.marker or requirement.marker.evaluate()):
            return requirement.specifier
    return None
