"""What reminders takes from the world outside: policy packs and calendars, one library each."""
