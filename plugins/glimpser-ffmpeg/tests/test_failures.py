"""Every way in which a server fails has its own reason, soon, and close() ends every wait."""

from __future__ import annotations

import time
from typing import Any

import pytest

from glimpser_sdk.errors import AuthFailed, ConfigInvalid, NotReady, Unsupported

PATIENCE = 2.0


def _url(scheme: str, port: int) -> str:
    return f"{scheme}://user:secret@127.0.0.1:{port}/x"


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
@pytest.mark.parametrize(
    ("behaviour", "kind", "code"),
    [
        ("silent", NotReady, "net.silent"),
        ("trickle", NotReady, "net.trickle"),
        ("reset", NotReady, "net.closed"),
        ("unauthorized", AuthFailed, "auth.failed"),
        ("missing", NotReady, "net.not_found"),
    ],
)
def test_reason(
    scheme: str, behaviour: str, kind: type, code: str, hostile: Any, open_source: Any, failure: Any
) -> None:
    with hostile.serve(getattr(hostile, behaviour)) as port:
        began = time.monotonic()
        error = failure(open_source(_url(scheme, port), timeout_s=PATIENCE))
    assert isinstance(error, kind)
    assert error.reason.code == code
    assert time.monotonic() - began < 2 * PATIENCE + 1
    assert "secret" not in str(error.reason)


def test_refused(hostile: Any, open_source: Any, failure: Any) -> None:
    for scheme in ("rtsp", "rtsps", "http", "https", "rtmp"):
        assert failure(open_source(_url(scheme, hostile.free_port()))).reason.code == "net.refused"


@pytest.mark.parametrize("behaviour", ["reset", "hang_up"])
def test_rtmp_cut_off(behaviour: str, hostile: Any, open_source: Any, failure: Any) -> None:
    """The outbound relay can say no more to an RTMP client whose target it cannot reach."""
    with hostile.serve(hostile.reset if behaviour == "reset" else lambda client: None) as port:
        assert failure(open_source(_url("rtmp", port), timeout_s=PATIENCE)).reason.code == "net.closed"


def test_silent_rtmp(hostile: Any, open_source: Any, failure: Any) -> None:
    with hostile.serve(hostile.silent) as port:
        assert failure(open_source(_url("rtmp", port), timeout_s=PATIENCE)).reason.code == "net.silent"


def test_server_that_agrees_and_sends_nothing(hostile: Any, open_source: Any, failure: Any) -> None:
    with hostile.serve(hostile.half_open) as port:
        assert failure(open_source(_url("rtsp", port), timeout_s=PATIENCE)).reason.code == "net.half_open"


def test_media_that_trickle(hostile: Any, open_source: Any, failure: Any) -> None:
    with hostile.serve(hostile.trickled_media) as port:
        assert failure(open_source(_url("rtsp", port), timeout_s=PATIENCE)).reason.code == "net.trickle"


def test_endless_header_ends(hostile: Any, open_source: Any, failure: Any) -> None:
    """The outbound relay cuts such an answer off and says so; without one, the time for an answer runs out."""
    with hostile.serve(hostile.endless_header) as port:
        assert failure(open_source(_url("rtsp", port), timeout_s=PATIENCE)).reason.code == "net.trickle"


def test_reason_of_the_outbound_relay(hostile: Any, open_source: Any, failure: Any) -> None:
    def relay(code: str) -> Any:
        def behave(client: Any) -> None:
            client.recv(65536)
            client.sendall(f"RTSP/1.0 403 {code}\r\nCSeq: 0\r\nX-Glimpser-Egress: {code}\r\n\r\n".encode())

        return behave

    for said, code in {
        "egress.too_large": "net.endless_header",
        "egress.trickle": "net.trickle",
        "egress.connection_refused": "net.refused",
        "egress.connect_failed": "net.timeout",
        "egress.tls": "net.tls",
        "egress.timeout": "net.timeout",
        "egress.bad_message": "media.not_video",
        "egress.redirect": "egress.redirect",
    }.items():
        with hostile.serve(relay(said)) as port:
            assert failure(open_source(_url("rtsp", port))).reason.code == code


def test_web_page_is_not_a_video(hostile: Any, open_source: Any, failure: Any) -> None:
    with hostile.serve(hostile.web_page) as port:
        error = failure(open_source(_url("http", port)))
    assert isinstance(error, Unsupported)
    assert error.reason.code == "media.not_video"


def test_sound_alone_is_no_video(hostile: Any, open_source: Any, failure: Any) -> None:
    sdp = (
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=control:a\r\n"
    )

    def sound(client: Any) -> None:
        for number in range(400):
            client.sendall(
                b"$\x00\x00\xac\x80\x00" + number.to_bytes(2, "big") + (number * 160).to_bytes(4, "big") + bytes(164)
            )
            time.sleep(0.02)

    with hostile.serve(hostile.rtsp_session(sound, sdp=sdp)) as port:
        assert failure(open_source(_url("rtsp", port), timeout_s=PATIENCE)).reason.code == "media.no_video"


def test_http_may_not_lead_to_another_protocol(hostile: Any, open_source: Any, failure: Any) -> None:
    for target in ("file:///etc/passwd", "rtsp://127.0.0.1:1/x", "concat:/etc/passwd"):
        with hostile.serve(hostile.redirect(target)) as port:
            assert failure(open_source(_url("http", port))).reason.code == "net.redirected"


@pytest.mark.parametrize(
    ("scheme", "behaviour"),
    [
        ("rtsp", "silent"),
        ("rtsp", "trickle"),
        ("rtsp", "endless_header"),
        ("rtsp", "half_open"),
        ("rtsp", "trickled_media"),
        ("http", "silent"),
        ("http", "trickle"),
        ("http", "endless_header"),
    ],
)
def test_close_is_prompt(scheme: str, behaviour: str, hostile: Any, open_source: Any, closing: Any) -> None:
    with hostile.serve(getattr(hostile, behaviour)) as port:
        assert closing(open_source(_url(scheme, port), timeout_s=30), 0.3) < 1.0


def test_failures_are_counted(ctx: Any, hostile: Any, open_source: Any, failure: Any) -> None:
    failure(open_source(_url("rtsp", hostile.free_port())))
    assert ctx.metrics.values[("failures_total", "net.refused")] == 1
    assert ctx.metrics.values[("connects_total", "rtsp")] == 1


def test_a_feed_without_an_address_is_no_failed_connection(
    ctx: Any, hostile: Any, open_source: Any, failure: Any
) -> None:
    error = failure(open_source(_url("rtsp", hostile.free_port()), feed="sub"))
    assert isinstance(error, ConfigInvalid)
    assert not [name for name in ctx.metrics.values if name[0] == "failures_total"]


def test_close_after_the_end_costs_nothing(hostile: Any, open_source: Any, failure: Any) -> None:
    source = open_source(_url("rtsp", hostile.free_port()))
    assert failure(source).reason.code == "net.refused"
    began = time.thread_time()
    for _ in range(100):
        source.close()
    assert time.thread_time() - began < 0.05
