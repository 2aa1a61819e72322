"""Due dates on weekends and holidays: they move by the product's rule, and never to the borrower's harm."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.business_days import ALWAYS_OPEN, WEEKENDS, calendar_of
from services.ledger.domain.explaining import why_due
from shared.events.hardship import PlanAccepted, PlanLoan
from shared.events.ledger import PaymentMissed
from shared.events.loans import PaymentsComplete
from shared.events.parts import ReliefKind, ReliefPhase
from tests.builders import a_loan, a_payment, an_event, an_instalment
from tests.unit.ledger.desk import REFERENCE, Desk
from tests.unit.ledger.test_holds import a_product, a_term_loan

# In 2027 the first of May is a Saturday, the first of August a Sunday, 31 October a Sunday.
MAY = {"opened_on": "2027-04-01", "first_due_on": "2027-05-01", "instalment_count": 4}


def a_desk(loan: dict[str, Any] | None = None, **terms: Any) -> Desk:
    """A loan of 400.00 without interest, due on the first of each month from May 2027 on."""
    desk = Desk()
    given = {"annual_rate": "0", "calendar": "weekends", "due_date_rule": "following", **terms}
    opened = a_term_loan("400.00", **(loan or MAY))
    desk.take(a_product(**given), opened)
    desk.take(an_event(PaymentsComplete, lender=opened.lender, through=date(2028, 12, 31), product=None))
    assert desk.held == []
    return desk


def dues(desk: Desk) -> list[str]:
    return [f"{date.fromordinal(due):%m-%d}" for due in desk.loan().book.dues]


def accepted(desk: Desk, kind: ReliefKind, on: str, ends_on: str, agreed_on: str = "2027-04-02") -> None:
    desk.day(date.fromisoformat(agreed_on))
    phase = ReliefPhase(kind=kind, effective_on=on, ends_on=ends_on)
    part = PlanLoan(loan_id=desk.loan().id, part=1, phases=(phase,))
    desk.take(an_event(PlanAccepted, plan_id=UUID(int=5), accepted_on=agreed_on, loans=(part,)))
    assert desk.held == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("none", ["05-01", "06-01", "07-01", "08-01"]),
        ("following", ["05-03", "06-01", "07-01", "08-02"]),
        ("modified_following", ["05-03", "06-01", "07-01", "08-02"]),
        ("preceding", ["04-30", "06-01", "07-01", "07-30"]),
    ],
)
def test_a_due_date_on_a_weekend_moves_by_the_rule(rule: str, expected: list[str]) -> None:
    assert dues(a_desk(due_date_rule=rule)) == expected


def test_a_month_is_not_left_where_the_rule_forbids_it() -> None:
    october = {"opened_on": "2027-09-30", "first_due_on": "2027-10-31", "instalment_count": 2}
    assert dues(a_desk(october)) == ["11-01", "11-30"]
    assert dues(a_desk(october, due_date_rule="modified_following")) == ["10-29", "11-30"]


def test_holidays_are_closed_and_worked_weekends_are_open() -> None:
    # 2026: the spring festival lasts to 23 February; Saturday the 28th is worked in exchange.
    loan = {"opened_on": "2026-01-20", "first_due_on": "2026-02-20", "instalment_count": 1}
    assert dues(a_desk(loan, calendar="cn")) == ["02-24"]
    assert dues(a_desk({**loan, "first_due_on": "2026-02-28"}, calendar="cn")) == ["02-28"]
    assert dues(a_desk({**loan, "first_due_on": "2026-02-28"})) == ["03-02"]


def test_no_due_date_moves_back_to_the_day_of_the_opening() -> None:
    friday = {"opened_on": "2027-04-30", "first_due_on": "2027-05-01", "instalment_count": 1}
    assert dues(a_desk(friday, due_date_rule="preceding")) == ["05-03"]


def test_a_period_that_ends_on_a_moved_date_is_a_whole_one_where_interest_counts_by_periods() -> None:
    book = a_desk(annual_rate="0.12", interest_measure="period_share", repayment="interest_only").loan().book
    assert list(book.owed[2]) == [4_00, 4_00, 4_00, 4_00]


def test_a_schedule_that_the_platform_provides_is_never_moved() -> None:
    desk = Desk()
    terms = {"annual_rate": "0", "calendar": "weekends", "due_date_rule": "following"}
    loan = a_loan(product="plain", instalments=[an_instalment(4, "400.00")])
    desk.take(a_product(kind="provided", **terms), loan)
    assert (desk.held, dues(desk)) == ([], ["05-01"])


def test_nothing_is_missed_before_the_moved_date_is_over() -> None:
    desk = a_desk()
    desk.day(date(2027, 5, 3))
    assert desk.named(PaymentMissed) == []
    desk.day(date(2027, 5, 4))
    assert [one.due_on for one in desk.named(PaymentMissed)] == [date(2027, 5, 3)]


@pytest.mark.parametrize(
    ("rule", "due", "last"), [("following", "2027-05-03", "08-16"), ("preceding", "2027-04-30", "08-13")]
)
def test_a_date_that_was_agreed_moves_on_only(rule: str, due: str, last: str) -> None:
    desk = a_desk(due_date_rule=rule)
    accepted(desk, ReliefKind.DUE_DATE_MOVED, due, "2027-05-15")
    # The 15th of May is a Saturday; that of August is a Sunday.
    assert dues(desk) == ["05-17", "06-15", "07-15", last]


def test_after_a_deferral_the_schedule_goes_on_in_its_own_rhythm() -> None:
    desk = a_desk()
    accepted(desk, ReliefKind.DEFERRAL_INTEREST_RUNNING, "2027-05-01", "2027-07-10")
    # The next date after it is Sunday the first of August: not the second, from month to month.
    assert dues(desk) == ["08-02", "09-01", "10-01", "11-01"]


def test_after_a_deferral_to_a_short_month_instalments_fall_on_the_last_days_again() -> None:
    loan = {"opened_on": "2026-12-31", "first_due_on": "2027-01-31", "instalment_count": 4}
    desk = a_desk({**loan, "due_day_of_month": 31}, due_date_rule="none")
    accepted(desk, ReliefKind.DEFERRAL_INTEREST_RUNNING, "2027-01-31", "2027-02-10", "2027-01-02")
    assert dues(desk) == ["02-28", "03-31", "04-30", "05-31"]


def test_a_longer_term_keeps_off_closed_days_too() -> None:
    desk = a_desk()
    accepted(desk, ReliefKind.LONGER_TERM, "2027-05-01", "2028-01-01")
    # The first of January 2028 is a Saturday.
    assert dues(desk) == ["05-03", "06-01", "07-01", "08-02", "09-01", "10-01", "11-01", "12-01", "01-03"]


def test_a_replay_uses_the_closed_days_that_the_loan_was_opened_with() -> None:
    desk = a_desk()
    desk.reference = type(REFERENCE)(lambda code, first, last: ALWAYS_OPEN)
    desk.take(a_payment("100.00", reference="second", value_on="2027-05-20"))
    desk.take(a_payment("100.00", reference="first", value_on="2027-05-02"))
    assert dues(desk) == ["05-03", "06-01", "07-01", "08-02"]


@pytest.mark.parametrize(
    "one", [WEEKENDS, ALWAYS_OPEN, REFERENCE.calendar("cn", 2024, 2031), REFERENCE.calendar("sa", 2026, 2026)]
)
def test_a_calendar_is_read_as_it_was_written(one: Any) -> None:
    assert calendar_of(one.text) == one


def test_a_moved_due_date_says_why() -> None:
    loan = a_desk().loan()
    moved, stays, *_ = loan.book.lines()
    assert why_due(moved, loan.book.terms) == (
        "2027-05-01 is closed in the calendar weekends; by the rule following it falls due on 2027-05-03"
    )
    assert why_due(stays, loan.book.terms) is None
