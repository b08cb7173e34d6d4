"""The REST API: one module per resource, each a list of declared routes. The topmost layer; nothing imports it but app.

A route declares its permission and the loader of its object in one place (``routing.py``); the framework loads the
object through what the principal may see, checks, and hands it over. Handlers never get a bare id.
"""
