"""Every module that declares events. Whoever reads records imports it, so that no type is unknown."""

from shared.events import borrowers, clock, ledger, loans, servicing

MODULES = (loans, servicing, borrowers, ledger, clock)
