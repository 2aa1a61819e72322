"""Persons, loans, borrowers and small states in PostgreSQL."""
