"""The test kit: what its fixtures give, and that its rules catch those who break them."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from glimpser_sdk import ConfigInvalid, MediaFile
from glimpser_sdk.contexts import HubContext, WorkerContext
from glimpser_sdk.testing import AnalyzerConformance

SAMPLES = Path(__file__).parent / "samples"


def test_frames_are_the_same_every_time_and_move(frames: Callable[..., Any]) -> None:
    one, again, other = frames(6), frames(6), frames(6, seed=1)
    assert all(np.array_equal(a.gray(), b.gray()) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0].gray(), other[0].gray())
    # Only noise without the shapes; much more with them.
    still = frames(6, moving=False)
    assert np.abs(still[0].gray().astype(int) - still[5].gray()).max() <= 2
    assert (np.abs(one[0].gray().astype(int) - one[5].gray()) > 20).mean() > 0.01
    assert [f.sequence for f in frames(3, first=7)] == [7, 8, 9]
    assert np.array_equal(frames(8)[7].gray(), frames(1, first=7)[0].gray())


def test_time_stands_still_until_it_is_advanced(clock: Any) -> None:
    now, mono = clock.now(), clock.mono_ns()
    clock.advance(1.5)
    assert (clock.now() - now).total_seconds() == 1.5
    assert clock.mono_ns() - mono == 1_500_000_000
    clock.step(-3600)
    assert clock.now() < now
    assert clock.mono_ns() - mono == 1_500_000_000
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-1)


def test_packets_can_be_decoded(packets: Callable[..., Any]) -> None:
    av: Any = pytest.importorskip("av")
    made = packets(25, fps=25, gop=10)
    assert [p.keyframe for p in made] == [number % 10 == 0 for number in range(25)]
    assert [round(p.seconds, 3) for p in made[:3]] == [0.0, 0.04, 0.08]
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = made[0].parameters.extradata
    decoded = [picture for p in made for picture in decoder.decode(av.Packet(p.data))] + decoder.decode(None)
    assert len(decoded) == 25
    assert (decoded[0].width, decoded[0].height) == (320, 180)


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://192.0.2.1/",
        "http://example.org/",
        "http://localhost.example.org/",
        "http:///x",
        "http://127.0.0.1@host/",
    ],
)
def test_contexts_reach_this_machine_only(url: str, worker_context: Callable[..., Any]) -> None:
    ctx = worker_context()
    with pytest.raises(ConfigInvalid) as caught:
        ctx.egress.open(url)
    assert caught.value.field == "url"
    assert caught.value.reason.code.startswith("egress.")
    assert ctx.egress.asked == [url]


@pytest.mark.parametrize(
    "url", ["rtsp://127.0.0.1:8554/a", "http://localhost/", "http://[::1]:80/", "http://127.9.9.9/"]
)
def test_this_machine_is_reached(url: str, worker_context: Callable[..., Any]) -> None:
    assert worker_context().egress.open(url).url == url


async def test_a_redirect_leads_nowhere_else(
    hub_context: Callable[..., Any], worker_context: Callable[..., Any]
) -> None:
    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(redirect, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server:
        for open_client in (worker_context().egress.http, hub_context().http):
            async with open_client() as client:
                assert (await client.get(url, follow_redirects=False)).status_code == 302
                with pytest.raises(ConfigInvalid):
                    await client.get(url, follow_redirects=True)


def test_contexts_have_all_that_the_protocols_say(
    worker_context: Callable[..., Any], hub_context: Callable[..., Any]
) -> None:
    for protocol, made in ((WorkerContext, worker_context()), (HubContext, hub_context())):
        wanted = {*protocol.__annotations__, *(n for n in vars(protocol) if not n.startswith("_"))}
        assert sorted(name for name in wanted if not hasattr(made, name)) == []


def test_a_report_of_what_is_not_there_is_refused(worker_context: Callable[..., Any], clock: Any) -> None:
    ctx = worker_context()
    (ctx.folder / "sub").mkdir()
    (ctx.folder / "sub" / "a.mp4").touch()
    for name in ("missing.mp4", "../instance-0", "sub/a.mp4", "sub"):
        file = MediaFile(name=name, kind="clip", content_type="video/mp4", started_at=clock.now(), ended_at=clock.now())
        with pytest.raises(FileNotFoundError):
            ctx.report(file)


async def test_the_hub_context_keeps_what_it_is_told(hub_context: Callable[..., Any]) -> None:
    ctx = hub_context("vane", event_types=["vane.turned"])
    await ctx.kv.set("a", {"b": [1]})
    (await ctx.kv.get("a"))["b"].append(2)
    assert await ctx.kv.get("a") == {"b": [1]}
    with pytest.raises(TypeError):
        await ctx.kv.set("a", object())
    await ctx.kv.delete("a")
    await ctx.kv.delete("a")
    assert await ctx.kv.get("a", 7) == 7
    made = await ctx.publish("vane.turned", score=0.5, sector="N")
    assert [(e.id, e.type, e.score, e.data) for e in ctx.published] == [(made, "vane.turned", 0.5, {"sector": "N"})]
    with pytest.raises(ConfigInvalid):
        await ctx.publish("motion.detected")


async def test_a_failed_background_task_is_not_lost(hub_context: Callable[..., Any]) -> None:
    async def fail() -> None:
        raise RuntimeError("failed")

    ctx = hub_context()
    ctx.spawn(fail(), name="fail")
    ctx.spawn(asyncio.sleep(3600), name="sleep")
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="failed"):
        await ctx.close()


def test_metrics_add_up(worker_context: Callable[..., Any]) -> None:
    metrics = worker_context().metrics
    metrics.counter("a").inc()
    metrics.counter("a").inc(2, code="x")
    assert metrics.values == {"a": 1.0, 'a{code="x"}': 2.0}
    with pytest.raises(ValueError, match="only grows"):
        metrics.counter("a").inc(-1)


@pytest.mark.usefixtures("no_network")
def test_sockets_of_this_machine_stay_usable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        server.accept()[0].close()
        assert client.recv(1) == b""
    assert socket.getaddrinfo("localhost", 80)


def test_a_replaced_rule_is_refused() -> None:
    with pytest.raises(TypeError, match="test_frames_are_left_as_they_were replaces a conformance test"):

        class Silenced(AnalyzerConformance):
            def test_frames_are_left_as_they_were(self) -> None:  # type: ignore[override]
                """Nothing."""

    with pytest.raises(TypeError, match="replaces a conformance test"):

        class Without(AnalyzerConformance):
            test_frames_are_left_as_they_were = None  # type: ignore[assignment]

    class Mixin:
        def test_frames_are_left_as_they_were(self) -> None:
            """Nothing."""

    with pytest.raises(TypeError, match="replaces a conformance test"):

        class Mixed(Mixin, AnalyzerConformance):  # type: ignore[misc]
            """Nothing."""

    class Marked(AnalyzerConformance):
        @pytest.mark.xfail(reason="the library underneath draws on its input")
        def test_frames_are_left_as_they_were(self, *fixtures: Any) -> None:  # type: ignore[override]
            super().test_frames_are_left_as_they_were(*fixtures)

    assert Marked.__name__ == "Marked"


BROKEN_FILES = sorted(path.name for path in SAMPLES.glob("broken_*.py"))
BROKEN = {
    "TestWrongLength": {"test_each_frame_has_its_answer", "test_a_batch_is_its_frames_in_order"},
    "TestWrongOrder": {"test_a_batch_is_its_frames_in_order"},
    "TestChance": {"test_same_frames_same_observations", "test_a_batch_is_its_frames_in_order"},
    "TestPaints": {"test_frames_are_left_as_they_were"},
    "TestNotes": {"test_frames_are_left_as_they_were"},
    "TestDivides": {"test_any_rate_and_any_gap"},
    "TestOneSize": {"test_another_size_and_form_of_picture"},
    "TestUndeclared": {"test_each_frame_has_its_answer"},
    "TestLeaksAnalyzer": {"test_starting_and_stopping_leaks_nothing"},
    "TestDeaf": {"test_closing_ends_it_within_2_s", "test_closing_while_it_opens"},
    "TestBug": {"test_failure_is_told_in_the_vocabulary"},
    "TestLeaksSource": {"test_starting_and_stopping_leaks_nothing"},
    "TestOwnSocket": {"test_it_has_no_other_way_out", "test_it_gives_pictures"},
    "TestOwnLibrary": {"test_it_has_no_other_way_out", "test_it_gives_pictures"},
    "TestOutside": {"test_it_writes_below_its_folder_only"},
    "TestUnreported": {"test_an_event_becomes_files", "test_closing_within_an_event_finishes_the_file"},
    "TestTwice": {"test_an_event_becomes_files"},
    "TestAnyPassword": {"test_the_password_and_no_other"},
    "TestPlain": {"test_a_hash_describes_itself"},
    "TestTells": {"test_a_wrong_name_takes_as_long_as_a_wrong_password"},
    "TestUndeclaredRoute": {"test_all_routes_are_declared"},
    "TestBreaks": {"test_no_question_breaks_a_route"},
    "TestSearchOfAll": {"test_nothing_is_found_of_streams_that_may_not_be_seen"},
    "TestSearchFiltersLate": {"test_not_more_than_asked_for"},
    "TestSearchTakesPatterns": {"test_whatever_is_typed_is_answered"},
    "TestSearchLeadsElsewhere": {"test_what_is_there_is_found"},
    "TestSlowSearch": {"test_it_answers_in_time"},
    "TestHeavy": {"test_its_entry_module_is_light"},
    "TestLoose": {"test_models_are_strict", "test_secrets_are_typed", "test_forms_can_be_made_of_its_models"},
}


def test_who_breaks_a_rule_is_caught() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rf",
            "--tb=no",
            "-p",
            "no:cacheprovider",
            "-c",
            "pytest.ini",
            *BROKEN_FILES,
        ],
        cwd=SAMPLES,
        capture_output=True,
        text=True,
        timeout=110,
    )
    failed: dict[str, set[str]] = {}
    for name, test in re.findall(r"^FAILED broken_\w+\.py::(\w+)::(\w+)", done.stdout, re.MULTILINE):
        failed.setdefault(name, set()).add(test)
    missed = {name: tests - failed.get(name, set()) for name, tests in BROKEN.items()}
    assert {name: tests for name, tests in missed.items() if tests} == {}, done.stdout + done.stderr
    # Those who keep the rules are left alone.
    assert {name for name in failed if name.startswith("TestGood")} == set(), done.stdout


def test_the_network_is_not_reached_by_accident() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pytest.ini", "strays.py"],
        cwd=SAMPLES,
        capture_output=True,
        text=True,
        timeout=60,
    )
    # Each passes by itself, as it would behind an `except`; the three that strayed are errors all the same.
    assert "4 passed, 3 errors" in done.stdout, done.stdout
    assert "the test tried to reach 192.0.2.1" in done.stdout
    assert "the test tried to reach example.org" in done.stdout


async def test_clients_take_nothing_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, worker_context: Callable[..., Any]
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with worker_context().egress.http() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/")
