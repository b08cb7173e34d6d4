"""Sign-in with a user name and a password, hashed with argon2id.

Runs in the hub; imports the SDK and argon2-cffi only. ``plugin`` is light, everything else is loaded with the backend.
"""
