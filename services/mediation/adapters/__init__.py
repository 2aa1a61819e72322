"""What mediation asks of others, and how it prints."""
