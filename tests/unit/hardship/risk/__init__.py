"""Assessing risk."""
