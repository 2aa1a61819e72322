"""Failure scenarios: processes and servers are killed, frozen and cut off; then a checker reads what they left."""
