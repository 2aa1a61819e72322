"""Borrowers' stories across the services, on real PostgreSQL and real Kafka."""
