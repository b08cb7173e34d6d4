"""Saved walls: which streams are shown where, kept on the server, private or shared with a role."""
