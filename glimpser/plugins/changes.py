"""Changing a document whose secrets the one who changes it has never seen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pydantic import BaseModel

from glimpser.plugins.config import REENTER, DocumentInvalid, FieldError, mask
from glimpser.plugins.documents import is_reference, map_leaves, merge_patch
from glimpser.redaction import MASK
from glimpser.secrets import is_encrypted

_PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322, "rtmp": 1935, "rtmps": 443}
_PLACE = re.compile(r"(.*[_-])?(host|hostname|server|address|endpoint|domain|port|url|uri)s?", re.IGNORECASE)
_GONE = object()


def patched(model: type[BaseModel], old: Any, patch: Any) -> Any:
    """``old`` (unsealed) with a JSON merge patch: secrets that are left out or masked stay as they are."""
    return replaced(model, old, merge_patch(mask(model, old), patch))


def moved(model: type[BaseModel], old: Any, new: Any) -> bool:
    """Whether a changed document points elsewhere than the old one; both unsealed."""
    shown = mask(model, old)
    return not _same_places(_places(model, _aligned(new, shown, old)), _places(model, new), _places(model, old))


def left_behind(model: type[BaseModel], old: Any, patch: Any) -> list[str]:
    """Pointers to the masked secrets that ``patched`` drops, because the document points elsewhere than before."""
    shown = mask(model, old)
    new = merge_patch(shown, patch)
    before = _aligned(new, shown, old)
    if _same_places(_places(model, before), _places(model, new), _places(model, old)):
        return []
    found: list[str] = []

    def change(pointer: str, value: Any, secret: bool) -> Any:
        if isinstance(value, str) and MASK in value and (not secret or value == MASK):
            found.append(pointer)
        return value

    map_leaves(model, new, change)
    return found


def replaced(model: type[BaseModel], old: Any, new: Any) -> Any:
    """``new`` with every masked secret put back from ``old`` (unsealed); a secret that is left out is removed.

    Secrets stay only with the address they were entered for: when a host, port or scheme in the document changes,
    those that were not entered anew are dropped. DocumentInvalid for a mask in whose place nothing is stored.
    """
    before = _aligned(new, mask(model, old), old)
    stays = _same_places(_places(model, before), _places(model, new), _places(model, old))

    def change(pointer: str, value: Any, secret: bool) -> Any:
        if not isinstance(value, str) or MASK not in value or (secret and value != MASK):
            return value
        kept = _at(before, pointer)
        if not stays:
            return _GONE if value == MASK else _without_masks(value)
        if is_encrypted(kept):
            raise DocumentInvalid(FieldError(pointer, "secret.unreadable", REENTER))
        if value == MASK and kept not in (None, MASK):
            return kept
        if value != MASK and isinstance(kept, str):
            return _with_secrets_of(value, kept)
        raise DocumentInvalid(FieldError(pointer, "secret_required", "nothing is stored here; enter the secret itself"))

    return _pruned(map_leaves(model, new, change))


def _aligned(new: Any, shown: Any, old: Any) -> Any:
    """``old`` in the shape of ``new``: list items are found again by what was shown of them, then by position."""
    if isinstance(new, Mapping) and isinstance(old, Mapping) and not is_reference(old):
        shown = shown if isinstance(shown, Mapping) else {}
        return {key: _aligned(value, shown.get(key), old.get(key)) for key, value in new.items()}
    if not (isinstance(new, list) and isinstance(old, list) and isinstance(shown, list)):
        return old
    free = set(range(len(old)))
    match: dict[int, int] = {}
    for i, item in enumerate(new):
        j = i if i in free and shown[i] == item else next((j for j in sorted(free) if shown[j] == item), None)
        if j is not None:
            match[i] = j
            free.remove(j)
    for i in range(len(new)):
        # A changed item keeps its place only while nothing was added or removed: another item's secret is none of its.
        if i not in match and i in free and len(new) == len(old):
            match[i] = i
            free.remove(i)
    return [_aligned(v, shown[match[i]], old[match[i]]) if i in match else None for i, v in enumerate(new)]


def _at(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping):
            document = document.get(key)
        elif isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        else:
            return None
    return document


def _places(model: type[BaseModel], document: Any) -> dict[str, str]:
    """Where the document points to: origins of URLs, and values of fields named like addresses, by pointer."""
    found: dict[str, str] = {}

    def change(pointer: str, value: Any, secret: bool) -> Any:
        name = next((part for part in reversed(pointer.split("/")) if not part.isdecimal()), "")
        origin = _origin(value) if isinstance(value, str) else ""
        if origin and not secret:
            found[pointer] = origin
        elif _PLACE.fullmatch(name) and not secret:
            found[pointer] = json.dumps(value, sort_keys=True, default=str)
        return value

    if document is not None:
        map_leaves(model, document, change)
    return found


def _same_places(before: Mapping[str, str], now: Mapping[str, str], known: Mapping[str, str]) -> bool:
    """Whether nothing points elsewhere: each place is what it was, or was in the document somewhere already."""
    everywhere = set(known.values())
    return all(before[p] == place if p in before else place in everywhere for p, place in now.items())


def _origin(text: str) -> str:
    if "://" not in text:
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS.get(parts.scheme.lower(), 0)
    except ValueError:
        return text
    return f"{parts.scheme.lower()}://{(parts.hostname or '').lower()}:{port}"


def _with_secrets_of(shown: str, old: str) -> str:
    """A URL that was shown masked, with the password and query values of the old one at the same origin."""
    new, before = urlsplit(shown), urlsplit(old)
    login = new.netloc
    if f":{MASK}@" in login:
        user, _, host = login.rpartition("@")
        password = before.netloc.rpartition("@")[0].partition(":")[2]
        login = f"{user.partition(':')[0]}:{password}@{host}"
    values = dict(part.partition("=")[::2] for part in before.query.split("&"))
    query = "&".join(
        f"{name}={values.get(name, '')}" if value == MASK else part
        for part in new.query.split("&")
        for name, _, value in [part.partition("=")]
    )
    return urlunsplit(SplitResult(new.scheme, login, new.path, query, new.fragment))


def _without_masks(shown: str) -> str:
    parts = urlsplit(shown.replace(f":{MASK}@", "@"))
    query = "&".join(part for part in parts.query.split("&") if not part.endswith(f"={MASK}"))
    return urlunsplit(parts._replace(query=query))


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _pruned(item) for key, item in value.items() if item is not _GONE}
    if isinstance(value, list):
        return [_pruned(item) for item in value if item is not _GONE]
    return value
