"""`python -m services.mediation`."""

from services.mediation.main import make
from shared.main import serve

serve(make)
