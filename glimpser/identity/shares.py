"""Share links: what a user shows to whoever has the link, for as long as that user may.

The link holds a token of 256 random bits. Who brought it, and the password where it has one, gets a visitor's pass: a
signature in a cookie that is worth nothing once link, token or password are others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tortoise.expressions import F

from glimpser.database import Database
from glimpser.database.models import Event, ShareLink
from glimpser_sdk.ids import new_id

from . import tokens
from .audit import entry
from .policy import Principal, can
from .proving import Wrong
from .roles import RANKS
from .signing import Signer

if TYPE_CHECKING:
    from .service import Identity

LONGEST = timedelta(days=30)
"""How long links of others than administrators last."""
KEPT = timedelta(days=30)
"""How long a link that ended stays in the database."""
PASS = "share pass"  # noqa: S105  # what the signature is for
SEEN = frozenset({"streams.view"})
WATCHED = frozenset({"streams.view", "events.view"})


class PasswordNeeded(Exception):
    """The link has a password, and none came with it."""


def may_share(author: Principal, stream_id: str | None, event_id: str | None = None) -> bool:
    """Whether a user may show a stream, or an event of it, to others."""
    needed = ("streams.share", "streams.view") if event_id is None else ("streams.share", *WATCHED)
    return stream_id is not None and all(can(author, permission, stream_id, event_id) for permission in needed)


def longest(author: Principal, since: datetime) -> datetime | None:
    """Until when a link of this user may last at most; None = no limit."""
    return None if author.rank >= RANKS["admin"] else since + LONGEST


def limited(link_id: str) -> str:
    """What the limiter calls guesses at a link's password. No user can have this name."""
    return f"share {link_id}"


class Shares:
    """Makes share links and tells who comes by them."""

    def __init__(self, identity: Identity, db: Database, signer: Signer) -> None:
        self._identity = identity
        self._db = db
        self._signer = signer

    async def create(
        self, author: Principal, *, name: str, kind: str, streams: Iterable[str], layout: dict[str, Any] | None,
        event_id: str | None, password: str | None, expires_at: datetime,
    ) -> tuple[str, ShareLink]:  # fmt: skip
        """A link of what the caller has checked; returns its token, which is kept nowhere, and its row."""
        password_hash = None if password is None else await self._identity.hash(password)
        token = tokens.random_token()

        async def change(conn: Any) -> ShareLink:
            await ShareLink.filter(expires_at__lt=datetime.now(UTC) - KEPT).using_db(conn).delete()
            return await ShareLink.create(
                using_db=conn, id=new_id(), user_id=author.id, name=name, kind=kind, streams=list(streams),
                layout=layout, event_id=event_id, token_hash=tokens.digest(token), password_hash=password_hash,
                expires_at=expires_at,
            )  # fmt: skip

        return token, await self._db.write(change)

    async def revoke(self, link: ShareLink) -> None:
        """End a link, and what is open through it."""
        ended = datetime.now(UTC)
        await self._db.write(lambda conn: ShareLink.filter(id=link.id).using_db(conn).update(revoked_at=ended))
        self._identity.ended([link.id])

    async def open(
        self, token: str, password: str | None, *, address: str, passes: dict[str, str]
    ) -> tuple[ShareLink, Principal, str] | None:
        """The link, its visitor and their pass; None for a token that opens nothing (any more). ``passes``: those that
        the browser has, by link; with one the password need not be given again. Counts the use.

        PasswordNeeded, Wrong; Locked after too many guesses at tokens or at the password."""
        link = await ShareLink.filter(token_hash=tokens.digest(token)).first()
        await self._identity.proving.link(address, good=link is not None)
        visitor = None if link is None else await self.visitor(link)
        if link is None or visitor is None:
            return None
        if link.password_hash is not None and not self._holds(passes.get(link.id, ""), link):
            if password is None:
                raise PasswordNeeded
            await self._check(link, link.password_hash, password, address)
        opened = entry("share.opened", object=("share_link", link.id, link.name), address=address)

        async def change(conn: Any) -> None:
            rows = ShareLink.filter(id=link.id).using_db(conn)
            await rows.update(uses=F("uses") + 1, last_used_at=datetime.now(UTC))
            await self._identity.audit.append(conn, opened)

        await self._db.write(change)
        return link, visitor, self._signer.sign(PASS, *_signed(link))

    async def _check(self, link: ShareLink, password_hash: str, password: str, address: str) -> None:
        try:
            await self._identity.proving.shared_password(limited(link.id), password_hash, password, address=address)
        except Wrong:
            shown = ("share_link", link.id, link.name)
            await self._identity.audit.record("share.password_failed", object=shown, result="refused", address=address)
            raise

    async def by_pass(self, link_id: str, given: str) -> Principal | None:
        """The visitor of a link who has its pass."""
        link = await ShareLink.filter(id=link_id).first()
        if link is None or not self._holds(given, link):
            return None
        return await self.visitor(link)

    async def unchanged(self, known: Principal) -> bool:
        """Whether a visitor may still see what they could see."""
        link = await ShareLink.filter(id=known.id).first()
        visitor = None if link is None else await self.visitor(link)
        return visitor is not None and visitor.grants == known.grants

    async def visitor(self, link: ShareLink) -> Principal | None:
        """Who comes by the link: its author's rights, cut down to what the link shows; None when nothing is left."""
        author = await self._identity.as_user(link.user_id)
        if author is None or link.revoked_at is not None:
            return None
        ends = min(link.expires_at, longest(author, link.created_at) or link.expires_at)
        grants = {stream_id: SEEN for stream_id in link.streams if may_share(author, stream_id)}
        objects = await self._shown(author, link.event_id)
        if ends <= datetime.now(UTC) or not (grants or objects):
            return None
        return replace(
            author, id=link.id, name=link.name, role="share", rank=0, kind="share", session_id=link.id,
            hubwide=frozenset(), grants=grants, objects=objects, expires_at=ends, account=author.id,
        )  # fmt: skip

    async def _shown(self, author: Principal, event_id: str | None) -> dict[str, frozenset[str]]:
        """What a link for an event shows: it, its picture and its clip."""
        event = None if event_id is None else await Event.filter(id=event_id).first()
        if event is None or not may_share(author, event.stream_id, event.id):
            return {}
        return {i: WATCHED for i in (event.id, event.snapshot_id, event.clip_id) if i is not None}

    def _holds(self, given: str, link: ShareLink) -> bool:
        return self._signer.holds(given, PASS, *_signed(link))


def _signed(link: ShareLink) -> tuple[str, str, str]:
    return link.id, link.token_hash, link.password_hash or ""
