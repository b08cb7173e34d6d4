"""Enrolling, and which codes are right when."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp

from glimpser_sdk.testing import VirtualClock
from glimpser_totp.factor import TotpFactor
from glimpser_totp.models import Enrolment

USER, OTHER = "01KAK2J1W0E7M8N9P0Q1R2S3T4", "01KAK2J1W0E7M8N9P0Q1R2S3T5"
STEP = 30


def code(secret: str, clock: VirtualClock, ahead: int = 0) -> str:
    """The code of a time step."""
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=ahead * STEP))


async def enrolled(factor: TotpFactor, clock: VirtualClock, user: str = USER) -> tuple[str, list[str]]:
    """Secret and recovery codes of somebody with a factor, in a time step in which no code was used."""
    secret, _ = await factor.begin(user, "ada")
    recovery = await factor.confirm(user, code(secret, clock))
    assert recovery is not None
    clock.advance(STEP)
    return secret, recovery


async def test_a_code_is_right_once(factor: TotpFactor, clock: VirtualClock) -> None:
    secret, _ = await enrolled(factor, clock)
    now = code(secret, clock)
    assert await factor.verify(USER, now) is True
    assert await factor.verify(USER, now) is False
    clock.advance(STEP)
    assert await factor.verify(USER, now) is False
    assert await factor.verify(USER, code(secret, clock)) is True


async def test_the_code_that_finished_the_enrolment_signs_nobody_in(factor: TotpFactor, clock: VirtualClock) -> None:
    secret, _ = await factor.begin(USER, "ada")
    first = code(secret, clock)
    assert await factor.confirm(USER, first)
    assert await factor.verify(USER, first) is False


async def test_one_of_many_at_once_is_right(factor: TotpFactor, clock: VirtualClock, ctx: Any) -> None:
    secret, recovery = await enrolled(factor, clock)
    one_at_a_time, plain = asyncio.Lock(), ctx.write

    async def write(change: Any) -> Any:
        async with one_at_a_time:  # as the hub's writer does
            return await plain(change)

    ctx.write = write
    for typed in (code(secret, clock), recovery[0]):
        results = await asyncio.gather(*(factor.verify(USER, typed) for _ in range(8)))
        assert results.count(True) == 1, typed


async def test_clocks_may_differ_by_one_step(factor: TotpFactor, clock: VirtualClock) -> None:
    secret, _ = await enrolled(factor, clock)
    clock.advance(10 * STEP)
    for ahead, right in ((-2, False), (2, False), (-1, True), (1, True), (0, False)):
        # A later step used makes the earlier ones worth nothing.
        assert await factor.verify(USER, code(secret, clock, ahead)) is right, ahead


async def test_what_is_no_code(factor: TotpFactor, clock: VirtualClock) -> None:
    secret, recovery = await enrolled(factor, clock)
    right = code(secret, clock)
    for typed in ("", " ", "0", right[:-1], right + "0", "١٢٣٤٥٦", "\0", "x" * 64, recovery[0][:-1], secret):
        assert await factor.verify(USER, typed) is False, repr(typed)
    assert await factor.verify(OTHER, right) is False
    assert await factor.verify(USER, f"{right[:3]} {right[3:]}") is True


async def test_recovery_codes_work_once_and_are_renewed(factor: TotpFactor, clock: VirtualClock) -> None:
    _, recovery = await enrolled(factor, clock)
    assert (len(recovery), len(set(recovery))) == (10, 10)
    assert await factor.verify(USER, recovery[0].upper().replace("-", " ")) is True
    assert await factor.verify(USER, recovery[0]) is False
    assert await factor.verify(OTHER, recovery[1]) is False
    renewed = await factor.renew_recovery(USER)
    assert renewed is not None
    assert not set(renewed) & set(recovery)
    assert await factor.verify(USER, recovery[1]) is False
    assert await factor.verify(USER, renewed[1]) is True
    assert await factor.renew_recovery(OTHER) is None


async def test_the_old_secret_counts_until_the_new_one_is_confirmed(factor: TotpFactor, clock: VirtualClock) -> None:
    old, recovery = await enrolled(factor, clock)
    new, _ = await factor.begin(USER, "ada")
    assert await factor.verify(USER, code(new, clock)) is False
    assert await factor.verify(USER, code(old, clock)) is True
    clock.advance(STEP)
    assert await factor.confirm(USER, code(old, clock)) is None
    assert await factor.confirm(USER, code(new, clock)) is not None
    clock.advance(STEP)
    assert await factor.verify(USER, code(old, clock)) is False
    assert await factor.verify(USER, recovery[0]) is False
    assert await factor.verify(USER, code(new, clock)) is True


async def test_an_enrolment_waits_ten_minutes(factor: TotpFactor, clock: VirtualClock) -> None:
    secret, _ = await factor.begin(USER, "ada")
    clock.advance(601)
    assert await factor.confirm(USER, code(secret, clock)) is None
    assert await factor.verify(USER, code(secret, clock)) is False


async def test_nothing_is_left_of_what_is_forgotten(factor: TotpFactor, clock: VirtualClock, ctx: Any) -> None:
    secret, recovery = await enrolled(factor, clock)
    await factor.begin(USER, "ada")
    await factor.begin(USER, "ada")
    assert len(ctx.kv.values) == 2  # one in use, one to confirm
    await factor.forget(USER)
    assert ctx.kv.values == {}
    assert await Enrolment.all().count() == 0
    assert await factor.verify(USER, code(secret, clock)) is False
    assert await factor.verify(USER, recovery[0]) is False


async def test_the_table_holds_no_secret_and_no_code(factor: TotpFactor, clock: VirtualClock, database: Any) -> None:
    secret, recovery = await enrolled(factor, clock)
    rows = str(await database.execute_query_dict("SELECT * FROM totp_enrolments"))
    assert secret not in rows
    for typed in recovery:
        assert typed not in rows
        assert typed.replace("-", "") not in rows


async def test_the_routes_begin_renew_and_switch_off(app: Any, factor: TotpFactor, clock: VirtualClock) -> None:
    client, url = app.test_client(), "/api/p/totp/me/totp"
    assert (await client.post(f"{url}/recovery-codes")).status_code == 409
    begun = await (await client.post(url)).get_json()
    uri = urlsplit(begun["uri"])
    query = parse_qs(uri.query)
    assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", "/Glimpser:tester")
    assert (query["secret"], query["issuer"]) == ([begun["secret"]], ["Glimpser"])
    assert ET.fromstring(begun["qr_svg"]).tag.endswith("svg")  # noqa: S314 -- our own
    assert await factor.confirm("tester", code(begun["secret"], clock))
    assert len((await (await client.post(f"{url}/recovery-codes")).get_json())["recovery_codes"]) == 10
    assert (await client.delete(url)).status_code == 204
    assert app.extensions["glimpser"].factors_removed == 1
    assert await Enrolment.all().count() == 0
