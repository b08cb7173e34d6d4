"""A clip of every event, copied from the stream's packets without decoding them.

Runs in workers; imports the SDK and PyAV only. ``plugin`` is light, everything else is loaded with the first sink.
"""
