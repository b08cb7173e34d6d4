"""Which networks and countries are served."""
