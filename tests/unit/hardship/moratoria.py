"""Notices of moratoria, as the register sends them."""

from datetime import date
from typing import Any

from services.hardship.domain.moratorium import (
    Debt,
    EnterMoratorium,
)
from services.hardship.domain.standstill import MoratoriumKind
from shared.events.holds import HoldLifted
from tests.unit.hardship.stillness import (
    LOAN,
    PERSON,
    Desk,
)

START = date(2026, 11, 10)


def entry(**changes: Any) -> EnterMoratorium:
    """The register's notice of a standard moratorium over one loan."""
    fields: dict[str, Any] = {
        "subject_id": PERSON,
        "kind": MoratoriumKind.STANDARD,
        "register_reference": "BS-1",
        "territory": "GB-ENG",
        "adviser": "anna",
        "applied_on": START,
        "starts_on": START,
        "debts": (Debt(LOAN, "credit_card"),),
    }
    return EnterMoratorium(**{**fields, **changes})


def ends(desk: Desk) -> list[date]:
    """The days from which on nothing is frozen, as told."""
    return [one.lifted_on for one in desk.named(HoldLifted)]
