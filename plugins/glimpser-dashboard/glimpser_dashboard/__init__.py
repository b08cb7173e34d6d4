"""The dashboard: the pages that browsers are given. They are built from ``web/`` into ``static/``."""
