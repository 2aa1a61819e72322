"""Reminders on a real database."""
