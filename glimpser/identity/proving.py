"""Proving who one is: passwords and codes of second factors. Each try is counted before it is looked at.

A name that nobody has, one that may not sign in, and one that is locked cost the same work and are told the same as a
wrong password; a lock shows by ``retry_after`` alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from glimpser.database import Database
from glimpser.database.models import Device, User
from glimpser_sdk.auth import Account, FactorBackend, PasswordBackend
from glimpser_sdk.errors import NotReady

from . import devices
from .audit import Audit, entry
from .limiter import Guess, SignInLimiter, counters, of_links, of_share

NO_PASSWORDS = "nobody can sign in with a password: install a password plugin (pip install glimpser-password)"


class Locked(Exception):
    """Too many failures of an address, whatever the name; ``retry_after`` in seconds. Nothing was looked at."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many failures")
        self.retry_after = retry_after


class Wrong(Exception):
    """Not this name and password, or not this code. ``retry_after``: seconds for which nothing is right; 0 = now."""

    def __init__(self, retry_after: float = 0.0) -> None:
        super().__init__("wrong")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Somebody whose password was right. ``device``: theirs, if it is known. ``guess``: that it was counted as."""

    user: User
    device: Device | None
    guess: Guess


class Proving:
    """Looks at passwords and codes."""

    def __init__(
        self, db: Database, audit: Audit, passwords: PasswordBackend | None, factors: Mapping[str, FactorBackend]
    ) -> None:
        self._db = db
        self._audit = audit
        self.passwords = passwords
        self.factors = factors
        self.limiter = SignInLimiter(db)
        self._hashing = asyncio.Semaphore(2)

    def backend(self) -> PasswordBackend:
        """The password backend. NotReady without one."""
        if self.passwords is None:
            raise NotReady(NO_PASSWORDS, code="auth.no_password_backend")
        return self.passwords

    async def hash(self, password: str) -> str:
        """Hash off the event loop, two at a time. ConfigInvalid when the password is not allowed."""
        backend = self.backend()
        async with self._hashing:
            return await asyncio.to_thread(backend.hash, password)

    async def password(self, name: str, password: str, *, address: str, device: str | None) -> Proved:
        """Whose password it is: with one verification, whoever it is about. Wrong, or Locked."""
        backend = self.backend()
        user = await User.filter(name_key=name.casefold(), active=True).first()
        known = await devices.find(user.id if user else None, device)
        guess = await self.limiter.take(counters(name, address, known.id if known else None))
        if guess.refused:
            raise Locked(guess.wait_s)
        account = Account(id=user.id, name=user.name, password_hash=user.password_hash) if user else None
        async with self._hashing:
            good = await asyncio.to_thread(backend.verify, account, password)
        if guess.wait_s > 0 or not good or user is None:
            self._failed("auth.sign_in_failed", name, user, guess, address)
            raise Wrong(guess.wait_s)
        if user.password_hash and backend.outdated(user.password_hash):
            fresh = await self.hash(password)
            await self._db.write(lambda conn: User.filter(id=user.id).using_db(conn).update(password_hash=fresh))
            user.password_hash = fresh
        return Proved(user=user, device=known, guess=guess)

    def _failed(self, action: str, name: str, user: User | None, guess: Guess, address: str) -> None:
        """Write it down: alike for every name, so that time does not tell which ones there are."""
        account = ("user", user.id if user else "", name)
        made = entry(action, object=account, result="refused", address=address, locked=guess.wait_s > 0)
        if guess.wait_s > 0:  # somebody goes on knocking, and writes no line for each time
            self._audit.repeats.note((action, name.casefold()), made)
            return
        self._audit.note_entry(made)
        for counter, count, _ in guess.made:
            if count in dict(counter.ladder):
                of = "address" if counter.of_address else "account"
                self._audit.note("auth.locked", object=account, address=address, failures=count, of=of)

    async def shared_password(self, name: str, password_hash: str, password: str, *, address: str) -> None:
        """Wrong, or Locked, unless it is the password of something that is no account; ``name``: what counts."""
        backend = self.backend()
        guess = await self.limiter.take(of_share(name, address))
        if guess.refused:
            raise Locked(guess.wait_s)
        account = Account(id="", name="", password_hash=password_hash)
        async with self._hashing:
            good = await asyncio.to_thread(backend.verify, account, password)
        if guess.wait_s > 0 or not good:
            raise Wrong(guess.wait_s)
        await self.limiter.undo(guess, forgive=True)

    async def link(self, address: str, *, good: bool) -> None:
        """Count a token of a link that nobody made. Locked, good or not, after too many of them."""
        guess = await self.limiter.take(of_links(address))
        if guess.refused:
            raise Locked(guess.wait_s)
        if good:
            await self.limiter.undo(guess, forgive=False)

    def factor(self, factor: str) -> FactorBackend:
        """The backend with this id. NotReady, saying what to do, while its plugin does not run: nobody is let in for
        that reason."""
        backend = self.factors.get(factor)
        if backend is None:
            raise NotReady(
                f"this account needs a code of {factor!r}, whose plugin does not run: switch it on, or run "
                "glimpser users reset-factor NAME on the hub's machine",
                code="auth.factor_unavailable", factor=factor,
            )  # fmt: skip
        return backend

    async def code(self, user: User, code: str, *, address: str, device: str | None) -> None:
        """Wrong, or Locked, unless it is a code of the user's second factor, which is used up by that."""
        backend = self.factor(user.factor or "")
        known = await devices.find(user.id, device)
        guess = await self.limiter.take(counters(user.name, address, known.id if known else None))
        if guess.refused:
            raise Locked(guess.wait_s)
        if guess.wait_s > 0 or not await backend.verify(user.id, code):
            self._failed("auth.code_failed", user.name, user, guess, address)
            raise Wrong(guess.wait_s)
        await self.limiter.undo(guess, forgive=True)

    async def first_code(
        self, user_id: str, name: str, factor: str, code: str, *, address: str, device: str | None
    ) -> list[str]:
        """Finish an enrolment: recovery codes. Wrong, or Locked; guesses count like those of a sign-in."""
        known = await devices.find(user_id, device)
        guess = await self.limiter.take(counters(name, address, known.id if known else None))
        if guess.refused:
            raise Locked(guess.wait_s)
        recovery = None if guess.wait_s > 0 else await self.factor(factor).confirm(user_id, code)
        if recovery is None:
            raise Wrong(guess.wait_s)
        await self.limiter.undo(guess, forgive=True)
        return recovery
