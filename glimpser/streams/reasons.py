"""The catalogue of reasons: why a stream is as it is, in words that say what to do. Rules and tests use the codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glimpser.egress.errors import CODES as EGRESS

REASONS: dict[str, str] = {
    "net.refused": "The device refuses connections on that port: check address and port.",
    "net.timeout": "The device does not answer: check that it is on and reachable.",
    "net.silent": "The device accepted the connection and says nothing.",
    "net.half_open": "The device stopped in the middle of its answer.",
    "net.trickle": "The device sends too slowly to be a stream.",
    "net.endless_header": "The device never finishes its answer's header: this is no stream.",
    "net.closed": "The device closed the connection.",
    "net.failed": "The connection failed: {error}",
    "net.rejected": "The device refuses the request ({error}).",
    "net.not_found": "The device knows no such stream: check the path.",
    "net.tls": "The encrypted connection failed: {error}",
    "net.redirected": "The answer leads to a protocol that is not allowed here.",
    "net.redirects": "The answer leads from one address to the next without end.",
    "net.other_host": "The answer leads to {host}, where this stream's credentials do not belong.",
    "auth.failed": "The device refuses user name or password.",
    "auth_failed": "The device refuses user name or password.",
    "config_invalid": "The configuration is not valid: {detail}",
    "media.not_video": "What comes from this address is not a video.",
    "media.no_video": "There is no video track in this stream.",
    "media.not_image": "What comes from this address is not a picture.",
    "media.incomplete": "The picture ended before it was complete.",
    "media.too_large": "The picture is larger than {limit}.",
    "media.no_device": "There is no such video device on this machine.",
    "media.unsupported_codec": "The codec {codec} cannot be decoded here.",
    "media.unsupported_protocol": "This protocol is not supported here.",
    "file.outside": "Only files below a media folder may be opened: add the folder to media_roots.",
    "file.not_found": "There is no such file.",
    "stream.silent": "Nothing has arrived for too long.",
    "stream.no_frames": "Data arrives, but no picture can be decoded from it.",
    "stream.frozen": "The stream's clock stands still.",
    "stream.frozen_payload": "The stream repeats the same data: the picture is frozen.",
    "stream.connect_timeout": "No picture came in time after connecting.",
    "stream.ended": "The stream came to its end.",
    "stream_ended": "The stream came to its end.",
    "stream.not_running": "The stream is not running: start it first.",
    "stream.too_large": "The configuration is too large: {detail}",
    "snapshot.timeout": "No picture came within {seconds} seconds.",
    "plugin.unknown_name": "The plugin for this kind is not running: {detail}",
    "plugin.failed": "The plugin {plugin} failed: {detail}",
    "plugin.import_failed": "The plugin {plugin} cannot be imported in a worker: {detail}",
    "analyzer.process_ended": "The process of an analyzer of the plugin {plugin} ended: {detail}",
    "worker.crashed": "The worker of this stream died; it is started again.",
    "worker.memory": "The worker of this stream used too much memory; it is started again.",
    "worker.silent": "The worker of this stream did not answer; it is started again.",
    "worker.stuck": "The plugin {plugin} ignored the stop; the worker is replaced.",
    "worker.refused": "The worker and the hub do not fit together: {detail}",
    "worker.protocol": "The worker said what makes no sense and is replaced: {detail}",
    "worker.stopped": "The worker of this stream was stopped.",
    "worker.start_failed": "No worker could be started: {detail}",
    "secret.unreadable": "A secret cannot be read with this installation's key: enter it again.",
    "unsupported": "This cannot be done here: {detail}",
    "error": "{detail}",
    "not_ready": "Not ready: {detail}",
    **EGRESS,
}


def reason_text(code: str, params: Mapping[str, Any]) -> str:
    """The text of a code; of an unknown one its detail or the code itself."""
    text = REASONS.get(code)
    if text is None:
        return str(params.get("detail") or code)
    return text.format_map(_Known(params)).strip()


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""
