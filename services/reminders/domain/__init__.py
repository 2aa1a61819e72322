"""States and rules of contact, pure."""
