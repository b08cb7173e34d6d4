"""Who is asking, and what they may do: users, sessions, API keys, roles and the one ``can()``.

A service: may import the database. Imported by the hub and the API.
"""
