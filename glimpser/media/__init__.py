"""Kept media: the storage, snapshots, clips and the pruner.

A service: may import the database and the protocol. Imported by the hub and the API.
"""
