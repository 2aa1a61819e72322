"""The ledger's ways to the outside, one library each."""
