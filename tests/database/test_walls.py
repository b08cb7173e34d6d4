"""The table of the plugin ``glimpser-dashboard``: its migration up, down and up again, and rows by the real writer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.plugin_tables import models_of, opened, up_to_zero_and_up

from glimpser_sdk import new_id

plugin = pytest.importorskip("glimpser_dashboard.plugin", reason="the plugin glimpser-dashboard is not installed")
MODELS = models_of(plugin.glimpser_models())


async def test_up_to_zero_and_up(url: str, tmp_path: Path) -> None:
    await up_to_zero_and_up(
        url,
        tmp_path,
        "dashboard",
        MODELS,
        migrations=["0001_walls", "0002_filters"],
        tables=["dashboard_filters", "dashboard_walls"],
    )


async def test_what_is_saved_is_read(url: str, tmp_path: Path) -> None:
    from glimpser_dashboard.walls import store
    from glimpser_dashboard.walls.inputs import MOST_TILES, ListQuery, WallIn

    async with opened(url, tmp_path, "dashboard", MODELS) as db:
        now = datetime.now(UTC)
        ctx: Any = SimpleNamespace(write=db.write, clock=SimpleNamespace(now=lambda: now))
        author: Any = SimpleNamespace(id=new_id(), name="Ada", role="viewer", permissions=frozenset())
        tiles = [{"stream_id": new_id(), "x": 0, "y": n, "w": 24, "h": 24} for n in range(MOST_TILES)]
        wanted = WallIn.model_validate({"name": "Gärten 👩‍🌾", "columns": 24, "tiles": tiles})
        made = await store.put(ctx, new_id(), wanted, author, None)
        [read], cursor, total = await store.page_of(ListQuery(), author, lambda _: True)
        assert (read, cursor, total) == (store.shown(made, author, lambda _: True), None, 1)
        assert (read["tiles"], read["created_at"]) == (tiles, now.isoformat().replace("+00:00", "Z"))
        again = await store.put(ctx, made.id, wanted, author, lambda _: None)
        assert again.version == 2
        await store.delete(ctx, made.id, author, lambda _: None)
        assert await store.page_of(ListQuery(), author, lambda _: True) == ([], None, 0)
