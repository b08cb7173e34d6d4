"""The second factor: enrol, check, forget. Each code is right once; what uses one up is decided by the one writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glimpser_sdk import ConfigInvalid, NotReady, new_id

from . import codes
from .config import TotpConfig
from .models import Enrolment

if TYPE_CHECKING:
    from glimpser_sdk import HubContext


class TotpFactor:
    """See ``glimpser_sdk.auth.FactorBackend``."""

    def __init__(self, ctx: HubContext) -> None:
        self._ctx = ctx
        self._issuer: str = (ctx.config or TotpConfig()).issuer

    async def begin(self, user_id: str, name: str) -> tuple[str, str]:
        """A new secret, which counts once a first code has come, and its URI. What the user has goes on until then."""
        secret, pending, now = codes.new_secret(), new_id(), self._ctx.clock.now()
        await self._ctx.kv.set_secret(_key(pending), secret)

        async def change(connection: Any) -> str | None:
            row, _ = await Enrolment.get_or_create(user_id=user_id, using_db=connection)
            before, row.pending, row.pending_at = row.pending, pending, now
            await row.save(using_db=connection)
            return before

        await self._drop(await self._ctx.write(change))
        return secret, codes.uri(secret, name, self._issuer)

    async def confirm(self, user_id: str, code: str) -> list[str] | None:
        """Recovery codes once the code is one of the secret that was begun with; None otherwise."""
        row, now = await Enrolment.filter(user_id=user_id).first(), self._ctx.clock.now()
        if row is None or row.pending is None or row.pending_at is None or now - row.pending_at > codes.PENDING:
            return None
        pending = row.pending
        step = codes.step_of(await self._secret(pending), codes.plain(code), now, after=0)
        if step is None:
            return None
        recovery = codes.new_recovery_codes()

        async def change(connection: Any) -> tuple[bool, str | None]:
            row = await Enrolment.filter(user_id=user_id).using_db(connection).first()
            if row is None or row.pending != pending:
                return False, None
            before, row.secret, row.pending, row.pending_at = row.secret, pending, None, None
            row.last_step, row.recovery = step, _joined(recovery)
            await row.save(using_db=connection)
            return True, before

        done, before = await self._ctx.write(change)
        await self._drop(before)
        return recovery if done else None

    async def verify(self, user_id: str, code: str) -> bool:
        """Whether it is a code of now, or a recovery code, that was not used before."""
        typed = codes.plain(code)
        if not codes.looks_like_totp(typed):
            return await self._use_recovery(user_id, codes.digest(typed))
        row = await Enrolment.filter(user_id=user_id).first()
        if row is None or row.secret is None:
            return False
        kept, secret, now = row.secret, await self._secret(row.secret), self._ctx.clock.now()

        async def change(connection: Any) -> bool:
            row = await Enrolment.filter(user_id=user_id).using_db(connection).first()
            if row is None or row.secret != kept:
                return False
            step = codes.step_of(secret, typed, now, after=row.last_step)
            if step is None:
                return False
            row.last_step = step
            await row.save(using_db=connection)
            return True

        return bool(await self._ctx.write(change))

    async def forget(self, user_id: str) -> None:
        """Nothing is left of the user's factor."""
        row = await Enrolment.filter(user_id=user_id).first()
        await self._ctx.write(lambda connection: Enrolment.filter(user_id=user_id).using_db(connection).delete())
        if row is not None:
            await self._drop(row.secret)
            await self._drop(row.pending)

    async def renew_recovery(self, user_id: str) -> list[str] | None:
        """Codes in place of all that there were; None for who has no factor."""
        recovery = codes.new_recovery_codes()

        async def change(connection: Any) -> int:
            rows = Enrolment.filter(user_id=user_id, secret__isnull=False).using_db(connection)
            return await rows.update(recovery=_joined(recovery))

        return recovery if await self._ctx.write(change) else None

    async def _use_recovery(self, user_id: str, digest: str) -> bool:
        async def change(connection: Any) -> bool:
            row = await Enrolment.filter(user_id=user_id, secret__isnull=False).using_db(connection).first()
            left = row.recovery.split() if row is not None else []
            if row is None or digest not in left:
                return False
            left.remove(digest)
            row.recovery = " ".join(left)
            await row.save(using_db=connection)
            return True

        return bool(await self._ctx.write(change))

    async def _secret(self, secret: str) -> str:
        try:
            found = await self._ctx.kv.get(_key(secret))
        except ConfigInvalid as error:
            raise NotReady(f"{error}; recovery codes go on", code="auth.factor_unavailable", factor="totp") from None
        if found is None:
            raise NotReady("the secret of this factor is gone", code="auth.factor_unavailable", factor="totp")
        return str(found)

    async def _drop(self, secret: str | None) -> None:
        if secret is not None:
            await self._ctx.kv.delete(_key(secret))


def _key(secret: str) -> str:
    return f"secret/{secret}"


def _joined(recovery: list[str]) -> str:
    return " ".join(codes.digest(code) for code in recovery)
