"""Servers that tests talk to: real video, and every way in which a server can misbehave."""
