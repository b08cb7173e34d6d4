"""The pytest plugin: fixtures for tests of Glimpser plugins."""
