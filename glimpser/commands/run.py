"""``glimpser run``: the hub, after checking what would make it fail in a less clear way."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glimpser.commands.common import (
    FOLDER_IN_USE,
    PORT_TAKEN,
    WRONG_SETTINGS,
    Fault,
    load_settings,
    settings_options,
    writable,
)
from glimpser.plugins.switches import SwitchesUnreadable

if TYPE_CHECKING:
    from glimpser.settings import Settings


@click.command()
@settings_options
@click.option("--host", help="Address to listen on; default: 127.0.0.1.")
@click.option("--port", type=int, help="TCP port to listen on; default: 8080.")
@click.option("--safe", is_flag=True, default=None, help="Load first-party plugins only.")
def run(data_dir: Path | None, config: Path | None, host: str | None, port: int | None, safe: bool | None) -> None:
    """Start the hub and serve until it is told to stop (Ctrl-C or SIGTERM)."""
    settings = load_settings(data_dir=data_dir, config=config, host=host, port=port, safe=safe)
    with claimed(settings):
        serve(settings)


@contextmanager
def claimed(settings: Settings) -> Iterator[None]:
    """The data folder for this process alone, and an address that is free. Ends with code 3 when the port is taken,
    4 or 5 when the folder cannot be used."""
    writable(settings.data_dir)
    with exclusive(settings.data_dir):
        _check_port(settings.host, settings.port)
        _check_egress(settings)
        yield


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    # Workers and the egress child find the folder by it.
    os.environ["GLIMPSER_DATA_DIR"] = str(settings.data_dir)

    from glimpser import serve
    from glimpser.database.errors import DatabaseError, DatabaseInUse
    from glimpser.egress.errors import Refused
    from glimpser.secrets import SecretError

    try:
        serve.run(settings)
    except DatabaseInUse as error:
        raise Fault(str(error), FOLDER_IN_USE) from error
    except (DatabaseError, Refused, SecretError, SwitchesUnreadable) as error:
        raise Fault(f"the hub cannot start: {error}") from error


@contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Hold the data folder against a second hub; the lock goes with the process, however it ends."""
    path = data_dir / "hub.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip()
            named = f" (process {owner})" if owner else ""
            raise Fault(
                f"another hub{named} is using the data folder {data_dir}; stop it or give another --data-dir",
                FOLDER_IN_USE,
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _check_port(host: str, port: int) -> None:
    """Try the address. The hub binds it again a moment later; this is for the clear message."""
    try:
        infos = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise Fault(f"host: {host!r} is no address of this machine", WRONG_SETTINGS) from None
    family, kind, protocol, _, address = infos[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            reasons = {
                errno.EADDRINUSE: "another program is using it; give another --port",
                errno.EACCES: "it needs a privilege; give a --port of 1024 or more",
                errno.EADDRNOTAVAIL: "this machine has no such address; give another --host",
            }
            reason = reasons.get(error.errno or 0, error.strerror or str(error))
            raise Fault(f"cannot listen on {host} port {port}: {reason}", PORT_TAKEN) from None


def _check_egress(settings: Settings) -> None:
    from glimpser.egress.client import trusting
    from glimpser.egress.policy import EgressPolicy

    try:
        EgressPolicy.parse(settings.egress_allow)
    except ValueError as error:
        raise Fault(f"egress_allow: {error}", WRONG_SETTINGS) from None
    if settings.ca_file is None:
        return
    try:
        trusting(settings.ca_file)
    except ValueError as error:
        raise Fault(f"ca_file: {error}", WRONG_SETTINGS) from None
