"""The ledger: what is owed."""
