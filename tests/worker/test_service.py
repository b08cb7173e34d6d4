"""A stream from Start to pictures, in a real worker process and over links in memory."""

from __future__ import annotations

from glimpser.protocol.messages import LiveView, Status, Stop, StreamPart, Watch
from hubside import HubSide, bright, source


async def test_start_to_live_picture_to_stop(hub: HubSide) -> None:
    hub.start(StreamPart(id="s", name="S", source=source(), analyzers=[bright()]))
    await hub.state("active", timeout=8)
    hub.post(Watch(stream_id="s", generation=1, views=[LiveView(side=160, max_fps=10)]))
    shown = await hub.shows("live")
    assert (shown.width, shown.height) == (160, 90)
    assert shown.jpeg[:2] == b"\xff\xd8"
    status = await hub.wait(Status, lambda s: s.fps is not None)
    assert (status.width, status.height, status.codec) == (320, 180, "h264")
    assert status.fps is not None
    assert abs(status.fps - 10) < 0.2
    assert status.last_frame_at is not None
    hub.post(Stop(stream_id="s", generation=1))
    await hub.state("inactive", timeout=2.5)
