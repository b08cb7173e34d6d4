"""Steps from no table to the tables of the plugin."""
