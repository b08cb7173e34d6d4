"""Identity: proves who is asking and answers what they may do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from glimpser.database import Database
from glimpser.database.models import User
from glimpser_sdk.auth import Account, PasswordBackend
from glimpser_sdk.errors import NotReady

from . import devices, ranks, sessions, users
from .bootstrap import Bootstrap
from .limiter import SignInLimiter, counters
from .permissions import Catalogue
from .policy import Principal
from .rights import Rights, of_user

NO_PASSWORDS = "nobody can sign in with a password: install a password plugin (pip install glimpser-password)"


class Locked(Exception):
    """Too many failures; ``retry_after`` in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many failures")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """``token``: of the new session. ``device``: for a browser that was not known yet."""

    token: str
    device: str | None


def _principal(user: User, rights: Rights, rank: int, *, kind: str, proof: str) -> Principal:
    return Principal(id=user.id, name=user.name, role=user.role, rank=rank, kind=kind, session_id=proof,
                     hubwide=rights.hubwide, grants=rights.grants)  # fmt: skip


class Identity:
    """Users, sessions, keys and permissions of this hub."""

    def __init__(
        self, db: Database, data_dir: Path, *, permissions: Catalogue, passwords: PasswordBackend | None = None
    ) -> None:
        self._db = db
        self.permissions = permissions
        self.bootstrap = Bootstrap(data_dir)
        self.passwords = passwords
        self._limiter = SignInLimiter(db)
        self._hashing = asyncio.Semaphore(2)
        self.on_revoked: list[Callable[[list[str]], None]] = []
        """Called with the ids of sessions that ended, so that open responses end too."""

    # --- who is asking -------------------------------------------------------------------------------------------

    async def by_session(self, token: str) -> Principal | None:
        """The principal of a session cookie."""
        found = await sessions.find(token)
        if found is None:
            return None
        session, user = found
        if sessions.stale(session):
            await self._db.write(lambda conn: sessions.touch(conn, session.id))
        return _principal(user, *await of_user(self.permissions, user), kind="user", proof=session.id)

    async def by_key(self, key: str) -> Principal | None:
        """The principal of an API key: its owner's permissions, cut down to its scopes and streams."""
        found = await users.find_key(key)
        if found is None:
            return None
        row, user = found
        rights, rank = await of_user(self.permissions, user)
        if row.scopes:
            rights = rights.scoped(row.scopes)
        if row.streams is not None:
            rights = rights.on(row.streams, self.permissions.per_stream)
        return _principal(user, rights, rank, kind="api_key", proof=row.id)

    # --- signing in and out ----------------------------------------------------------------------------------------

    def _backend(self) -> PasswordBackend:
        if self.passwords is None:
            raise NotReady(NO_PASSWORDS, code="auth.no_password_backend")
        return self.passwords

    async def hash(self, password: str) -> str:
        """Hash off the event loop, two at a time. ConfigInvalid when the password is not allowed."""
        backend = self._backend()
        async with self._hashing:
            return await asyncio.to_thread(backend.hash, password)

    async def sign_in(
        self, name: str, password: str, *, address: str, user_agent: str, device: str | None = None
    ) -> SignedIn | None:
        """None when name and password do not match. ``device``: the token that the browser has from an earlier time.
        Locked after too many failures."""
        backend = self._backend()
        user = await User.filter(name_key=name.casefold(), active=True).first()
        device_id = await devices.known(user.id if user else None, device)
        counted = counters(name, address, device_id)
        wait = await self._limiter.locked_for(counted)
        if wait > 0:
            raise Locked(wait)
        account = Account(id=user.id, name=user.name, password_hash=user.password_hash) if user else None
        async with self._hashing:
            good = await asyncio.to_thread(backend.verify, account, password)
        if not good or user is None:
            await self._limiter.failed(counted)
            return None
        await self._limiter.succeeded(counted)
        if user.password_hash and backend.outdated(user.password_hash):
            fresh = await self.hash(password)
            await self._db.write(lambda conn: User.filter(id=user.id).using_db(conn).update(password_hash=fresh))
        return await self._open_session(user, device_id, address=address, user_agent=user_agent)

    async def _open_session(self, user: User, device_id: str | None, *, address: str, user_agent: str) -> SignedIn:
        async def change(conn: Any) -> tuple[str, str | None]:
            token, _ = await sessions.create(conn, user, address=address, user_agent=user_agent)
            if device_id is None:
                return token, await devices.remember(conn, user.id)
            await devices.touch(conn, device_id)
            return token, None

        token, device = await self._db.write(change)
        return SignedIn(token=token, device=device)

    async def sign_out(self, principal: Principal, *, everywhere: bool = False, session_id: str | None = None) -> int:
        """End the principal's own session, another of theirs, or all. Returns how many ended."""
        only = None if everywhere else (session_id or principal.session_id)
        ended = await self._db.write(lambda conn: sessions.revoke(conn, principal.id, only=only))
        self.ended(ended)
        return len(ended)

    def ended(self, proofs: list[str]) -> None:
        """These sessions and keys ended, or may do less: what they have open ends with them."""
        for hear in self.on_revoked:
            hear(proofs)

    async def end_sessions(self, user_id: str, *, but: str | None = None) -> None:
        """Sign a user out everywhere, ``but`` in one session."""
        self.ended(await self._db.write(lambda conn: sessions.revoke(conn, user_id, but=but)))

    async def rights_changed(self, users: Collection[str] = (), roles: Collection[str] = ()) -> None:
        """Open responses of these users, and of everybody with these roles, begin anew with what they may do now."""
        self.ended(await ranks.proofs(users, roles))

    async def locks(self, names: Collection[str]) -> dict[str, datetime]:
        """Until when sign-ins are refused from somewhere, by folded name."""
        return await self._limiter.locks(names)

    async def unlock(self, name: str) -> None:
        """Forget all failures of a name."""
        await self._limiter.unlock(name)

    async def set_password(self, principal: Principal, current: str, new: str) -> bool:
        """Change the principal's own password; all other sessions end. False when ``current`` is wrong."""
        backend = self._backend()
        user = await User.get(id=principal.id)
        account = Account(id=user.id, name=user.name, password_hash=user.password_hash)
        async with self._hashing:
            good = await asyncio.to_thread(backend.verify, account, current)
        if not good:
            return False
        fresh = await self.hash(new)

        async def change(conn: Any) -> list[str]:
            await User.filter(id=user.id).using_db(conn).update(password_hash=fresh)
            return await sessions.revoke(conn, user.id, but=principal.session_id)

        self.ended(await self._db.write(change))
        return True

    # --- the first administrator -----------------------------------------------------------------------------------

    async def setup_needed(self) -> bool:
        """Whether nobody administers this hub yet."""
        return not self.bootstrap.done and not await User.filter(role="admin").exists()

    async def sign_up(self, token: str, name: str, password: str, *, address: str, user_agent: str) -> SignedIn | None:
        """Make the first administrator with a set-up token; None when the token is not valid (any more)."""
        if not self.bootstrap.check(token) or not await self.setup_needed():
            return None
        users.check_name(name)
        users.check_password(name, password)
        password_hash = await self.hash(password)

        async def change(conn: Any) -> User | None:
            # Two browsers may race with one token; the writer runs one after the other.
            if self.bootstrap.done or await User.filter(role="admin").using_db(conn).exists():
                return None
            return await users.create(conn, name=name, role="admin", password_hash=password_hash)

        user = await self._db.write(change)
        if user is None:
            return None
        self.bootstrap.finish()
        return await self._open_session(user, None, address=address, user_agent=user_agent)

    async def create_user(self, name: str, role: str, password: str) -> str:
        """Make a user; returns the id. ConfigInvalid when name, role or password are not allowed."""
        users.check_name(name)
        users.check_role(role)
        users.check_password(name, password)
        password_hash = await self.hash(password)
        user: User = await self._db.write(
            lambda conn: users.create(conn, name=name, role=role, password_hash=password_hash)
        )
        if role == "admin":
            self.bootstrap.finish()
        return user.id
