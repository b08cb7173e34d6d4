"""Configuration documents of streams, with this installation's key and references."""

from __future__ import annotations

from typing import Any

from glimpser.plugins import changes, config
from glimpser.plugins.documents import escape, is_reference
from glimpser.redaction import redactor
from glimpser.secrets import Place, SecretBox
from glimpser_sdk.lazy import Lazy


class Documents:
    """See ``glimpser.plugins.config``; secrets that come in clear are taught to the log's redactor."""

    def __init__(self, box: SecretBox, references: config.References) -> None:
        self._box = box
        self._references = references

    def check(self, reference: Lazy, document: dict[str, Any], pointer: str) -> dict[str, Any]:
        """The document unchanged, or DocumentInvalid with every wrong field as JSON pointers below ``pointer``."""
        config.without_sealed(document, pointer)
        made = config.validate(
            config.load_model(reference), config.resolve(document, self._references, pointer), pointer
        )
        _same_types(document, config.in_clear(made), pointer)
        return document

    def seal(self, reference: Lazy, document: dict[str, Any], place: Place) -> dict[str, Any]:
        """As the database keeps it: secrets encrypted for this place."""
        sealed: dict[str, Any] = config.seal(config.load_model(reference), document, self._box, place)
        return sealed

    def unseal(self, document: dict[str, Any], place: Place) -> dict[str, Any]:
        """As it was written. SecretUnreadable for what does not open with this key."""
        plain: dict[str, Any] = config.unseal(document, self._box, place)
        return plain

    def opened(self, document: dict[str, Any], place: Place) -> dict[str, Any]:
        """As it was written, but that what does not open with this key stays encrypted."""
        plain: dict[str, Any] = config.opened(document, self._box, place)
        return plain

    def in_clear(self, reference: Lazy, document: dict[str, Any], pointer: str | None = None) -> dict[str, Any]:
        """What a worker gets of an unsealed document: references replaced, secrets readable. With a ``pointer`` it is
        checked as well: DocumentInvalid names the fields below it."""
        model = config.load_model(reference)
        resolved: dict[str, Any] = config.resolve(document, self._references, pointer or "")
        if pointer is not None:
            config.validate(model, resolved, pointer)
        redactor.learn(config.secrets_in(model, resolved))
        return resolved

    def mask(self, reference: Lazy | None, document: dict[str, Any], place: Place) -> dict[str, Any]:
        """As it may be shown. ``reference`` None: the plugin is gone, every value is masked."""
        model = config.load_model(reference) if reference is not None else None
        masked: dict[str, Any] = config.mask(model, self.opened(document, place))
        return masked

    def patch(self, reference: Lazy, kept: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
        """A merge patch on an unsealed document; see ``glimpser.plugins.changes``."""
        changed: dict[str, Any] = changes.patched(config.load_model(reference), kept, patch)
        return changed

    def moved(self, reference: Lazy, kept: dict[str, Any], new: dict[str, Any]) -> bool:
        """Whether a changed document, both unsealed, points elsewhere than the kept one."""
        return changes.moved(config.load_model(reference), kept, new)

    def left_behind(self, reference: Lazy, kept: dict[str, Any], patch: dict[str, Any]) -> list[str]:
        """Pointers to the secrets that a merge patch leaves alone, and that do not go along to where it points."""
        return changes.left_behind(config.load_model(reference), kept, patch)


def _same_types(given: Any, made: Any, pointer: str) -> None:
    """DocumentInvalid where a value was written as another type than it is, such as "1" for a number. A reference may
    name text that stands for anything."""
    if is_reference(given):
        return
    if isinstance(given, dict) and isinstance(made, dict):
        for key in given.keys() & made.keys():
            _same_types(given[key], made[key], f"{pointer}/{escape(key)}")
    elif isinstance(given, list) and isinstance(made, list):
        for number, (one, other) in enumerate(zip(given, made, strict=False)):
            _same_types(one, other, f"{pointer}/{number}")
    elif made is not None and _type(given) != _type(made):
        raise config.DocumentInvalid(config.FieldError(pointer, "type", f"use {_type(made)}, not {_type(given)}"))


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "text" if isinstance(value, str) else "a structure"
