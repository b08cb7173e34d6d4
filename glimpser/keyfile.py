"""The key file: a key a line, 32 bytes in base64. The first encrypts; the others open what is not re-encrypted yet."""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from glimpser.files import write_private
from glimpser.secrets import KEY_BYTES, SecretError


class KeyMissing(SecretError):
    """There is no key file."""


class KeyUnusable(SecretError):
    """The key file cannot be read, or holds something else."""


def read_keys(path: Path) -> list[bytes]:
    """The keys, the one that encrypts first. KeyMissing, KeyUnusable, or SecretError for a file that others read."""
    try:
        if path.stat().st_mode & 0o077 and os.name == "posix":
            raise SecretError(f"the key file {path} can be read by others; run: chmod 600 {path}")
        lines = path.read_bytes().split()
    except FileNotFoundError:
        raise KeyMissing(
            f"the key file {path} is missing: restore it, or make another with glimpser secrets new-key"
        ) from None
    except OSError as error:
        raise KeyUnusable(f"the key file {path} cannot be read: {error.strerror}") from None
    try:
        keys = [base64.b64decode(line, validate=True) for line in lines]
    except binascii.Error:
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise KeyUnusable(f"the key file {path} holds no key: each line must be {KEY_BYTES} bytes in base64")
    return keys


def make_key(path: Path) -> bytes:
    """A new key in a file that only its owner may read; the key that is there when another process was faster. It
    gets its name only when it is on the disk: half a key would lose every secret. SecretError when it cannot."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        write_private(temporary, _text([new_key()]))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    except OSError as error:
        raise SecretError(f"the key file {path} cannot be made: {error.strerror}") from None
    return read_keys(path)[0]


def write_keys(path: Path, keys: Sequence[bytes]) -> None:
    """Replace the keys; the file holds all of the old or all of the new ones. SecretError when it cannot be written."""
    try:
        if path.is_symlink():
            raise SecretError(f"the key file {path} is a link; give the file itself as key_file")
        write_private(path, _text(keys))
    except OSError as error:
        raise SecretError(
            f"the key file {path} cannot be written ({error.strerror}): write the new key as its first line, above the "
            "others, where the file is made, and run this again"
        ) from None


@contextmanager
def in_use(data_dir: Path) -> Iterator[None]:
    """Within the block no rotation begins. SecretError while one runs."""
    with _locked(data_dir, fcntl.LOCK_SH, "the key is being changed: wait for glimpser secrets rotate"):
        yield


@contextmanager
def sole_user(data_dir: Path) -> Iterator[None]:
    """Within the block nobody else encrypts with the keys. SecretError while somebody may."""
    with _locked(data_dir, fcntl.LOCK_EX, "another command is using the key: try again when it is done"):
        yield


@contextmanager
def _locked(data_dir: Path, how: int, otherwise: str) -> Iterator[None]:
    # A file of its own: the key file is replaced, and with it the lock would be gone.
    with (data_dir / "secrets.lock").open("a") as lock:
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SecretError(otherwise) from None
        yield


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(KEY_BYTES)


def _text(keys: Sequence[bytes]) -> bytes:
    return b"".join(base64.b64encode(key) + b"\n" for key in keys)
