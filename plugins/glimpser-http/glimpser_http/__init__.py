"""A still picture from a web address, fetched at an interval.

Runs in workers; imports the SDK, httpx and, for what is no JPEG, OpenCV. ``plugin`` is light, everything else is loaded
when a stream starts.
"""
