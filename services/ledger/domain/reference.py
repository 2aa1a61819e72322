"""What decisions look up besides the states: `Context.reference` of the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from services.ledger.domain.business_days import Calendar


@dataclass(frozen=True, slots=True)
class Reference:
    """Given at wiring. What a decision takes from it, the state keeps: nothing is looked up again later."""

    calendar: Callable[[str, int, int], Calendar]
    """The calendar of a code, from a year through another. Raises CalendarUnknown."""
    rate_caps: Mapping[str, Decimal] = field(default_factory=dict)
    """By lender, the highest yearly rate that its law allows, whatever its products say."""
