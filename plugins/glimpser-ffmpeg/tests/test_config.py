"""What a stream's configuration allows."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from glimpser_ffmpeg import plugin
from glimpser_ffmpeg.config import FfmpegConfig
from glimpser_ffmpeg.options import input_options
from glimpser_ffmpeg.targets import Target


@pytest.mark.attack("A05", "A07")
@pytest.mark.parametrize(
    "url",
    [
        "exec:id",
        "echo:x",
        "ffmpeg:x#raw=y",
        "pipe:0",
        "lavfi:testsrc",
        "concat:/etc/hostname",
        "subfile,,start,0,end,0,,:/etc/passwd",
        "data:text/plain,x",
        "tcp://127.0.0.1:1",
        "udp://239.0.0.1:1",
        "/dev/video0'$(id)'",
        "/dev/../etc/passwd",
        "/dev/null",
        "clip.mp4",
        "rtsp:///x",
        "rtsp://cam\n/x",
        "",
    ],
)
def test_refused(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        FfmpegConfig(url=url)
    assert caught.value.errors()[0]["loc"] == ("url",)


@pytest.mark.control("A01", "A05", "A07")
@pytest.mark.parametrize("url", ["rtsp://cam/x", "RTSPS://cam", "http://[::1]:80/x?y#z", "/media/a.mp4", "/dev/video0"])
def test_allowed(url: str) -> None:
    assert FfmpegConfig(url=url).address("main") == url


@pytest.mark.attack("A01")
def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError):
        FfmpegConfig.model_validate({"url": "rtsp://cam/x", "options": {"vf": "movie=/etc/passwd"}})


@pytest.mark.attack("A08", control=True)
def test_credentials_are_encoded_and_replace_others() -> None:
    password = "; | & $ ' \" @ / # % \n"
    config = FfmpegConfig.model_validate(
        {"url": "rtsp://old:login@cam:554/a@b?c", "username": "a b@c", "password": password}
    )
    address = config.address("main")
    assert address == ("rtsp://a%20b%40c:%3B%20%7C%20%26%20%24%20%27%20%22%20%40%20%2F%20%23%20%25%20%0A@cam:554/a@b?c")
    assert password not in repr(config)
    pasted = urlsplit(f"rtsp://a b@c:{password}@cam:554/a")
    assert urlsplit(address).hostname == "cam"
    assert pasted.hostname != "cam", "control: as it is, it leads elsewhere"
    assert config.address("sub") is None


def test_every_setting_is_described() -> None:
    for name, field in FfmpegConfig.model_json_schema()["properties"].items():
        assert field.get("description"), name


@pytest.mark.parametrize("scheme", ["rtsp", "rtsps", "rtmp", "rtmps", "srt", "http", "https", "file", "v4l2"])
def test_protocols_and_formats_are_listed(scheme: str) -> None:
    options = input_options(FfmpegConfig(url="rtsp://cam/x"), Target(scheme, f"{scheme}://cam/x"))
    protocols = options["protocol_whitelist"].split(",")
    assert not {"concat", "subfile", "pipe", "data", "fd"} & set(protocols)
    assert ("file" in protocols) == (scheme in ("file", "v4l2"))
    assert not {"concat", "lavfi", "image2"} & set(options["format_whitelist"].split(","))


def test_registering_is_light() -> None:
    code = (
        "import sys, glimpser_ffmpeg.plugin as p; "
        "[f() for f in (p.glimpser_manifest, p.glimpser_sources, p.glimpser_event_types, p.glimpser_metrics)]; "
        "print([m for m in ('av', 'numpy', 'cv2', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_factories_load() -> None:
    [spec] = plugin.glimpser_sources()
    assert spec.config.load() is FfmpegConfig
    assert spec.factory.load().__name__ == "FfmpegSource"
