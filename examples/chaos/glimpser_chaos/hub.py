"""Misbehaviour that goes on in the hub."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from glimpser_sdk import NotReady

from .demands import asked

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

STEP_BYTES = 1_000_000
LEAK_BYTES = 512 * STEP_BYTES
_leaked: list[bytearray] = []


def start(ctx: HubContext) -> None:
    """Start what was asked for. NotReady with ``not-ready-setup``."""
    if asked("not-ready-setup"):
        raise NotReady("chaos is never ready", retry_after=0.2)
    if asked("hang-thread"):
        threading.Thread(target=threading.Event().wait, name="chaos").start()
    if asked("leak"):
        ctx.spawn(_leak(), name="leak")
    if asked("flood"):
        ctx.spawn(_flood(ctx), name="flood")
    if asked("fail-task"):
        ctx.spawn(_fail(), name="fail")


async def _leak() -> None:
    while len(_leaked) * STEP_BYTES < LEAK_BYTES:
        # Written to, or the system would only promise it.
        _leaked.append(bytearray(b"x") * STEP_BYTES)
        await asyncio.sleep(0.01)


async def _flood(ctx: HubContext) -> None:
    number = 0
    while True:
        number += 1
        await ctx.publish("chaos.flood", number=number)
        await asyncio.sleep(0)


async def _fail() -> None:
    await asyncio.sleep(0.2)
    raise RuntimeError("chaos: a background task failed")
