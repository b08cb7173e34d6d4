"""Rules for sources."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from glimpser_sdk.errors import GlimpserError
from glimpser_sdk.packets import Decoder, Packet
from glimpser_sdk.sources import Cadence, Cadenced
from glimpser_sdk.specs import SourceSpec

from .base import Conformance
from .configs import refuse
from .resources import leak
from .source_run import Run
from .watch import Rules, watch
from .way_out import WayOut

CLOSE_S = 2.0


class SourceConformance(Conformance):
    """What the core relies on in a source::

        class TestVane(SourceConformance):
            @pytest.fixture
            def spec(self):
                return plugin.glimpser_sources()[0]

            @pytest.fixture
            def config(self, server):
                return VaneConfig(url=server.url)

            @pytest.fixture
            def broken_config(self, free_port):
                return VaneConfig(url=f"http://127.0.0.1:{free_port}/")

    Fixtures to override: ``spec`` and ``config`` (always: a target on this machine that has pictures),
    ``broken_config`` (one that fails), ``bad_configs``, ``context`` (settings of the worker context), ``feed``,
    ``patience_s``, ``cycles``.

    A source runs with no way out but ``ctx.egress``, and every test fails in which it takes another. As in the hub,
    what ``egress.open()`` answers is not where the target is: a relay for rtsp, which wants ``agent`` as User-Agent, a
    proxy for http and https, the checked address for rtmp and srt. A connection to anything else, or a datagram, is
    refused before it is made. On Linux from 5.5, on x86-64 and ARM64, the system asks the kit, and no privilege is
    needed; it asks for C libraries such as FFmpeg, too, and for processes that a source starts. There is no io_uring.
    Elsewhere, and where something supervises system calls already, only Python's own sockets are seen, and
    ``test_it_has_no_other_way_out`` is skipped at its end.

    Not seen: what threads do that ran before the source was made (a pool that an import starts); sockets that were
    connected before; sockets within this machine (``AF_UNIX``) and what those behind them do, name look-ups among it;
    waiting for others to call. A library that connects without letting other threads run hangs here.
    """

    @pytest.fixture
    def spec(self) -> SourceSpec:
        """The spec under test."""
        pytest.fail("override the fixture `spec` with the SourceSpec under test")

    @pytest.fixture
    def config(self) -> Any:
        """A configuration whose target is there and has pictures."""
        pytest.fail("override the fixture `config` with a configuration that gives pictures")

    @pytest.fixture
    def broken_config(self) -> Any:
        """A configuration whose target fails, None for a source that cannot fail."""
        return None

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        """Documents that must be refused."""
        return [{"no_such_field": 1}]

    @pytest.fixture
    def context(self) -> dict[str, Any]:
        """Settings of the worker context: ``{"media_roots": (folder,)}``. The egress is the kit's."""
        return {}

    @pytest.fixture
    def feed(self, spec: SourceSpec) -> str:
        """The feed that is run."""
        return spec.feeds[0]

    @pytest.fixture
    def patience_s(self) -> float:
        """Seconds until the first picture must be there."""
        return 10.0

    @pytest.fixture
    def run(
        self, spec: SourceSpec, feed: str, context: dict[str, Any], worker_context: Callable[..., Any]
    ) -> Iterator[Callable[[Any], Run]]:
        """Make a run of a source with a configuration; start it with ``start()``."""
        factory, watching, rules = spec.factory.load(), watch(), Rules()
        with WayOut(rules) as egress, watching.over(rules):
            ctx = worker_context(**context, egress=egress)
            yield lambda config: Run(lambda: factory(ctx, config, feed), spec.shape, watching, rules)
        rules.check()

    def test_it_gives_pictures(self, run: Callable[[Any], Run], config: Any, patience_s: float) -> None:
        """Packets with a decoder that makes pictures of them, or pictures."""
        running = run(config).start()
        try:
            assert running.wait(1, patience_s), f"nothing came within {patience_s} s: {running.error!r}"
            picture = running.items[0]
            if isinstance(picture, Packet):
                picture = running.call(lambda: first_picture(running, patience_s))
            assert picture.width > 0
            assert picture.height > 0
            assert picture.luma(64).shape[1] <= 64
            assert picture.jpeg(80, None).startswith(b"\xff\xd8")
            assert picture.captured_at is None or picture.captured_at.tzinfo is not None
        finally:
            running.close()

    def test_it_has_no_other_way_out(self, run: Callable[[Any], Run], config: Any, patience_s: float) -> None:
        """Nothing but the context's egress leads out, for the libraries that it uses as well."""
        running = run(config).start()
        running.wait(1, patience_s)
        running.close()
        if not watch().sees_libraries:
            pytest.skip("nothing was seen to go by the egress, but this system shows only what Python itself connects")

    def test_closing_ends_it_within_2_s(self, run: Callable[[Any], Run], config: Any, patience_s: float) -> None:
        """While it waits for the next thing, from another thread, without an error but those of the vocabulary."""
        running = run(config).start()
        assert running.wait(1, patience_s), f"nothing came within {patience_s} s: {running.error!r}"
        assert running.close() < CLOSE_S
        assert running.error is None or isinstance(running.error, GlimpserError), repr(running.error)

    def test_closing_while_it_opens(self, run: Callable[[Any], Run], config: Any) -> None:
        """At any moment: a stream may be stopped as soon as it was started."""
        for delay in (0.0, 0.005, 0.05):
            running = run(config).start()
            time.sleep(delay)
            assert running.close() < CLOSE_S
            assert running.ended
            assert running.error is None or isinstance(running.error, GlimpserError), repr(running.error)

    def test_closing_often_or_before_it_ran(self, run: Callable[[Any], Run], spec: SourceSpec, config: Any) -> None:
        """A blocking source may be closed any number of times; one that was closed gives nothing any more."""
        if spec.shape != "blocking":
            pytest.skip("an async source is closed once, after it ran")
        running = run(config)
        running.source.close()
        running.source.close()
        running.start()
        assert running.close() < CLOSE_S
        running.source.close()
        assert running.error is None or isinstance(running.error, GlimpserError), repr(running.error)

    def test_failure_is_told_in_the_vocabulary(
        self, run: Callable[[Any], Run], broken_config: Any, patience_s: float
    ) -> None:
        """A GlimpserError with a code; anything else is a bug of the plugin."""
        if broken_config is None:
            pytest.skip("the fixture `broken_config` is not overridden: this source cannot fail")
        running = run(broken_config).start()
        running.wait(1_000_000, max(patience_s, 15.0))
        ended = running.ended
        running.close()
        assert ended, "it did not end"
        assert isinstance(running.error, GlimpserError), repr(running.error)
        assert running.error.reason.code != GlimpserError.default_code, "the error has no code of its own"

    def test_its_cadence_is_sound(self, run: Callable[[Any], Run], spec: SourceSpec, config: Any) -> None:
        """The watchdog goes by it."""
        cadences = [spec.cadence]
        if spec.shape == "blocking":
            running = run(config)
            if isinstance(running.source, Cadenced):
                cadences.append(running.source.cadence())
            running.source.close()
        for cadence in cadences:
            assert isinstance(cadence, Cadence)
            assert cadence.timeout_s > 0

    def test_a_bad_configuration_is_refused(self, spec: SourceSpec, bad_configs: list[dict[str, Any]]) -> None:
        """By the model, with the field's name."""
        for document in bad_configs:
            refuse(spec.config.load(), document)

    def test_starting_and_stopping_leaks_nothing(
        self, run: Callable[[Any], Run], config: Any, cycles: int, patience_s: float, scratch: Path
    ) -> None:
        """No thread, file descriptor or temporary file stays."""

        def cycle() -> None:
            running = run(config).start()
            running.wait(1, patience_s)
            assert running.close() < CLOSE_S

        assert not leak(cycle, cycles, scratch)


def first_picture(running: Run, patience_s: float) -> Any:
    """Decode what comes until there is a picture."""
    decoder: Decoder | None = None
    seen = 0
    try:
        while running.wait(seen + 1, patience_s):
            packet = running.items[seen]
            assert isinstance(packet, Packet), "packets and pictures from one source"
            seen += 1
            if packet.track != "video":
                continue
            if decoder is None:
                if not packet.keyframe:
                    continue
                decoder = running.source.decoder(packet.parameters)
                assert isinstance(decoder, Decoder)
            if pictures := decoder.decode(packet):
                return pictures[0]
    finally:
        if decoder is not None:
            decoder.close()
    pytest.fail(f"no picture came out of {seen} packets")
