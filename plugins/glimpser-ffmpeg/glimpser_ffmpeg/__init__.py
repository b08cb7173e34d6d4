"""Video through FFmpeg in process: what an RTSP, RTMP, SRT, HTTP, HLS or V4L2 address or a file sends.

Runs in workers; imports the SDK and PyAV only. ``plugin`` is light, everything else is loaded when a stream starts.
"""
