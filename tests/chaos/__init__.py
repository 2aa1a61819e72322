"""Failure scenarios: real processes on real servers are killed, frozen and cut off; then a checker reads what they left."""
