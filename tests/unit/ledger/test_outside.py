"""Agencies, courts, holds that a platform asks for, and debits that are to come."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.course import LegalAction, Placement
from shared.events.base import Event
from shared.events.holds import HoldPlaced, HoldRefused
from shared.events.ledger import PaymentMissed
from shared.events.loans import DebitScheduled, PaymentFailed, PaymentsComplete
from shared.events.parts import HoldReason
from shared.events.servicing import (
    HoldRequested,
    LegalActionEnded,
    LegalActionStarted,
    LoanPlaced,
    LoanRecalled,
)
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import INTEREST, a_product, a_term_loan

LOAN = a_loan(instalments=a_schedule("100.00", "100.00"))
NAMES = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}


def told(cls: Any, **fields: Any) -> Any:
    return an_event(cls, **{**NAMES, **fields})


PLACED = told(LoanPlaced, agency="north", placed_on="2026-03-01")
RECALLED = told(LoanRecalled, agency="north", recalled_on="2026-04-01")
STARTED = told(LegalActionStarted, action_reference="A-1", started_on="2026-03-01", kind="payment_order")
ENDED = told(LegalActionEnded, action_reference="A-1", ended_on="2026-05-01", outcome="settled")


@pytest.mark.parametrize(
    "events", [(PLACED, RECALLED), (RECALLED, PLACED), (PLACED, PLACED, RECALLED, RECALLED)]
)
def test_who_collects_is_known_whatever_is_told_first(events: tuple[Event, ...]) -> None:
    desk = Desk()
    desk.take(LOAN, *events)
    assert desk.loan().course.placements == (Placement("north", date(2026, 3, 1), date(2026, 4, 1)),)


@pytest.mark.parametrize("events", [(STARTED, ENDED), (ENDED, STARTED), (STARTED, ENDED, STARTED, ENDED)])
def test_a_court_action_is_known_whatever_is_told_first(events: tuple[Event, ...]) -> None:
    desk = Desk()
    desk.take(LOAN, *events)
    assert desk.loan().course.legal_actions == (
        LegalAction("A-1", "payment_order", date(2026, 3, 1), date(2026, 5, 1), "settled"),
    )


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([told(LoanPlaced, agency="north", placed_on="2025-12-31")], "before_opening"),
        ([a_payment("200.00"), PLACED], "nothing_owed"),
        ([PLACED, told(LoanRecalled, agency="north", recalled_on="2026-02-01")], "ends_before_it_began"),
        (
            [STARTED, told(LegalActionStarted, action_reference="A-1", started_on="2026-03-02", kind="x")],
            "action_",
        ),
        ([STARTED, ENDED.model_copy(update={"ended_on": date(2026, 2, 1)})], "ends_before_it_began"),
        ([STARTED, ENDED, ENDED.model_copy(update={"outcome": "lost"})], "action_differs"),
    ],
)
def test_what_cannot_be_is_parked_and_nothing_changes(events: list[Event], reason: str) -> None:
    desk = Desk()
    desk.take(LOAN, *events[:-1])
    before = desk.loan()
    desk.take(events[-1])
    (held,) = desk.held
    assert held.startswith(f"parked: {reason}")
    assert desk.loan() == before


# -- holds that a platform asks for

TERM = a_term_loan()
HARDSHIPS = UUID(int=9)


def requested(**fields: Any) -> HoldRequested:
    asked = {"hold_reference": "H-1", "reason": HoldReason.ILLNESS, "starts_on": "2026-11-10"}
    names = {"lender": TERM.lender, "loan_reference": TERM.loan_reference}
    return an_event(HoldRequested, **{**names, **asked, "freezes": INTEREST, "ends_on": None, **fields})


def placed(**fields: Any) -> HoldPlaced:
    stated = {"reason": HoldReason.ILLNESS, "freezes": INTEREST, "starts_on": "2026-11-10", "ends_on": None}
    names = {"loan_id": TERM.loan_id, "hold_id": HARDSHIPS, "hold_reference": "H-1"}
    return an_event(HoldPlaced, **{**names, **stated, **fields})


def refused(on: str = "2026-11-21") -> HoldRefused:
    return an_event(HoldRefused, loan_id=TERM.loan_id, hold_reference="H-1", refused_on=on)


def owed_interest(*events: Event) -> int:
    """With 24 % a year 6.58 a day; the whole month costs 197.26."""
    desk = Desk()
    desk.take(a_product(), TERM, *events)
    assert desk.held == []
    return desk.loan().book.line(0).owed[2]


def test_a_hold_that_is_asked_for_is_obeyed_at_once() -> None:
    assert owed_interest(requested()) == 59_18
    assert owed_interest(requested(freezes=None)) == 59_18


@pytest.mark.parametrize(
    "events",
    [(requested(), placed()), (placed(), requested()), (requested(), placed(), requested(), placed())],
)
def test_hardships_hold_takes_its_place_and_nothing_is_frozen_twice(events: tuple[Event, ...]) -> None:
    desk = Desk()
    desk.take(a_product(), TERM, *events)
    (hold,) = desk.loan().agreements.holds
    assert hold.hold_id == HARDSHIPS
    assert desk.loan().book.pauses == ((date(2026, 11, 10).toordinal(), date.max.toordinal()),)


def test_hardship_states_it_otherwise() -> None:
    from_21st = placed(starts_on="2026-11-21")
    assert owed_interest(requested(), from_21st) == owed_interest(from_21st) == 131_51


@pytest.mark.parametrize(
    "events", [(requested(), refused()), (requested(), refused(), requested(), refused())]
)
def test_a_hold_that_is_refused_ends_and_what_it_froze_is_never_charged(events: tuple[Event, ...]) -> None:
    # 1 to 9 and 21 to 30 November: nineteen days.
    assert owed_interest(*events) == 124_93


def test_a_refusal_that_overtakes_the_request_lets_it_freeze_nothing() -> None:
    assert owed_interest(refused(), requested()) == 197_26


# -- debits

DEBIT = told(DebitScheduled, payment_reference="D-1", amount=money("100.00"), debit_on="2026-02-03")
FAILED = told(PaymentFailed, payment_reference="D-1", amount=money("100.00"), failed_on="2026-02-03")


@pytest.mark.parametrize(
    ("events", "missed"),
    [
        ([], True),
        ([DEBIT], False),
        ([DEBIT, FAILED], True),
        ([a_payment("100.00", reference="D-1"), DEBIT], False),
    ],
)
def test_nobody_is_told_of_a_miss_while_the_debit_is_to_come(events: list[Event], missed: bool) -> None:
    desk = Desk()
    desk.take(LOAN, an_event(PaymentsComplete, lender=LOAN.lender, through="2026-12-31", product=None))
    desk.take(*events)
    desk.day(date(2026, 2, 6))
    assert bool(desk.named(PaymentMissed)) is missed
    desk.day(date(2026, 2, 8))
    assert bool(desk.named(PaymentMissed)) is (missed or events == [DEBIT])


def test_a_hold_of_everything_freezes_ageing_too() -> None:
    desk = Desk()
    asked = told(HoldRequested, hold_reference="H", reason=HoldReason.DEATH, starts_on="2026-01-20")
    desk.take(LOAN, an_event(PaymentsComplete, lender=LOAN.lender, through="2026-12-31", product=None), asked)
    desk.day(date(2026, 4, 1))
    assert not desk.named(PaymentMissed)
