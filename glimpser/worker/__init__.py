"""The worker process: runs streams on threads and talks to the hub over a control and a bulk channel.

May import the protocol and the SDK only; never the database, the web framework or identity.
"""
