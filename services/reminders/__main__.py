"""`python -m services.reminders`."""

from services.reminders.main import make
from shared.main import serve

serve(make)
