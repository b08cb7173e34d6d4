"""Where the value of a setting comes from: argument > environment > glimpser.toml > database > default.

Light on purpose: ``glimpser plugins list`` finds the data folder by it without building the settings model.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import platformdirs

Source = Literal["argument", "environment", "file", "database", "default"]

FILE_NAME = "glimpser.toml"
PREFIX = "GLIMPSER_"


class SettingsInvalid(Exception):
    """Settings that cannot be used. ``problems``: one sentence each, beginning with the setting's name."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Found:
    """A value as it was written, and where. ``where`` names the place to people: a variable, a file, an option."""

    value: Any
    source: Source
    where: str


def default_data_dir() -> Path:
    return platformdirs.user_data_path("glimpser", appauthor=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """The places that were read. ``file`` is None when there is no ``glimpser.toml``."""

    arguments: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None
    document: Mapping[str, Any] = field(default_factory=dict)
    stored: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, arguments: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Origins:
        """Read the environment and ``glimpser.toml``, which is named by ``--config`` or ``GLIMPSER_CONFIG`` or lies in
        the data folder. Arguments that are None count as not given. SettingsInvalid when the file cannot be read."""
        given = {key: value for key, value in (arguments or {}).items() if value is not None}
        variables = {k: v for k, v in (os.environ if environment is None else environment).items() if k[:9] == PREFIX}
        origins = cls(arguments=given, environment=variables)
        named = origins.find("config")
        file = absolute(named.value) if named else origins.data_dir / FILE_NAME
        document = _read(file, required=named is not None)
        return origins if document is None else replace(origins, file=file, document=document)

    def with_stored(self, stored: Mapping[str, Any]) -> Origins:
        """The same with what the database holds."""
        return replace(self, stored=stored)

    def find(self, key: str) -> Found | None:
        """The value that counts, or None when the default does."""
        if key in self.arguments:
            return Found(self.arguments[key], "argument", f"--{key.replace('_', '-')}")
        if (variable := PREFIX + key.upper()) in self.environment:
            return Found(self.environment[variable], "environment", variable)
        # In the file, the table [plugins] holds the plugins' own settings beside the list of allowed ones.
        top = self.document.get("plugins", {}) if key == "plugins" else self.document
        name = "allow" if key == "plugins" else key
        if name in top:
            return Found(top[name], "file", str(self.file))
        if key in self.stored:
            return Found(self.stored[key], "database", "the database")
        return None

    @property
    def data_dir(self) -> Path:
        """The data folder, absolute."""
        found = self.find("data_dir")
        return absolute(found.value) if found else default_data_dir()

    def plugin_section(self, plugin_id: str) -> dict[str, Any]:
        """``[plugins.ID]`` of the file."""
        section = self.document.get("plugins", {}).get(plugin_id, {})
        if not isinstance(section, dict):
            raise SettingsInvalid(f"plugins.{plugin_id}: must be a table ({self.file})")
        return dict(section)

    def plugin_variables(self, plugin_id: str) -> dict[str, str]:
        """``GLIMPSER_<ID>__FIELD`` variables by their part after the id, in lower case."""
        prefix = f"{PREFIX}{plugin_id.upper().replace('-', '_')}__"
        return {key.removeprefix(prefix).lower(): v for key, v in self.environment.items() if key.startswith(prefix)}


def absolute(path: str | Path) -> Path:
    """A path as written in a setting; ``~`` is the home folder."""
    return Path(os.path.expanduser(path)).absolute()


def split_list(value: Any) -> Any:
    """A comma-separated text as a list; anything else unchanged."""
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


def _read(file: Path, *, required: bool) -> dict[str, Any] | None:
    try:
        with file.open("rb") as stream:
            document = tomllib.load(stream)
    except (FileNotFoundError, NotADirectoryError):
        if required:
            raise SettingsInvalid(f"config: there is no file {file}") from None
        return None
    except OSError as error:
        raise SettingsInvalid(f"config: {file} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"config: {file} is not valid TOML: {error}") from None
    except ValueError as error:
        raise SettingsInvalid(f"config: {str(file)!r} is no path: {error}") from None
    if not isinstance(document.get("plugins", {}), dict):
        raise SettingsInvalid(f"plugins: write a table, [plugins] with allow = [...] ({file})")
    return document
