"""Real loans, replayed through the ledger's own commands: what it says is compared with what was reported."""
