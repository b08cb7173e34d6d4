"""Misbehaves on demand. ``hub`` in the hub by environment, ``source``, ``analyzer`` and ``sink`` in a worker by
configuration."""
