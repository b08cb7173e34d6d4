"""Idempotency keys: a POST that is sent again with its key gets the first answer again, for 24 hours.

A key counts within the session or API key that sent it, since another one may be allowed less. Where secrets go in or
out, only that it was done is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from quart import Response, request
from tortoise.exceptions import IntegrityError

from glimpser.database.models import IdempotencyKey
from glimpser.identity.policy import Principal
from glimpser_sdk.ids import new_id
from glimpser_sdk.web import Problem

from .inputs import raw_body

if TYPE_CHECKING:
    from glimpser.hub import Hub

KEY = re.compile(r"[!-~]{1,200}")
KEPT = timedelta(hours=24)
MAX_BODY = 1_000_000


async def once(
    hub: Hub, principal: Principal | None, run: Callable[[], Awaitable[Response]], *, secret: bool
) -> Response:
    """Run, or give the kept answer of the same request. Without a key, or before sign-in, just run."""
    key = request.headers.get("Idempotency-Key")
    if key is None or principal is None or request.method != "POST":
        return await run()
    if not KEY.fullmatch(key):
        raise Problem(400, "idempotency.key_invalid", "an Idempotency-Key is 1 to 200 visible ASCII characters")
    asked = b"" if secret else await raw_body()
    fingerprint = hashlib.sha256(request.full_path.encode() + b"\0" + asked).hexdigest()
    row = await IdempotencyKey.filter(principal=principal.session_id, key=key).first()
    if row is not None and datetime.now(UTC) - row.created_at < KEPT:
        return _kept(row, fingerprint, secret=secret)
    row = await _claim(hub, principal, key, fingerprint, expired=row)
    try:
        response = await run()
    except BaseException:
        await hub.db.write(lambda conn: IdempotencyKey.filter(id=row.id).using_db(conn).delete())
        raise
    await _keep(hub, row.id, response, secret=secret)
    return response


def _kept(row: IdempotencyKey, fingerprint: str, *, secret: bool) -> Response:
    if row.request_hash != fingerprint:
        raise Problem(409, "idempotency.key_reused", "this Idempotency-Key was used for another request")
    if row.status is None:
        raise Problem(409, "idempotency.in_progress", "the first request with this key is still running")
    if secret:
        raise Problem(409, "idempotency.done", "this was done already; the answer held a secret and was not kept")
    return Response(row.body or b"", status=row.status, headers={**row.headers, "Idempotency-Replayed": "true"})


async def _claim(
    hub: Hub, principal: Principal, key: str, fingerprint: str, *, expired: IdempotencyKey | None
) -> IdempotencyKey:
    method, path = request.method, request.path

    async def change(conn: Any) -> IdempotencyKey:
        if expired is not None:
            await IdempotencyKey.filter(id=expired.id).using_db(conn).delete()
        return await IdempotencyKey.create(
            using_db=conn, id=new_id(), principal=principal.session_id, key=key, method=method,
            path=path, request_hash=fingerprint,
        )  # fmt: skip

    try:
        row: IdempotencyKey = await hub.db.write(change)
    except IntegrityError:
        raise Problem(409, "idempotency.in_progress", "the first request with this key is still running") from None
    return row


async def _keep(hub: Hub, row_id: str, response: Response, *, secret: bool) -> None:
    body = b"" if secret else await response.get_data(as_text=False)
    headers = {k: v for k, v in response.headers.items() if k in ("Content-Type", "Location", "ETag")}

    async def change(conn: Any) -> None:
        rows = IdempotencyKey.filter(id=row_id).using_db(conn)
        if response.status_code >= 500 or len(body) > MAX_BODY:
            await rows.delete()
        else:
            await rows.update(status=response.status_code, headers=headers, body=body)

    await hub.db.write(change)
