"""Published events: the contracts by which services and platforms meet."""
