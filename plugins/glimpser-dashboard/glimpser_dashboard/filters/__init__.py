"""Filters of the inbox that somebody gave a name, kept on the server for each person."""
