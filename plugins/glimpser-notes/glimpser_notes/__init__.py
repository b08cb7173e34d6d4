"""Notes that people write about streams and activities.

Runs in the hub; imports the SDK only. ``plugin`` is light, everything else is loaded when it is needed.
"""
