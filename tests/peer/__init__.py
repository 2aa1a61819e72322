"""A peer's loan stories, told to our ledger: what it expects after each step is compared with our book."""
