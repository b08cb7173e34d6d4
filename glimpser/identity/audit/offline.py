"""The log from the command line, whether or not a hub is running: what commands change is written to it, and it is
checked."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glimpser.database import Database, carrier
from glimpser_sdk.errors import NotReady

from . import chain
from .entries import Asking, Entry, asking, entry
from .export import check
from .pending import Pending
from .sealing import KEY_FILE, HeadFile, Seal
from .verify import Verdict, verify

if TYPE_CHECKING:
    from glimpser.settings import Settings


COMMAND_LINE = "command_line"


def at_command_line() -> None:
    """What this task does from now on, somebody at the hub's machine did."""
    asking.set(Asking((COMMAND_LINE, getpass.getuser(), COMMAND_LINE)))


def commanded(settings: Settings, action: str, *, object: tuple[str, str], **data: Any) -> AbstractContextManager[None]:
    """Within the block the first change to the database takes an entry with it; without a change there is none.
    SecretError when the key cannot be used."""
    seal = Seal.of(settings.data_dir)

    async def append(conn: Any, made: Entry) -> None:
        await chain.append(conn, seal, [made])

    at_command_line()
    return _carrying(Pending(entry(action, object=object, **data), append))


@contextmanager
def _carrying(pending: Pending) -> Iterator[None]:
    token = carrier.set(pending)
    try:
        yield
    finally:
        carrier.reset(token)


async def verify_log(settings: Settings) -> Verdict:
    """Look at every entry of a hub's log. NotReady where there is no log to look at."""
    seal = _seal(settings)
    db = Database(settings.database_url, settings.data_dir)
    await db.open()
    try:
        return await verify(seal, HeadFile(settings.data_dir, seal))
    finally:
        await db.close()


def verify_export(settings: Settings, file: Path) -> int:
    """The number of entries of a signed export of this hub. ExportInvalid when it was altered; NotReady; OSError."""
    return check(file, _seal(settings).signer().public_key().public_bytes_raw())


def _seal(settings: Settings) -> Seal:
    if not (settings.data_dir / KEY_FILE).exists():
        raise NotReady(
            f"there is no {KEY_FILE} in {settings.data_dir}: either no hub ran here yet, or its audit log can never be "
            "checked again"
        )
    return Seal.of(settings.data_dir)
