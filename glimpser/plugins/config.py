"""Configuration documents, of plugins and of streams alike: check, seal, resolve, mask and change them.

A document is JSON as a person wrote it. Stored, its secrets are sealed; shown, they are masked; only ``resolve`` gives
it in clear, with ``{"$env": NAME}`` and ``{"$file": PATH}`` replaced, and that is never stored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError

from glimpser.plugins.documents import escape, is_reference, map_leaves
from glimpser.redaction import MASK, mask_url
from glimpser.secrets import Place, SecretBox, SecretError, is_encrypted
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.lazy import Lazy

M = TypeVar("M", bound=BaseModel)
MAX_FILE = 64 * 1024
MAX_DEPTH = 64
REENTER = "this is an encrypted secret that cannot be used as it is: enter the secret itself"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field. ``pointer``: JSON pointer. No value is ever part of it: it may be a secret."""

    pointer: str
    code: str
    message: str


class DocumentInvalid(ConfigInvalid):
    """A document that does not fit its model, with all its faults; ``field`` is the first one's pointer."""

    reason_code = ConfigInvalid.default_code

    def __init__(self, *errors: FieldError) -> None:
        text = "; ".join(f"{e.pointer or '/'}: {e.message}" for e in errors)
        super().__init__(text, field=errors[0].pointer, code=self.reason_code)
        self.errors = errors


class SecretUnreadable(DocumentInvalid):
    """A stored document with a secret that this installation's keys do not open."""

    reason_code = "secret.unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What ``$env`` and ``$file`` may reach. The hub's own variables are not among it: they hold its secrets.
    ``folders``: where secret files lie; ``key``: one of them that is the hub's own."""

    folders: tuple[Path, ...] = (Path("/run/secrets"),)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    key: Path | None = None

    @classmethod
    def of(cls, data_dir: Path, key: Path) -> References:
        """Files below ``/run/secrets``, systemd's credentials folder and ``secrets`` in the data folder, the key of all
        secrets aside."""
        credentials = os.environ.get("CREDENTIALS_DIRECTORY")
        extra = [Path(credentials)] if credentials else []
        return cls(folders=(Path("/run/secrets"), *extra, data_dir / "secrets"), key=key)

    def get(self, reference: Mapping[str, Any], pointer: str) -> str:
        """The value that is referred to. DocumentInvalid when there is none."""
        (kind, name) = next(iter(reference.items()))
        if not isinstance(name, str) or not name:
            raise DocumentInvalid(FieldError(pointer, "reference", f"{kind} must name something"))
        return self._variable(name, pointer) if kind == "$env" else self._file(name, pointer)

    def _variable(self, name: str, pointer: str) -> str:
        if name.startswith("GLIMPSER_"):
            raise DocumentInvalid(FieldError(pointer, "reference", f"{name} is the hub's own and cannot be used here"))
        if name not in self.environment:
            raise DocumentInvalid(FieldError(pointer, "reference", f"the hub has no environment variable {name}"))
        return self.environment[name]

    def _file(self, name: str, pointer: str) -> str:
        path = Path(name).resolve()
        if not any(path.is_relative_to(folder.resolve()) for folder in self.folders):
            allowed = ", ".join(str(folder) for folder in self.folders)
            raise DocumentInvalid(FieldError(pointer, "reference", f"$file must lie below {allowed}"))
        if self.key is not None and path == self.key.resolve():
            raise DocumentInvalid(
                FieldError(pointer, "reference", "this file is the hub's own and cannot be used here")
            )
        try:
            with path.open("rb") as stream:
                return stream.read(MAX_FILE).decode().rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise DocumentInvalid(FieldError(pointer, "reference", "this file cannot be read as text")) from None


def unkeepable(value: Any) -> FieldError | None:
    """What of a JSON value no field takes: nesting beyond MAX_DEPTH, and NUL, which PostgreSQL keeps in no text."""
    todo = [("", value, 1)]
    while todo:
        pointer, item, depth = todo.pop()
        if depth > MAX_DEPTH:
            return FieldError("", "too_deep", f"nested deeper than {MAX_DEPTH} levels")
        texts = [item] if isinstance(item, str) else item if isinstance(item, dict) else ()
        if any("\0" in text for text in texts):
            return FieldError(pointer, "nul", "text cannot hold the character U+0000")
        children = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        todo += ((f"{pointer}/{escape(key)}", child, depth + 1) for key, child in children)
    return None


def load_model(reference: Lazy) -> type[BaseModel]:
    """The model that a spec names. ConfigInvalid when it cannot be imported or is none."""
    try:
        model = reference.load()
    except Exception as error:  # a plugin's module: anything may come out of it
        raise ConfigInvalid(f"{reference} cannot be imported: {error}", code="plugin.model") from error
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise ConfigInvalid(f"{reference} is no configuration model", code="plugin.model")
    return model


def validate(model: type[M], document: Any, prefix: str = "") -> M:
    """The document as an instance. DocumentInvalid with a pointer (below ``prefix``) and a message per fault."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise DocumentInvalid(
            *(
                FieldError(
                    prefix + "".join(f"/{escape(part)}" for part in e["loc"]),
                    e["type"],
                    e["msg"].removeprefix("Value error, "),
                )
                for e in error.errors(include_input=False, include_url=False)
            )
        ) from None


def in_clear(instance: BaseModel) -> dict[str, Any]:
    """A valid instance as JSON with defaults filled in and secrets in clear: for a worker, never for people."""

    def plain(value: Any) -> Any:
        if isinstance(value, SecretStr):
            return value.get_secret_value()
        if isinstance(value, SecretBytes):
            return value.get_secret_value().decode()
        if isinstance(value, BaseModel):
            return {info.alias or name: plain(getattr(value, name)) for name, info in type(value).model_fields.items()}
        if isinstance(value, Mapping):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [plain(item) for item in value]
        return _jsonable(value)

    result: dict[str, Any] = plain(instance)
    return result


def _jsonable(value: Any) -> Any:
    from pydantic_core import to_jsonable_python

    return to_jsonable_python(value)


def mask(model: type[BaseModel] | None, document: Any) -> Any:
    """The document to show: secrets, and passwords in URLs, are ``"********"``. References are shown as written.
    Without a model (its plugin is gone) every value is masked."""

    def change(pointer: str, value: Any, secret: bool) -> Any:
        if is_encrypted(value):
            return MASK
        if is_reference(value):
            return value
        if secret or model is None:
            return MASK
        return mask_url(value) if isinstance(value, str) else value

    return map_leaves(model, document, change)


def seal(model: type[BaseModel], document: Any, box: SecretBox, place: Place) -> Any:
    """The document to store in this place: secrets, and URLs that hold one, are encrypted."""

    def change(pointer: str, value: Any, secret: bool) -> Any:
        if is_reference(value):
            return value
        return box.encrypt(value, place.below(pointer)) if secret or _holds_secret(value) else value

    return map_leaves(model, document, change)


def unseal(document: Any, box: SecretBox, place: Place) -> Any:
    """The document of this place as it was written, references left as they are. SecretUnreadable for what does not
    open."""

    def change(pointer: str, value: Any, secret: bool) -> Any:
        if not is_encrypted(value):
            return value
        try:
            return box.decrypt(value, place.below(pointer))
        except SecretError as error:
            raise SecretUnreadable(FieldError(pointer, "secret.unreadable", str(error))) from None

    return map_leaves(None, document, change)


def opened(document: Any, box: SecretBox, place: Place) -> Any:
    """The same as far as it opens: what does not stays encrypted."""

    def change(pointer: str, value: Any, secret: bool) -> Any:
        try:
            return box.decrypt(value, place.below(pointer)) if is_encrypted(value) else value
        except SecretError:
            return value

    return map_leaves(None, document, change)


def resolve(document: Any, references: References, prefix: str = "") -> Any:
    """An unsealed document with references replaced by what they name. DocumentInvalid when one names nothing."""

    def change(pointer: str, value: Any, secret: bool) -> Any:
        return references.get(value, prefix + pointer) if is_reference(value) else value

    return map_leaves(None, document, change)


def secrets_in(model: type[BaseModel], document: Any) -> list[str]:
    """The secret texts of a resolved document, for the log's redactor."""
    found: list[str] = []

    def change(pointer: str, value: Any, secret: bool) -> Any:
        if isinstance(value, str) and (secret or _holds_secret(value)):
            found.append(value)
        return value

    map_leaves(model, document, change)
    return found


def references_in(document: Any) -> dict[str, Any]:
    """By pointer, what in it is taken from the hub's environment or files, which not everybody may ask for."""
    found: dict[str, Any] = {}

    def change(pointer: str, value: Any, secret: bool) -> Any:
        if is_reference(value) and not is_encrypted(value):
            found[pointer] = value
        return value

    map_leaves(None, document, change)
    return found


def without_sealed(document: Any, prefix: str = "") -> None:
    """DocumentInvalid when a document holds ``$enc``: given from outside, or stored and not to be opened."""

    def change(pointer: str, value: Any, secret: bool) -> Any:
        if is_encrypted(value):
            raise DocumentInvalid(FieldError(prefix + pointer, "reference", REENTER))
        return value

    map_leaves(None, document, change)


def _holds_secret(value: Any) -> bool:
    return isinstance(value, str) and mask_url(value) != value
