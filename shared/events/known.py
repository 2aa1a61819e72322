"""Every module that declares events. Whoever reads records imports it, so that no type is unknown."""

from shared.events import (
    borrowers,
    care,
    clock,
    hardship,
    holds,
    ledger,
    loans,
    mediation,
    reminders,
    servicing,
    takeover,
)
from shared.events.base import Event, declared_in

MODULES = (
    loans,
    takeover,
    servicing,
    borrowers,
    ledger,
    reminders,
    care,
    hardship,
    holds,
    mediation,
    clock,
)


def event_classes() -> list[type[Event]]:
    """Every event of the system, all versions, by type."""
    return declared_in({module.__name__ for module in MODULES})
