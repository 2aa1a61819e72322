"""What decisions look up besides the states: `Context.reference` of the ledger."""

from collections.abc import Callable
from dataclasses import dataclass

from services.ledger.domain.business_days import Calendar


@dataclass(frozen=True, slots=True)
class Reference:
    """Given at wiring. What a decision takes from it, the state keeps: nothing is looked up again later."""

    calendar: Callable[[str, int, int], Calendar]
    """The calendar of a code, from a year through another. Raises CalendarUnknown."""
