"""Nothing happened to a loan before it was opened; what says so is refused, and the loan stays as it was."""

import json
from typing import Any

import pytest

from shared.events.base import Event
from shared.events.loans import (
    CreditGranted,
    FeeCharged,
    FeeWaived,
    LoanClosed,
    LoanOpened,
    PaymentReceived,
    RateChanged,
    ScheduleChanged,
)
from shared.events.servicing import LoanWrittenOff
from tests.builders import a_loan, an_event, an_instalment, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import a_product, a_term_loan

BEFORE = "2025-12-31"
AMOUNT = {"amount": money("5.00"), "value_on": BEFORE}


@pytest.mark.parametrize(
    ("cls", "fields"),
    [
        (PaymentReceived, AMOUNT),
        (CreditGranted, AMOUNT),
        (FeeCharged, AMOUNT),
        (FeeWaived, AMOUNT),
        (RateChanged, {"effective_on": BEFORE}),
        (ScheduleChanged, {"effective_on": BEFORE, "instalments": (an_instalment(1, "5.00"),)}),
        (LoanClosed, {"closed_on": BEFORE}),
        (LoanWrittenOff, {"written_off_on": BEFORE, "amount": money("5.00")}),
    ],
)
def test_what_lies_before_the_opening_is_refused(cls: type[Event], fields: dict[str, Any]) -> None:
    desk = Desk()
    desk.take(a_loan())
    before = desk.loan()
    desk.take(an_event(cls, **fields))
    [held] = desk.held
    assert held.startswith("parked: before_opening")
    assert desk.loan().book == before.book


@pytest.mark.parametrize("first_due_on", ["2026-10-31", "2026-11-01"])
def test_a_first_instalment_falls_due_after_the_opening(first_due_on: str) -> None:
    desk = Desk()
    desk.take(a_product(), a_term_loan(first_due_on=first_due_on))
    assert [held.split(" ")[1] for held in desk.held] == ["first_due_too_early"]


def test_a_provided_instalment_before_the_opening_is_refused() -> None:
    desk = Desk()
    desk.take(a_loan(instalments=[an_instalment(1, "5.00", due_on=BEFORE)]))
    assert [held.split(" ")[1] for held in desk.held] == ["schedule_out_of_order"]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-2-1", "20260201", 20260201, "30.02.2026"])
def test_a_day_that_no_calendar_has_is_no_date(day: object) -> None:
    told = a_loan().model_dump(mode="json")
    told["opened_on"] = day
    with pytest.raises(ValueError, match="opened_on"):
        LoanOpened.read(json.dumps(told).encode())
