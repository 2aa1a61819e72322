"""The ledger's settings; so far those that every service has."""

from shared.settings import ServiceSettings


class LedgerSettings(ServiceSettings):
    """Read once, in `main.py`."""
