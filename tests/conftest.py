"""Parts that tests of the whole house share; see ``support/``."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx._transports.default
import pytest
from support import attacks
from support.attacks import figure as figure
from support.attacks import pytest_configure as pytest_configure
from support.attacks import pytest_terminal_summary as pytest_terminal_summary
from support.cameras import Cameras, cameras
from support.hub import Hub, running
from support.postgres import kind as kind
from support.postgres import postgres_server as postgres_server

# Each client reads all certificate authorities anew, 40 ms of processor time, and hundreds of them are made here.
httpx._transports.default.create_ssl_context = functools.cache(httpx.create_ssl_context)

# Gathering tests makes no garbage, and looking for it among all that stays costs as much again.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on look for garbage among what is new, and seldom."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules that take minutes begin, so that none of them is left over when the others are done."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    attacks.note(items)


@pytest.fixture
def start_hub(tmp_path: Path) -> Iterator[Callable[..., Hub]]:
    """``start_hub(*arguments, **environment)``: a hub in its own process, stopped at the end of the test."""
    with ExitStack() as stack:
        yield lambda *arguments, **variables: stack.enter_context(running(tmp_path / "hub", *arguments, **variables))


@pytest.fixture
def start_cameras() -> Iterator[Callable[..., Cameras]]:
    """``start_cameras("--mounts", "2")``: a real RTSP server, ended at the end of the test."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(cameras(*arguments))
