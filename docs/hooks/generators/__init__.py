"""What pages are filled with, one module for each kind. May import the core and the SDK."""
