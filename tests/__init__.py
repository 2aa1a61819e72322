"""The tests, by tier."""
