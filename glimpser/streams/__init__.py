"""Configured streams: checking, storing, showing, and turning a row into what a worker runs.

A service: may import the database, plugins (registry and documents), the protocol. Imported by the hub and the API.
"""
