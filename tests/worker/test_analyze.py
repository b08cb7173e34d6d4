"""Files through the same feed and analyzers as a live stream."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from hubside import bright, source
from synthetic import scene

from glimpser.protocol.messages import Component
from glimpser.worker.analyze import analyze
from glimpser_sdk import ConfigInvalid, Region

FPS = 10
MOVING = (2.0, 4.0)


def video(**config: object) -> Component:
    return source(realtime=False, frames=120, bright=MOVING, **config).component


def test_every_frame_of_a_video_is_told_with_its_index(tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.touch()
    lines = list(analyze(file, [bright()], source=video(bframes=2)))
    assert [line["frame"] for line in lines] == list(range(len(lines)))
    assert len(lines) >= 116
    assert [line["t"] for line in lines] == pytest.approx([i / FPS for i in range(len(lines))], abs=0.01)
    assert [line["frame"] for line in lines if line["motion"]] == list(range(20, 40))
    assert all((line["score"] > 0) == line["motion"] for line in lines)


def test_idle_reads_keyframes_until_something_moves(tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.touch()
    lines = list(analyze(file, [bright(idle_trigger=True)], source=video(), idle=True))
    frames = [line["frame"] for line in lines]
    assert frames[:3] == [0, 10, 20]
    assert frames[3:20] == list(range(21, 38))
    assert frames[-3:] == [90, 100, 110]
    assert frames == sorted(set(frames))
    assert [line["frame"] for line in lines if line["motion"]] == list(range(20, 40))


def test_a_folder_of_numbered_pictures(tmp_path: Path) -> None:
    for number in range(15, 45, 5):
        cv2.imwrite(str(tmp_path / f"in{number:06d}.png"), scene(number, FPS, MOVING))
    (tmp_path / "notes.txt").write_text("no picture")
    lines = list(analyze(tmp_path, [bright()], fps=FPS))
    assert [(line["frame"], line["t"], line["motion"]) for line in lines] == [
        (15, 0.0, False), (20, 0.5, True), (25, 1.0, True), (30, 1.5, True), (35, 2.0, True), (40, 2.5, False),
    ]  # fmt: skip
    everything = Region(id="r", name="r", kind="privacy", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
    assert not any(line["motion"] for line in analyze(tmp_path, [bright()], fps=FPS, regions=(everything,)))


def test_what_will_not_do_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="does not exist"):
        list(analyze(tmp_path / "none", [bright()]))
    with pytest.raises(ConfigInvalid, match="--fps"):
        list(analyze(tmp_path, [bright()]))
    with pytest.raises(ConfigInvalid, match="no numbered pictures"):
        list(analyze(tmp_path, [bright()], fps=5))
    cv2.imwrite(str(tmp_path / "1.png"), scene(1, FPS, MOVING))
    with pytest.raises(ZeroDivisionError):
        list(analyze(tmp_path, [bright(config={"fail": True})], fps=5))
