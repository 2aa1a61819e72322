"""The reminders service: who is contacted, when, by which channel, in which words."""
