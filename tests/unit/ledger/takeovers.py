"""Makers of loans that are taken over: state only what a test is about."""

from datetime import date
from typing import Any

from shared.events.loans import Channel, LoanKind
from shared.events.parts import Components, ScheduledInstalment
from shared.events.takeover import LoanMigrated
from tests.builders import an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import a_product

CUT_OVER = date(2026, 1, 1)


def components(principal: str = "0", interest: str = "0", fees: str = "0", penalty: str = "0") -> Components:
    return Components(
        principal=money(principal), interest=money(interest), fees=money(fees), penalty=money(penalty)
    )


def an_instalment(number: int, due_on: str, principal: str, *more: str) -> ScheduledInstalment:
    parts = components(principal, *more)
    amount = sum((p for p in (parts.interest, parts.fees, parts.penalty) if p), parts.principal or money("0"))
    return ScheduledInstalment(number=number, due_on=due_on, amount=amount, components=parts)


LATE = (
    an_instalment(1, "2025-11-15", "90.00", "10.00", "5.00", "2.00"),
    an_instalment(2, "2025-12-15", "100.00"),
)
TO_COME = (an_instalment(3, "2026-01-15", "100.00", "8.00"), an_instalment(4, "2026-02-15", "100.00", "4.00"))


def a_takeover(**fields: Any) -> LoanMigrated:
    """A provided loan, 47 days past due at the cut-over."""
    values = {
        "kind": LoanKind.PROVIDED,
        "channel": Channel.BANK,
        "cut_over_on": CUT_OVER,
        "opened_on": date(2025, 1, 15),
        "balance": components("390.00", "10.00", "5.00", "2.00"),
        "past_due": LATE,
        "days_past_due": 47,
        "instalments": TO_COME,
    }
    return an_event(LoanMigrated, **{**values, **fields})


def a_computed(**fields: Any) -> LoanMigrated:
    """A loan at 24 % a year whose next of six instalments falls due on 15 January."""
    values = {
        "kind": LoanKind.TERM,
        "product": a_product().product,
        "balance": components("600.00", "6.00"),
        "past_due": (),
        "days_past_due": 0,
        "instalments": (),
        "next_due_on": date(2026, 1, 15),
        "instalment_count": 6,
        "annual_rate": "0.24",
    }
    return a_takeover(**{**values, **fields})


def taken(*events: Any) -> Desk:
    desk = Desk()
    desk.take(a_product(), *events)
    assert desk.held == []
    return desk


STATED = {
    "issued_on": "2025-12-15",
    "due_on": "2026-01-04",
    "balance": money("1000.00"),
    "minimum_payment": money("190.00"),
    "unpaid": money("950.00"),
    "minimum_unpaid": money("50.00"),
}
"""A card's last statement: 90 of what it asks for was asked for before, and is past due."""


def a_card_taken_over(**fields: Any) -> LoanMigrated:
    """A card with a limit of 2000, 28 days past due; 300 was bought, and a fee charged, since its last
    statement.
    """
    card = {"limit": money("2000.00"), "statement": {**STATED, **fields.pop("statement", {})}}
    values = {
        "kind": LoanKind.REVOLVING,
        "channel": Channel.CARD,
        "balance": components("1200.00", "40.00", "10.00"),
        "past_due": (an_instalment(1, "2025-12-04", "80.00", "10.00"),),
        "days_past_due": 28,
        "instalments": (),
        "card": {**card, **fields.pop("card", {})},
    }
    return a_takeover(**{**values, **fields})
