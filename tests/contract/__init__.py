"""What every released event version promised still holds."""
