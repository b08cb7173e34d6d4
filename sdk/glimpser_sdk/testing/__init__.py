"""Test kit of Glimpser plugins."""
