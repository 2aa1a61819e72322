"""The ledger's tables: loans, their facts and postings, products and feeds, loaded and saved in bulk."""
