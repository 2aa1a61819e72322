"""Holds that a platform asked for and nobody decides on: obeyed, told of once, never lifted by themselves."""

from datetime import date
from typing import Any

import pytest

from shared.events.holds import HoldPlaced, HoldRefused
from shared.events.ledger import HoldUnanswered, PaymentMissed
from shared.events.loans import PaymentsComplete
from shared.events.parts import Freezes, HoldReason
from shared.events.servicing import HoldRequested
from tests.builders import a_loan, a_schedule, an_event
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.sold import sold

LOAN = a_loan(instalments=a_schedule("100.00", "100.00", "100.00"))


def requested(name: str = "H-5", **fields: Any) -> HoldRequested:
    values = {
        "hold_reference": name,
        "borrower_reference": None,
        "reason": HoldReason.ILLNESS,
        "freezes": None,
        "starts_on": "2026-01-05",
        "ends_on": None,
        "disputed": None,
    }
    return an_event(HoldRequested, **{**values, **fields})


def placed(name: str | None, **fields: Any) -> HoldPlaced:
    freezes = Freezes(interest_and_fees=True, ageing=True)
    values = {"loan_id": LOAN.loan_id, "freezes": freezes, "starts_on": "2026-01-05", "ends_on": None}
    return an_event(HoldPlaced, hold_reference=name, **{**values, **fields})


def a_desk(*events: Any, on: str = "2026-01-05") -> Desk:
    desk = Desk()
    desk.take(LOAN, an_event(PaymentsComplete, lender=LOAN.lender, through=date(2026, 12, 31), product=None))
    desk.day(date.fromisoformat(on))
    desk.take(*events)
    assert desk.held == []
    return desk


def alarms(desk: Desk) -> list[tuple[str, date]]:
    return [(one.hold_reference, one.requested_on) for one in desk.named(HoldUnanswered)]


def test_a_hold_that_nobody_answers_within_a_week_is_an_alarm_once_and_goes_on() -> None:
    desk = a_desk(requested())
    desk.day(date(2026, 1, 11))
    assert alarms(desk) == []
    desk.day(date(2026, 1, 12))
    assert alarms(desk) == [("H-5", date(2026, 1, 5))]
    desk.take(requested())
    desk.day(date(2026, 6, 1))
    assert len(alarms(desk)) == 1
    assert not desk.named(PaymentMissed), "it is obeyed all the same"
    assert len(desk.loan().agreements.holds) == 1


def test_the_week_counts_from_the_request_not_from_the_holds_own_start() -> None:
    for starts_on in ("2025-12-31", "2026-03-01"):
        desk = a_desk(requested(starts_on=max(starts_on, str(LOAN.opened_on))))
        desk.day(date(2026, 1, 11))
        assert alarms(desk) == []
        desk.day(date(2026, 1, 12))
        assert len(alarms(desk)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        placed("H-5"),
        an_event(HoldRefused, loan_id=LOAN.loan_id, hold_reference="H-5", refused_on="2026-01-08"),
    ],
    ids=["placed", "refused"],
)
@pytest.mark.parametrize("in_time", [True, False])
def test_an_answer_ends_the_wait(answer: Any, in_time: bool) -> None:
    desk = a_desk(requested())
    desk.day(date(2026, 1, 9 if in_time else 20))
    desk.take(answer)
    desk.day(date(2026, 6, 1))
    assert len(alarms(desk)) == (0 if in_time else 1)
    assert not any(one.asked_on for one in desk.loan().agreements.holds)


def test_a_hold_that_hardship_placed_by_itself_waits_for_nobody() -> None:
    desk = a_desk(placed(None))
    desk.day(date(2026, 6, 1))
    assert alarms(desk) == []


def test_a_hold_that_ended_by_its_own_end_needs_no_answer_any_more() -> None:
    desk = a_desk(requested(ends_on="2026-01-10"))
    desk.day(date(2026, 3, 1))
    assert alarms(desk) == []


def test_each_hold_is_told_of_by_itself() -> None:
    desk = a_desk(requested())
    desk.day(date(2026, 1, 7))
    desk.take(requested("H-6", reason=HoldReason.DISASTER))
    desk.day(date(2026, 2, 1))
    assert alarms(desk) == [("H-5", date(2026, 1, 5)), ("H-6", date(2026, 1, 7))]


def test_a_hold_goes_with_a_loan_that_is_sold_and_so_does_the_wait() -> None:
    desk = a_desk(requested(), on="2026-02-10")
    desk.day(date(2026, 2, 15))
    desk.take(sold())
    desk.day(date(2026, 2, 18))
    (alarm,) = desk.named(HoldUnanswered)
    assert alarm.loan_id == desk.loan("B-9").id
