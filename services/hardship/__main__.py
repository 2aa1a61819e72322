"""`python -m services.hardship`."""

from services.hardship.main import make
from shared.main import serve

serve(make)
