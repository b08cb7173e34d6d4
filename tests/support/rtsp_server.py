#!/usr/bin/python3
"""An RTSP server that sends live test pictures (GStreamer). Runs under the system's python3, which has ``gi``.

rtsp_server.py [--port 0] [--mounts N] [--fps 10] [--size 640x360] [--gop FRAMES] [--pattern NAME] [--codec h264|h265]
               [--audio] [--file CLIP.mp4] [--user U --password P]

Serves /cam0 … /cam{N-1}, each once for all who connect, over TCP and UDP, and prints ``ready PORT``. Patterns: ball
(a moving ball on black), smpte (constant bars), black, snow (noise), clock (a constant picture with a running clock).
An H.264 file is played once, from its start, for all who connect.
Exits with status 3 and a reason where GStreamer or a plugin of it is absent.
"""

import argparse
import sys


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mounts", type=int, default=1)
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--gop", type=int, default=0, help="frames between keyframes; one second when left out")
    parser.add_argument("--pattern", default="ball", choices=["ball", "smpte", "black", "snow", "clock"])
    parser.add_argument("--codec", default="h264", choices=["h264", "h265", "jpeg"])
    parser.add_argument("--audio", action="store_true")
    parser.add_argument("--file", help="an H.264 mp4, played once; make it long enough")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    return parser.parse_args()


def launch(args: argparse.Namespace) -> str:
    """What GStreamer runs for one mount."""
    if args.file:
        return (
            f'( filesrc location="{args.file}" ! qtdemux ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )'
        )
    width, height = args.size.split("x")
    gop = args.gop or args.fps
    pattern = "smpte" if args.pattern == "clock" else args.pattern
    clock = "! timeoverlay " if args.pattern == "clock" else ""
    encoders = {
        "h264": f"x264enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} ! rtph264pay name=pay0 pt=96",
        "h265": f"x265enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} ! rtph265pay name=pay0 pt=96",
        "jpeg": "jpegenc ! rtpjpegpay name=pay0 pt=26",
    }
    audio = "audiotestsrc is-live=true ! mulawenc ! rtppcmupay name=pay1 pt=0 " if args.audio else ""
    return (
        f"( videotestsrc is-live=true pattern={pattern} "
        f"! video/x-raw,format=I420,width={width},height={height},framerate={args.fps}/1 {clock}"
        f"! {encoders[args.codec]} {audio})"
    )


def main() -> None:
    args = arguments()
    try:
        import gi

        gi.require_version("Gst", "1.0")
        gi.require_version("GstRtspServer", "1.0")
        gi.require_version("GstRtsp", "1.0")
        from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
    except (ImportError, ValueError) as error:
        print(f"GStreamer's RTSP server is not installed: {error}", flush=True)
        sys.exit(3)
    Gst.init(None)
    needed = {"h264": "x264enc", "h265": "x265enc", "jpeg": "jpegenc"}[args.codec]
    if Gst.ElementFactory.find(needed) is None:
        print(f"GStreamer has no {needed}", flush=True)
        sys.exit(3)

    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(args.port))
    if args.user:
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "user")
        auth = GstRtspServer.RTSPAuth()  # without a default token: with one, a protected path answers 404
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(args.user, args.password, token)
        server.set_auth(auth)
    for number in range(args.mounts):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(launch(args))
        factory.set_shared(True)
        if args.user:
            role = "user, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
            factory.add_role_from_structure(Gst.Structure.from_string(role)[0])
        server.get_mount_points().add_factory(f"/cam{number}", factory)
    if not server.attach(None):
        print(f"port {args.port} is taken", flush=True)
        sys.exit(1)
    print(f"ready {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
