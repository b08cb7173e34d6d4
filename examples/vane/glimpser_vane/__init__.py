"""A weather vane: what it points at, and where that lies."""
