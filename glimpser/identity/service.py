"""Identity: proves who is asking and answers what they may do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from glimpser.database import Database
from glimpser.database.models import ApiKey, Device, Session, User
from glimpser_sdk.auth import FactorBackend, PasswordBackend

from . import devices, ranks, roles, sessions, step_up, users
from .access_tokens import LIFETIME, AccessTokens
from .account_links import AccountLinks
from .audit import Audit, entry
from .backends import Asked, Backends
from .bootstrap import Bootstrap
from .challenges import Challenges, FactorNeeded
from .permissions import Catalogue
from .policy import Principal
from .proving import Proving, Wrong
from .rights import Rights, of_user
from .shares import Shares
from .signed_urls import SignedUrls
from .signing import Signer

log = logging.getLogger("glimpser.identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """``token``: of the new session. ``device``: for a browser that was not known yet."""

    token: str
    device: str | None


def _principal(user: User, rights: Rights, rank: int, *, kind: str, proof: str, **more: Any) -> Principal:
    return Principal(id=user.id, name=user.name, role=user.role, rank=rank, kind=kind, session_id=proof,
                     hubwide=rights.hubwide, grants=rights.grants, hidden=rights.hidden,
                     restrictions=rights.restrictions, limits=rights.limits, **more)  # fmt: skip


class Identity:
    """Users, sessions, keys and permissions of this hub."""

    def __init__(
        self,
        db: Database,
        data_dir: Path,
        *,
        permissions: Catalogue,
        audit: Audit,
        passwords: PasswordBackend | None = None,
        factors: Mapping[str, FactorBackend] | None = None,
        factor_rank: Callable[[], int | None] = lambda: None,
        issuer: str = "glimpser",
        backends: Backends | None = None,
    ) -> None:
        """``factors``: backends by id. ``factor_rank``: who has a rank from this one on needs a second factor.
        ``issuer``: of access tokens, this hub's own. ``backends``: ways to sign in besides passwords."""
        self._db = db
        self.audit = audit
        self.permissions = permissions
        self.bootstrap = Bootstrap(data_dir)
        self.tokens = AccessTokens(data_dir, issuer)
        self.proving = Proving(db, audit, passwords, factors or {})
        self.links = AccountLinks(self, db)
        signer = Signer(data_dir / "signing.key")
        self.shares, self.signed_urls = Shares(self, db, signer), SignedUrls(self, signer)
        self._challenges = Challenges()
        self._factor_rank = factor_rank
        self.backends = backends or Backends()
        self.on_revoked: list[Callable[[Collection[str]], None]] = []
        """Called with the ids of sessions that ended, so that open responses end too."""

    @property
    def passwords(self) -> PasswordBackend | None:
        """The password backend, None without one."""
        return self.proving.passwords

    # --- who is asking -------------------------------------------------------------------------------------------

    async def by_session(self, token: str, asked: Asked) -> Principal | None:
        """The principal of a session cookie. One that a proxy's header opened holds while the proxy says the same."""
        found = await sessions.find(token)
        if found is None:
            return None
        session, user = found
        if not self.backends.still(session.provider, user, asked):
            return None
        if sessions.stale(session):
            await self._db.write(lambda conn: sessions.touch(conn, session.id))
        return await self._of_session(session, user, kind="user")

    async def _of_session(self, session: Session, user: User, *, kind: str) -> Principal:
        rights, rank = await self._rights(user)
        return _principal(
            user, rights, rank, kind=kind, proof=session.id, expires_at=session.expires_at,
            proved_at=session.step_up_at, ways=self._ways(user), to_enrol=self.must_enrol(user, rank),
        )  # fmt: skip

    async def _rights(self, user: User) -> tuple[Rights, int]:
        rights, rank = await of_user(self.permissions, user)
        return (Rights(hubwide=frozenset(), grants={}) if self.must_enrol(user, rank) else rights), rank

    def must_enrol(self, user: User, rank: int) -> bool:
        """Whether the user may do nothing before a second factor is set up. Who has no password proves who they are
        elsewhere, and is not asked for more here."""
        needed = self._factor_rank()
        return needed is not None and rank >= needed and user.factor is None and user.password_hash is not None

    def _ways(self, user: User) -> tuple[str, ...]:
        password = ("password",) if user.password_hash else ("provider",)
        return password if user.factor is None else (*password, user.factor)

    async def by_token(self, token: str) -> Principal | None:
        """The principal of an access token: what its session or key may do now, until the token ends."""
        subject = self.tokens.read(token)
        principal = None if subject is None else await self.by_proof(subject.kind, subject.proof)
        if subject is None or principal is None or principal.id != subject.user_id:
            return None
        return replace(principal, expires_at=subject.expires_at)

    async def by_proof(self, kind: str, proof: str) -> Principal | None:
        """Whom a key or a session stands for now, for what was made with it; None when it is over."""
        if kind == "key":
            key = await users.key_by_id(proof)
            return None if key is None else await self._of_key(*key)
        found = await sessions.by_id(proof)
        return None if found is None else await self._of_session(*found, kind="token")

    async def token_for_key(self, key: str) -> tuple[str, datetime] | None:
        """Exchange an API key for an access token; None for one that is not valid."""
        found = await users.find_key(key)
        if found is None:
            return None
        row, user = found
        return self.tokens.make("key", row.id, user.id, until=row.expires_at)

    async def token_for_password(
        self, name: str, password: str, code: str | None, *, address: str, user_agent: str
    ) -> tuple[str, datetime]:
        """Exchange a password, with a code where one is needed, for a token. Wrong, Locked; FactorNeeded without it."""
        proved = await self.proving.password(name, password, address=address, device=None)
        user = proved.user
        await self.proving.limiter.undo(proved.guess, forgive=user.factor is None)
        if user.factor is not None:
            if code is None:
                raise FactorNeeded(user.factor, "")
            await self.proving.code(user, code, address=address, device=None)
        signed_in = entry("auth.sign_in", who=(user.id, user.name, "user"), address=address,
                          user_agent=user_agent[:300], known_device=False, by="password", token=True)  # fmt: skip

        async def change(conn: Any) -> Session:
            await self.audit.append(conn, signed_in)
            agent = f"token: {user_agent}"
            return (await sessions.create(conn, user, address=address, user_agent=agent, lifetime=LIFETIME))[1]

        session: Session = await self._db.write(change)
        return self.tokens.make("session", session.id, user.id, until=session.expires_at)

    async def by_key(self, key: str) -> Principal | None:
        """The principal of an API key: its owner's permissions, cut down to its scopes and streams."""
        found = await users.find_key(key)
        return None if found is None else await self._of_key(*found)

    async def _of_key(self, row: ApiKey, user: User) -> Principal:
        rights, rank = await self._rights(user)
        if scopes := [scope for scope in row.scopes if scope != step_up.SCOPE]:
            rights = rights.scoped(scopes)
        if row.streams is not None:
            rights = rights.on(row.streams, self.permissions.per_stream)
        return _principal(
            user, rights, rank, kind="api_key", proof=row.id, expires_at=row.expires_at,
            dangerous=step_up.SCOPE in row.scopes, ways=(step_up.SCOPE,), to_enrol=self.must_enrol(user, rank),
        )  # fmt: skip

    async def as_user(self, user_id: str) -> Principal | None:
        """What a user may do, for what acts in their name; None when there is no such active user."""
        user = await User.filter(id=user_id, active=True).first()
        return None if user is None else _principal(user, *await self._rights(user), kind="user", proof="")

    # --- signing in and out ----------------------------------------------------------------------------------------

    async def hash(self, password: str) -> str:
        """Hash off the event loop, two at a time. ConfigInvalid when the password is not allowed."""
        return await self.proving.hash(password)

    async def sign_in(
        self, name: str, password: str, *, address: str, user_agent: str, device: str | None = None
    ) -> SignedIn:
        """Open a session. ``device``: the token that the browser has from an earlier time. Wrong, Locked, or
        FactorNeeded on a device that is not trusted."""
        proved = await self.proving.password(name, password, address=address, device=device)
        user, known = proved.user, proved.device
        await self.proving.limiter.undo(proved.guess, forgive=user.factor is None or devices.trusted(known))
        return await self.enter(user, known, address=address, user_agent=user_agent, device=device)

    async def enter(
        self, user: User, known: Device | None, *, address: str, user_agent: str, device: str | None,
        by: sessions.OpenedBy | None = None,
    ) -> SignedIn:  # fmt: skip
        """Open a session, or FactorNeeded where a code is still to come. ``device``: the token of the ``known`` one."""
        if user.factor is not None and not devices.trusted(known):
            self.proving.factor(user.factor)
            token = self._challenges.new(user.id, user.password_hash, address=address, device=device, by=by)
            raise FactorNeeded(user.factor, token)
        return await self.open_session(user, known.id if known else None, address=address, user_agent=user_agent, by=by)

    async def finish_sign_in(
        self, challenge: str, code: str, *, address: str, user_agent: str, trust: bool
    ) -> SignedIn | None:
        """Open the session that a second factor was needed for. Wrong, Locked; None: the challenge is over."""
        asked = self._challenges.guess(challenge, address)
        user = None if asked is None else await User.filter(id=asked.user_id, active=True).first()
        if asked is None or user is None or user.factor is None or user.password_hash != asked.password_hash:
            return None
        await self.proving.code(user, code, address=address, device=asked.device)
        self._challenges.done(challenge)
        device = await devices.find(user.id, asked.device)
        known = device.id if device else None
        return await self.open_session(user, known, address=address, user_agent=user_agent, trust=trust, by=asked.by)

    async def open_session(
        self, user: User, device_id: str | None, *, address: str, user_agent: str, trust: bool = False,
        by: sessions.OpenedBy | None = None,
    ) -> SignedIn:  # fmt: skip
        """Sign somebody in who proved who they are. ``device_id``: of the known device they are on. ``trust``: it needs
        no second factor for a while. ``by``: where they proved it, if not by a password."""
        signed_in = entry("auth.sign_in", who=(user.id, user.name, "user"), address=address,
                          user_agent=user_agent[:300], known_device=device_id is not None,
                          by=by.provider if by else "password")  # fmt: skip

        async def change(conn: Any) -> SignedIn:
            await self.audit.append(conn, signed_in)
            known, fresh = device_id, None
            if known is None:
                known, fresh = await devices.remember(conn, user.id)
            else:
                await devices.touch(conn, known)
            if trust:
                await devices.trust(conn, known)
            token, _ = await sessions.create(conn, user, address=address, user_agent=user_agent, device_id=known, by=by)
            return SignedIn(token=token, device=fresh)

        made: SignedIn = await self._db.write(change)
        return made

    async def step_up(
        self, principal: Principal, *, password: str | None, code: str | None, address: str, device: str | None
    ) -> None:
        """Prove again who one is, by the password or a code; counts for five minutes. Wrong, or Locked."""
        if password is not None:
            proved = await self.proving.password(principal.name, password, address=address, device=device)
            await self.proving.limiter.undo(proved.guess, forgive=True)
            if proved.user.id != principal.id:
                raise Wrong
        else:
            user = await User.get(id=principal.id)
            if user.factor is None:
                raise Wrong
            await self.proving.code(user, code or "", address=address, device=device)
        await self._db.write(lambda conn: sessions.prove(conn, principal.session_id))

    async def set_factor(self, principal: Principal, factor: str | None) -> str:
        """This factor, or none, guards the principal's account from now on. Their other sessions end; the token of the
        one that this one goes on as."""

        async def change(conn: Any) -> tuple[str, list[str]]:
            await User.filter(id=principal.id).using_db(conn).update(factor=factor)
            return await self._others_end(conn, principal)

        token, ended = await self._db.write(change)
        self.ended(ended)
        return str(token)

    async def enrol(
        self, principal: Principal, factor: str, code: str, *, address: str, device: str | None
    ) -> tuple[list[str], str]:
        """Finish what the principal began to enrol: recovery codes, and the token that the session goes on as. Wrong,
        or Locked."""
        recovery = await self.proving.first_code(
            principal.id, principal.name, factor, code, address=address, device=device
        )
        return recovery, await self.set_factor(principal, factor)

    async def forget_factor(self, user: User) -> None:
        """The account is gone: let the plugin forget its factor. What it cannot do now stays, and opens nothing."""
        backend = self.proving.factors.get(user.factor or "")
        if backend is not None:
            try:
                await backend.forget(user.id)
            except Exception:  # a plugin's code: anything may come out of it
                log.exception("the factor %s of a removed account was not forgotten", user.factor)

    async def _others_end(self, conn: Any, principal: Principal) -> tuple[str, list[str]]:
        token, kept = await sessions.renew(conn, principal.session_id)
        return token, await sessions.revoke(conn, principal.id, but=kept)

    async def renew(self, principal: Principal) -> str:
        """The principal's session goes on under another id and this token. What it has open is ended by the watch: the
        browser would open it again before it had its new cookie."""
        token, _ = await self._db.write(lambda conn: sessions.renew(conn, principal.session_id))
        return str(token)

    async def sign_out(self, principal: Principal, *, everywhere: bool = False, session_id: str | None = None) -> int:
        """End the principal's own session, another of theirs, or all. Returns how many ended."""
        only = None if everywhere else (session_id or principal.session_id)
        ended = await self._db.write(lambda conn: sessions.revoke(conn, principal.id, only=only))
        self.ended(ended)
        return len(ended)

    def ended(self, proofs: Collection[str]) -> None:
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
        return await self.proving.limiter.locks(names)

    async def unlock(self, name: str) -> None:
        """Forget all failures of a name."""
        await self.proving.limiter.unlock(name)

    async def set_password(
        self, principal: Principal, current: str, new: str, *, address: str, device: str | None
    ) -> str:
        """Change the principal's own password; all other sessions end, and this one goes on under the token that comes
        back. Wrong, or Locked."""
        proved = await self.proving.password(principal.name, current, address=address, device=device)
        await self.proving.limiter.undo(proved.guess, forgive=True)
        fresh = await self.hash(new)

        async def change(conn: Any) -> tuple[str, list[str]]:
            await User.filter(id=principal.id).using_db(conn).update(password_hash=fresh)
            return await self._others_end(conn, principal)

        token, ended = await self._db.write(change)
        self.ended(ended)
        return str(token)

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
            made = await users.create(conn, name=name, role="admin", password_hash=password_hash)
            who = made.id, made.name, "user"
            await self.audit.append(conn, entry("auth.set_up", who=who, object=("user", *who[:2]), address=address))
            return made

        user = await self._db.write(change)
        if user is None:
            return None
        self.bootstrap.finish()
        return await self.open_session(user, None, address=address, user_agent=user_agent)

    async def create_user(self, name: str, role: str, password: str) -> str:
        """Make a user; returns the id. ``role``: of any kind, by its id or its name. ConfigInvalid when name, role or
        password are not allowed."""
        users.check_name(name)
        role = (await roles.named(self.permissions, role)).id
        users.check_password(name, password)
        password_hash = await self.hash(password)
        user: User = await self._db.write(
            lambda conn: users.create(conn, name=name, role=role, password_hash=password_hash)
        )
        if role == "admin":
            self.bootstrap.finish()
        return user.id
