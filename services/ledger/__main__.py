"""`python -m services.ledger`."""

from services.ledger.main import make
from shared.main import serve

serve(make)
