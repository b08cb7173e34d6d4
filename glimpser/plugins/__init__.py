"""Hosting plugins: finding, judging, loading, merging, configuring and stopping them.

Imported by the hub, the API and the CLI; imports settings, the database and the SDK, never a plugin by name.
``discover`` and ``decide`` import no plugin code, so that listing plugins works whatever is installed.
"""
