"""What the commands share: options, settings, and errors of one line."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from glimpser.origins import Origins, SettingsInvalid

if TYPE_CHECKING:
    from glimpser.settings import Settings

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

FAILED = 1
WRONG_SETTINGS = 2
PORT_TAKEN = 3
FOLDER_UNUSABLE = 4
FOLDER_IN_USE = 5


class Fault(click.ClickException):
    """An error for people: what is wrong and what to do, without a traceback."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click reads it from the instance


def settings_options(command: F) -> F:
    """``--data-dir`` and ``--config``."""
    command = click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="The glimpser.toml to read; default: that in the data folder.",
    )(command)
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        help="Folder of all data; default: GLIMPSER_DATA_DIR.",
    )(command)


def load_origins(**arguments: Any) -> Origins:
    """Where settings come from, without checking them. Ends with code 2 when the file cannot be read."""
    return _checked(lambda: Origins.read(arguments))


def load_settings(**arguments: Any) -> Settings:
    """The settings. Ends with code 2 and one line per wrong setting."""
    from glimpser.settings import Settings

    return _checked(lambda: Settings.load(arguments))


def _checked(load: Callable[[], T]) -> T:
    try:
        return load()
    except SettingsInvalid as error:
        raise Fault("\n".join(error.problems), WRONG_SETTINGS) from None


def run_async(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end; errors that the services expect become one line."""
    from glimpser.database.errors import DatabaseError, DatabaseInUse
    from glimpser.secrets import SecretError
    from glimpser_sdk.errors import ConfigInvalid, GlimpserError

    try:
        return asyncio.run(coroutine)
    except ConfigInvalid as error:
        raise Fault(f"{error.field}: {error}" if error.field else str(error)) from error
    except DatabaseInUse as error:
        raise Fault(str(error), FOLDER_IN_USE) from error
    except (GlimpserError, DatabaseError, SecretError, OSError) as error:
        raise Fault(str(error) or type(error).__name__) from error


@contextlib.contextmanager
def audited(settings: Settings, action: str, *, object: tuple[str, str] = ("", ""), **data: Any) -> Iterator[None]:
    """Within the block the first change to the database is written to the audit log with it."""
    from glimpser.identity.audit.offline import commanded
    from glimpser.secrets import SecretError

    try:
        along = commanded(settings, action, object=object, **data)
    except SecretError as error:
        raise Fault(str(error)) from error
    with along:
        yield


def writable(folder: Path) -> None:
    """Make the data folder and try it. Fault when it cannot be used."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".write-test"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Fault(
            f"the data folder {folder} cannot be written: {error.strerror}; "
            "give another one with --data-dir or GLIMPSER_DATA_DIR",
            FOLDER_UNUSABLE,
        ) from None
