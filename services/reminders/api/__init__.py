"""The routes of reminders."""
