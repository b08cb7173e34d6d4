"""Clips: what they show, what they hold, and when a new one begins."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import av
import pytest

from glimpser_sdk.packets import CodecParameters, Packet

from .rig import (
    EPOCH,
    FPS,
    Context,
    at,
    between,
    decoded,
    encode,
    ended,
    make_sink,
    merged,
    play,
    sound,
    started,
    wall,
)


def changed(packet: Packet, **values: object) -> Packet:
    """A copy with other values."""
    kept = {
        name: getattr(packet, name)
        for name in ("feed", "parameters", "pts", "dts", "time_base", "keyframe", "size", "received_at", "mono_ns",
                     "data", "discontinuity")
    }  # fmt: skip
    return Packet(**(kept | values))


def one_event(ctx: Context, packets: list[Packet], start: float = 5, end: float = 7, **config: float) -> None:
    """An event with five seconds of pre-roll, and all that follows."""
    sink = make_sink(ctx, **config)
    sink.event(started("E1", start), between(packets, 0, start))
    sink.packets(between(packets, start, end))
    sink.event(ended("E1", end), ())
    sink.packets(between(packets, end, 1000))
    sink.close()


@pytest.mark.parametrize("in_band", [False, True])
@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9"])
def test_a_clip_shows_what_was_sent(ctx: Context, codec: str, in_band: bool) -> None:
    packets = encode(codec, 8, in_band=in_band)
    one_event(ctx, packets, 5, 6, post_roll_s=10)
    [file] = ctx.files
    seen = play(ctx.folder / file.name)
    assert seen.pictures == decoded(packets)
    assert seen.times == pytest.approx([index / FPS for index in range(80)], abs=1e-4)
    assert all(later > earlier for earlier, later in zip(seen.dts, seen.dts[1:], strict=False))
    assert seen.tag == {"h264": "avc1", "hevc": "hvc1", "av1": "av01", "vp9": "vp09"}[codec]
    assert (file.codec, file.width, file.height, file.kind) == (codec, 160, 120, "clip")
    assert file.content_type == "video/mp4"


def test_it_begins_before_the_event_and_ends_after_it(ctx: Context) -> None:
    one_event(ctx, encode("h264", 20), 5, 7, post_roll_s=3)
    [file] = ctx.files
    assert file.event_ids == ("E1",)
    assert file.started_at == wall(at(0))
    assert file.ended_at == wall(at(10))
    assert play(ctx.folder / file.name).times[-1] == pytest.approx(10, abs=0.15)
    assert [path.name for path in ctx.folder.iterdir()] == [file.name]


def test_the_file_is_fragmented(ctx: Context) -> None:
    one_event(ctx, encode("h264", 8))
    content = (ctx.folder / ctx.files[0].name).read_bytes()
    assert content.index(b"moov") < content.index(b"moof") < content.index(b"mdat")
    assert content.count(b"moof") >= 7


def test_it_begins_with_a_keyframe_where_there_is_no_pre_roll(ctx: Context) -> None:
    packets = encode("h264", 8)
    sink = make_sink(ctx, pre_roll_s=0)
    sink.event(started("E1", 2.3), ())
    sink.packets(between(packets, 2.3, 6))
    sink.close()
    [file] = ctx.files
    assert file.started_at == wall(at(3))
    seen = play(ctx.folder / file.name)
    assert seen.times[0] == 0
    assert seen.pictures == decoded(between(packets, 3, 6))


def test_length_prefixed_packets_are_copied_too(ctx: Context) -> None:
    # As RTMP and MP4 carry them: lengths instead of start codes, parameter sets apart. A clip is such a file.
    packets = encode("h264", 8)
    one_event(ctx, packets, 5, 6, post_roll_s=10)
    with av.open(str(ctx.folder / ctx.files[0].name)) as container:
        extradata = bytes(container.streams.video[0].codec_context.extradata)
        blobs = [bytes(native) for native in container.demux(video=0) if native.size]
    assert extradata[0] == 1
    parameters = replace(packets[0].parameters, extradata=extradata)
    prefixed = [changed(packet, data=blob, parameters=parameters) for packet, blob in zip(packets, blobs, strict=True)]
    one_event(ctx, prefixed, 5, 6, post_roll_s=10)
    assert play(ctx.folder / ctx.files[1].name).pictures == decoded(packets)


@pytest.mark.parametrize("adts", [False, True])
def test_sound_goes_with_it(ctx: Context, adts: bool) -> None:
    packets = merged(encode("h264", 8), sound(8, adts=adts))
    one_event(ctx, packets, 5, 6, post_roll_s=10)
    seen = play(ctx.folder / ctx.files[0].name)
    assert seen.sound_s == pytest.approx(8, abs=0.2)
    assert len(seen.pictures) == 80


def test_sound_that_browsers_do_not_play_is_left_out(ctx: Context) -> None:
    law = CodecParameters(epoch=0, track="audio", codec="pcm_alaw", sample_rate=8000, channels=1)
    packets = merged(encode("h264", 8), [changed(packet, parameters=law) for packet in sound(8)])
    one_event(ctx, packets)
    assert play(ctx.folder / ctx.files[0].name).sound_s == 0


def test_overlapping_events_share_a_clip(ctx: Context) -> None:
    packets = encode("h264", 30)
    sink = make_sink(ctx, post_roll_s=2)
    sink.event(started("E1", 5), between(packets, 0, 5))
    sink.packets(between(packets, 5, 7))
    sink.event(started("E2", 7), ())
    sink.event(ended("E1", 7), ())
    sink.packets(between(packets, 7, 12))
    sink.event(ended("E2", 12), ())
    sink.packets(between(packets, 12, 13))
    sink.event(started("E3", 13), ())
    sink.packets(between(packets, 13, 18))
    assert not ctx.files
    sink.event(ended("E3", 18), ())
    sink.packets(between(packets, 18, 30))
    assert not sink.wants_packets()
    [file] = ctx.files
    assert file.event_ids == ("E1", "E2", "E3")
    assert file.ended_at == wall(at(20))


def test_later_events_get_a_clip_of_their_own(ctx: Context) -> None:
    packets = encode("h264", 30)
    sink = make_sink(ctx, post_roll_s=1)
    for event_id, start in (("E1", 5), ("E2", 15)):
        sink.event(started(event_id, start), between(packets, start - 5, start))
        sink.packets(between(packets, start, start + 2))
        sink.event(ended(event_id, start + 2), ())
        sink.packets(between(packets, start + 2, start + 6))
    assert [file.event_ids for file in ctx.files] == [("E1",), ("E2",)]
    assert [file.started_at for file in ctx.files] == [wall(at(0)), wall(at(10))]
    assert play(ctx.folder / ctx.files[1].name).times[0] == 0


def test_a_change_of_the_codec_begins_a_new_file(ctx: Context) -> None:
    small, large = encode("h264", 6), encode("h264", 6, from_s=6, width=320, height=240)
    one_event(ctx, merged(small, large), 5, 9, post_roll_s=1)
    assert [(file.width, file.event_ids) for file in ctx.files] == [(160, ("E1",)), (320, ("E1",))]
    one, two = (play(ctx.folder / file.name) for file in ctx.files)
    assert (one.first, len(one.pictures)) == ((160, 120), 60)
    assert (two.first, two.times[0]) == ((320, 240), 0)


def test_a_clock_that_starts_again_goes_on_in_real_time(ctx: Context) -> None:
    packets = merged(encode("h264", 5), encode("h264", 5, from_s=5, clock_s=-5))
    one_event(ctx, packets, 3, 8, post_roll_s=5)
    [file] = ctx.files
    seen = play(ctx.folder / file.name)
    assert len(seen.pictures) == 100
    assert seen.times[-1] == pytest.approx(9.9, abs=0.3)
    assert all(0 < later - earlier < 0.5 for earlier, later in zip(seen.times, seen.times[1:], strict=False))


def test_after_missing_packets_it_goes_on_with_a_keyframe(ctx: Context) -> None:
    packets = encode("h264", 12)
    broken = [packet for packet in packets if not at(5.5) <= packet.mono_ns < at(7.4)]
    first = next(index for index, packet in enumerate(broken) if packet.mono_ns >= at(7.4))
    broken[first] = changed(broken[first], discontinuity=True)
    one_event(ctx, broken, 3, 9, post_roll_s=5)
    seen = play(ctx.folder / ctx.files[0].name)
    assert seen.pictures[-40:] == decoded(between(packets, 8, 12))
    assert seen.times[-40:] == pytest.approx([8 + index / FPS for index in range(40)], abs=0.25)


def test_a_long_silence_ends_the_file(ctx: Context) -> None:
    packets = merged(encode("h264", 6), encode("h264", 6, from_s=30))
    one_event(ctx, packets, 5, 33, post_roll_s=1)
    assert [(file.started_at, file.event_ids) for file in ctx.files] == [
        (wall(at(0)), ("E1",)),
        (wall(at(30)), ("E1",)),
    ]
    assert [play(ctx.folder / file.name).times[0] for file in ctx.files] == [0, 0]


@pytest.mark.parametrize("missing", [("dts",), ("pts", "dts")])
def test_packets_without_times(ctx: Context, missing: tuple[str, ...]) -> None:
    # No B-frames: without a decoding time nobody could tell their order.
    packets = [changed(packet, **dict.fromkeys(missing)) for packet in encode("vp9", 8)]
    one_event(ctx, packets, 5, 6, post_roll_s=10)
    seen = play(ctx.folder / ctx.files[0].name)
    assert len(seen.pictures) == 80
    assert seen.times == pytest.approx([index / FPS for index in range(80)], abs=1e-3)


def test_times_that_stand_still_or_step_back_a_little(ctx: Context) -> None:
    packets = encode("vp9", 8)
    packets[33] = changed(packets[33], pts=packets[32].pts, dts=packets[32].dts)
    one_event(ctx, packets, 5, 6, post_roll_s=10)
    seen = play(ctx.folder / ctx.files[0].name)
    assert all(later > earlier for earlier, later in zip(seen.dts, seen.dts[1:], strict=False))
    assert len(seen.pictures) == 80


def test_pictures_before_the_first_keyframe_in_showing_order_are_left_out(ctx: Context) -> None:
    packets = encode("vp9", 8)
    packets[1] = changed(packets[1], pts=packets[0].pts - 9000)
    one_event(ctx, packets, 5, 6, post_roll_s=10)
    assert play(ctx.folder / ctx.files[0].name).times[:2] == pytest.approx([0, 0.2], abs=1e-4)


def test_a_long_event_goes_on_in_a_second_file(ctx: Context) -> None:
    one_event(ctx, encode("h264", 40), 5, 28, max_length_s=15, post_roll_s=5)
    assert [file.started_at for file in ctx.files] == [wall(at(0)), wall(at(15))]
    assert [file.ended_at for file in ctx.files] == [wall(at(14.9)), wall(at(29.9))]
    assert all(file.event_ids == ("E1",) for file in ctx.files)


def test_what_browsers_do_not_play_is_told_once(ctx: Context) -> None:
    packets = encode("mjpeg", 4)
    sink = make_sink(ctx)
    for event_id in ("E1", "E2"):
        sink.event(started(event_id, 2), between(packets, 0, 2))
        assert not sink.wants_packets()
        sink.packets(between(packets, 2, 4))
        sink.event(ended(event_id, 4), ())
    sink.close()
    assert ctx.notices == [("clips.unsupported_codec", {"codec": "mjpeg"})]
    assert not ctx.files
    assert not list(ctx.folder.iterdir())


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process can grow beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_costs_the_clip_and_is_told_once(ctx: Context) -> None:
    packets = encode("h264", 20)
    sink = make_sink(ctx, post_roll_s=0)

    def event(event_id: str, start: float) -> None:
        sink.event(started(event_id, start), between(packets, start - 5, start))
        sink.packets(between(packets, start, start + 2))
        sink.event(ended(event_id, start + 2), ())
        sink.packets(between(packets, start + 2, start + 3))

    with room_for(4096):
        event("E1", 5)
        event("E2", 8)
    assert not list(ctx.folder.iterdir())
    assert [code for code, _ in ctx.notices] == ["clips.write_failed"]
    assert ctx.notices[0][1]["error"]
    event("E3", 12)
    assert [file.event_ids for file in ctx.files] == [("E3",)]
    with room_for(4096):
        event("E4", 15)
    assert [code for code, _ in ctx.notices] == ["clips.write_failed"] * 2


def test_a_folder_that_cannot_be_written_is_told(ctx: Context) -> None:
    sink = make_sink(ctx)
    (ctx.folder / "away").mkdir()
    ctx.folder = ctx.folder / "missing"
    sink.event(started("E1", 2), between(encode("h264", 2), 0, 2))
    assert [code for code, _ in ctx.notices] == ["clips.write_failed"]
    assert not sink.wants_packets()


def test_close_finishes_what_is_open(ctx: Context) -> None:
    packets = encode("h264", 6)
    sink = make_sink(ctx)
    sink.event(started("E1", 5), between(packets, 0, 6))
    sink.close()
    sink.close()
    [file] = ctx.files
    assert play(ctx.folder / file.name).pictures == decoded(packets)


def test_what_a_killed_process_left_is_removed(ctx: Context) -> None:
    old, fresh = ctx.folder / ".OLD.part", ctx.folder / ".FRESH.part"
    for path in (old, fresh):
        path.write_bytes(b"x")
    os.utime(old, (EPOCH.timestamp(), EPOCH.timestamp()))
    make_sink(ctx)
    assert [path.name for path in ctx.folder.iterdir()] == [fresh.name]


def test_nothing_is_wanted_before_an_event(ctx: Context) -> None:
    sink = make_sink(ctx)
    assert not sink.wants_packets()
    sink.packets(encode("h264", 2))
    sink.event(ended("gone", 2), ())
    sink.close()
    assert not ctx.files
    assert not list(ctx.folder.iterdir())


def test_registering_is_light() -> None:
    code = "import glimpser_clips.plugin as p, sys; p.glimpser_sinks(); p.glimpser_event_types(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"av", "pydantic", "numpy", "cv2"} & set(loaded)


def test_what_is_registered_can_be_loaded(ctx: Context) -> None:
    from glimpser_clips import plugin

    [spec] = plugin.glimpser_sinks()
    model = spec.config.load()
    assert (spec.id, spec.wants, spec.default) == ("clips", "packets", True)
    assert model().pre_roll_s == spec.pre_roll_s
    assert spec.factory.load()(ctx, model(), None).wants_packets() is False
    declared = {event_type.type for event_type in plugin.glimpser_event_types()}
    assert declared == {"clips.unsupported_codec", "clips.write_failed"}
