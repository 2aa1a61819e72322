"""What mediation decides."""
