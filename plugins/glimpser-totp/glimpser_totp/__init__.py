"""Second factor: time-based codes of an authenticator app, and recovery codes.

Imports the SDK, never the core. The entry module `plugin` imports nothing heavier than the SDK.
"""
