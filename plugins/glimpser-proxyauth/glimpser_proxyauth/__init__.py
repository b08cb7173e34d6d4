"""Sign-in by a proxy before the hub that has proved who is asking and says so in a header.

Runs in the hub; imports the SDK only. ``plugin`` is light, everything else is loaded with the backend.
"""
