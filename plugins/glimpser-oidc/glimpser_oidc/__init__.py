"""Sign-in by OpenID Connect: authorization code with PKCE, and an ID token whose every claim is checked.

Runs in the hub; imports the SDK, authlib and joserfc only. ``plugin`` is light, everything else is loaded with the
backend.
"""
