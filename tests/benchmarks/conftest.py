"""Fixtures of the measurements."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from glimpser.demo.clip import generate

from .figures import Figures
from .support import SERVER


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    found = Figures()
    yield found
    found.write()


@pytest.fixture(scope="session", autouse=True)
def needs_server() -> None:
    probe = subprocess.run(["/usr/bin/python3", "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"])
    if probe.returncode or not SERVER.exists():
        pytest.skip("the RTSP server needs Debian's gir1.2-gst-rtsp-server-1.0 and python3-gi")


@pytest.fixture(scope="session")
def moving_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A long clip in which something moves about a third of the time; 640x360, 10 fps, about 500 kb/s."""
    return _encoded(tmp_path_factory.mktemp("moving"), None)


@pytest.fixture(scope="session")
def quiet_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same view with nothing but noise, leaves and light."""
    return _encoded(tmp_path_factory.mktemp("quiet"), 10.0)


def _encoded(folder: Path, seconds: float | None) -> Path:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("the clips are looped with ffmpeg")
    source, once, long = folder / "source.mp4", folder / "once.mp4", folder / "long.mp4"
    generate(source, seed=0, seconds=90)
    # Forwards and backwards again, so that the loop has no jump that would look like motion.
    there_and_back = f"trim=0:{seconds},setpts=PTS-STARTPTS,split[a][b];[b]reverse[r];[a][r]concat=n=2:v=1"
    cut = [] if seconds is None else ["-filter_complex", there_and_back]
    # As a camera's encoder does it: a constant bit rate kept within a quarter of a second, no look-ahead, one slice.
    encode = ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-x264-params", "sliced-threads=0",
              "-b:v", "500k", "-maxrate", "500k", "-bufsize", "125k", "-g", "10", "-keyint_min", "10",
              "-pix_fmt", "yuv420p"]  # fmt: skip
    subprocess.run([ffmpeg, "-v", "error", "-i", source, *cut, *encode, once], check=True)
    loops = "19" if seconds is None else "89"
    subprocess.run([ffmpeg, "-v", "error", "-stream_loop", loops, "-i", once, "-c", "copy", long], check=True)
    return long
