"""Steps from no table to the tables of ``models``."""
