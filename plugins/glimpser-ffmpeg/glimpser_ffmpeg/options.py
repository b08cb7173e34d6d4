"""What FFmpeg is told, per scheme. It may use no protocol and no format that is not listed here."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glimpser_ffmpeg.config import FfmpegConfig
    from glimpser_ffmpeg.targets import Target

_PROTOCOLS = {
    "rtsp": "rtsp,tcp,udp,rtp",
    "rtsps": "rtsps,rtsp,tls,tcp,udp,rtp,srtp",
    "rtmp": "rtmp,tcp",
    "rtmps": "rtmps,rtmp,tls,tcp",
    "srt": "srt,udp",
    "http": "http,https,httpproxy,tls,tcp,crypto",
    "https": "http,https,httpproxy,tls,tcp,crypto",
    "file": "file",
    "v4l2": "file",
}
_FILES = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg,h264,hevc,mjpeg,mpjpeg,mpegvideo,m4v,ivf,obu"
_FORMATS = {
    "rtsp": "rtsp,rtp,sdp,mpegts",
    "rtmp": "flv",
    "srt": "mpegts,flv,matroska,mov,h264,hevc",
    "http": f"{_FILES},hls",
    "file": _FILES,
    "v4l2": "video4linux2",
}
_FORMATS |= {"rtsps": _FORMATS["rtsp"], "rtmps": _FORMATS["rtmp"], "https": _FORMATS["http"]}
_DEMUXERS = {"mjpeg": "mpjpeg", "mp4": "mov"}


def input_format(config: FfmpegConfig, scheme: str) -> str | None:
    """The demuxer to use, None to find out."""
    if scheme in ("rtsp", "rtsps"):
        return "rtsp"
    if scheme == "v4l2":
        return "video4linux2"
    return None if config.format == "auto" else _DEMUXERS.get(config.format, config.format)


def input_options(config: FfmpegConfig, where: Target) -> dict[str, str]:
    """Options of demuxer and protocols; times are in microseconds."""
    scheme, proxy = where.scheme, where.proxy
    patience = str(int(config.timeout_s * 1_000_000))
    options = {
        "protocol_whitelist": _PROTOCOLS[scheme],
        "format_whitelist": _FORMATS[scheme],
        "probesize": "1000000",
        "analyzeduration": "3000000",
        "fpsprobesize": "3",
    }
    match scheme:
        case "rtsp" | "rtsps":
            options |= {
                "rtsp_transport": config.transport,
                "allowed_media_types": "video+audio",
                "timeout": patience,
            }
        case "http" | "https":
            options |= {"timeout": patience}
        case "rtmp" | "rtmps":
            # Never "timeout", which for RTMP means to listen.
            # The head names no tracks, so FFmpeg would listen for as long as it may; one keyframe is enough.
            options |= {"rw_timeout": patience, "analyzeduration": "1500000"}
        case "srt":
            options |= {"timeout": patience}
    if proxy:
        options["http_proxy"] = proxy
    if where.agent:
        options["user_agent"] = where.agent
    if scheme == "rtmps" and where.host:
        options["verifyhost"] = where.host
    if scheme in ("rtsps", "rtmps", "https") or proxy:
        options["tls_verify"] = "1" if config.verify_tls else "0"
        if authorities := ssl.get_default_verify_paths().cafile:
            options["ca_file"] = authorities
    return options
