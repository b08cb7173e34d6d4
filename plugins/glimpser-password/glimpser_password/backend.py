"""The password backend: argon2id with parameters that are part of each hash."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError, VerifyMismatchError

from glimpser_password import policy
from glimpser_password.config import PasswordConfig

if TYPE_CHECKING:
    from glimpser_sdk.auth import Account
    from glimpser_sdk.contexts import HubContext

_SALT, _DIGEST = 16, 32


class Argon2Backend:
    """Hashes and verifies; safe to use from several threads. One call takes about a tenth of a second and
    ``memory_mib`` of memory, on purpose."""

    def __init__(self, ctx: HubContext) -> None:
        config = ctx.config or PasswordConfig()
        self._log = ctx.log
        self._min_length: int = config.min_length
        self._hasher = PasswordHasher(
            time_cost=config.passes,
            memory_cost=config.memory_mib * 1024,
            parallelism=1,
            hash_len=_DIGEST,
            salt_len=_SALT,
        )
        self._nobody = _matches_nothing(config)

    def hash(self, password: str) -> str:
        """An argon2 hash with salt and parameters. ConfigInvalid(field="password") when the password is not allowed."""
        policy.check(password, self._min_length)
        return self._hasher.hash(policy.normalized(password))

    def verify(self, account: Account | None, password: str) -> bool:
        """Whether it is the account's password. Who does not exist, or has no password, costs the same time."""
        kept = account.password_hash if account is not None else None
        if len(password) > policy.MAX_LENGTH:
            # Nobody's password is that long, and hashing whatever was sent would be a way to keep the hub busy.
            password, kept = "", None
        secret = policy.normalized(password).encode(errors="surrogatepass")
        try:
            return self._hasher.verify(kept or self._nobody, secret)
        except VerifyMismatchError:
            return False
        except (Argon2Error, InvalidHashError):
            self._log.warning("the stored hash of user %s cannot be read", account.id if account else "?")
            return False

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than are configured now."""
        try:
            return self._hasher.check_needs_rehash(password_hash)
        except InvalidHashError:
            return True


def _matches_nothing(config: PasswordConfig) -> str:
    """A hash that is as much work as any and whose digest is chance, so that it needs no hashing to be made."""
    salt, digest = (base64.b64encode(os.urandom(n)).decode().rstrip("=") for n in (_SALT, _DIGEST))
    return f"$argon2id$v=19$m={config.memory_mib * 1024},t={config.passes},p=1${salt}${digest}"
