"""What happened: the current row of each event, the append-only log, activities and the feed.

A service: may import the database and the protocol. Imported by the hub and the API.
"""
