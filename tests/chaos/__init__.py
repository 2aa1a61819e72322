"""Failure scenarios: processes and servers are killed, frozen, cut off; a checker reads what is left."""
