"""What the ledger decides: pure functions over frozen states."""
