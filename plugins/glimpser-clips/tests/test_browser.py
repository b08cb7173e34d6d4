"""A clip in a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from .rig import Context, encode, ended, make_sink, merged, sound, started

pytestmark = pytest.mark.browser

_PLAY = """async () => {
  const video = document.querySelector("video");
  const frames = [];
  const seen = (now, meta) => { frames.push(meta.mediaTime); video.requestVideoFrameCallback(seen); };
  video.requestVideoFrameCallback(seen);
  await video.play();
  await new Promise((done, failed) => {
    video.onended = done;
    video.onerror = () => failed(new Error(video.error.message));
    setTimeout(done, 15000);
  });
  return { ended: video.ended, at: video.currentTime, width: video.videoWidth, height: video.videoHeight,
           duration: video.duration, frames, start: video.buffered.start(0),
           heard: video.webkitAudioDecodedByteCount };
}"""


@pytest.fixture
def page() -> Iterator[Any]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium on the PATH")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("codec", ["h264", "vp9", "av1"])
def test_a_clip_plays(ctx: Context, page: Any, codec: str) -> None:
    packets = merged(encode(codec, 4, clock_s=5000), sound(4, clock_s=5000))
    sink = make_sink(ctx)
    sink.event(started("E1", 2), packets)
    sink.event(ended("E1", 4), ())
    sink.close()
    (ctx.folder / "page.html").write_text(f"<video muted src='{ctx.files[0].name}'></video>")
    page.goto((ctx.folder / "page.html").as_uri())
    seen = page.evaluate(_PLAY)
    assert seen["ended"]
    assert (seen["width"], seen["height"]) == (160, 120)
    assert seen["start"] == 0
    assert seen["at"] == pytest.approx(4, abs=0.2)
    assert seen["duration"] == pytest.approx(4, abs=0.2)
    assert seen["frames"][0] < 1
    assert len(set(seen["frames"])) > 20
    assert seen["heard"] > 0
