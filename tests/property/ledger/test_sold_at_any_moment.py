"""Whenever a loan is sold among its reports, what is owed is as if it had stayed, and no money is lost."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain import elsewhere, transfers
from shared.events.base import Event
from shared.events.loans import CreditGranted, PaymentsComplete
from shared.events.servicing import LoanTransferred
from shared.money import Money
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event
from tests.unit.ledger.desk import Desk

OPENED, NOW = date(2026, 1, 1), date(2026, 6, 1)
LOAN = a_loan(instalments=a_schedule(*["100.00"] * 6))
NAMES = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}
DAYS = st.integers(0, 150).map(lambda days: OPENED + timedelta(days=days))
Report = tuple[str, date, int, bool]
REPORTS = st.lists(
    st.tuples(st.sampled_from(["payment", "payment", "credit"]), DAYS, st.integers(1, 20_000), st.booleans()),
    max_size=8,
)


def _events(reports: Sequence[Report]) -> list[Event]:
    events: list[Event] = []
    for number, (kind, on, minor, taken_back) in enumerate(reports):
        amount, name = Money(minor, "CNY"), f"r{number}"
        if kind == "credit":
            told = {"credit_reference": name, "amount": amount, "value_on": on, "reason": "goodwill"}
            events.append(an_event(CreditGranted, **NAMES, **told))
            continue
        events.append(a_payment(amount, reference=name, value_on=on))
        if taken_back:
            events.append(a_reversal(name, reversed_on=on + timedelta(days=3)))
    return events


def _sold(on: date) -> LoanTransferred:
    return an_event(LoanTransferred, **NAMES, to_lender="birch", to_loan_reference="B-9", effective_on=on)


def _told(events: Sequence[Event]) -> Desk:
    desk = Desk()
    complete = [
        an_event(PaymentsComplete, lender=lender, through=date(2027, 1, 1), product=None)
        for lender in ("acme", "birch")
    ]
    desk.take(LOAN, *complete)
    desk.day(NOW)
    desk.take(*events)
    return desk


def as_if_it_had_stayed(reports: Sequence[Report], place: int, on: date) -> None:
    """The property: sold on a day, told of after so many reports."""
    events = _events(reports)
    stayed = _told(events).loan()
    if _told(events[:place]).loan().book.outstanding == 0:
        return  # what is paid is not sold
    desk = _told([*events[:place], _sold(on), *events[place:]])
    old, new = desk.loan(LOAN.loan_reference), desk.loan("B-9")
    assert desk.held == []
    for name in ("dues", "owed", "paid", "settled", "balance", "credit"):
        assert getattr(new.book, name) == getattr(stayed.book, name), name
    assert (old.book.outstanding, old.book.credit) == (0, 0)
    both, alone = desk.balances(), _told(events).balances()
    assert both == alone  # nothing stands between the lenders, and the money is where it was
    for postings in desk.posted.values():
        assert sum(one.minor for one in postings) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REPORTS, st.integers(0, 12), st.integers(1, 150).map(lambda days: OPENED + timedelta(days=days)))
def test_a_loan_may_be_sold_at_any_moment(reports: list[Report], place: int, on: date) -> None:
    as_if_it_had_stayed(reports, min(place, len(_events(reports))), on)


PLANTED: Sequence[Report] = [
    ("payment", date(2026, 2, 1), 100_00, True),
    ("payment", date(2026, 4, 20), 60_00, False),
    ("credit", date(2026, 5, 1), 5_00, False),
]


@pytest.mark.parametrize("place", range(5))
def test_the_planted_case_holds_without_the_fault(place: int) -> None:
    as_if_it_had_stayed(PLANTED, place, date(2026, 4, 1))


def test_a_lender_that_keeps_what_was_paid_to_it_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "passed_on", lambda *_: {})
    with pytest.raises(AssertionError):
        as_if_it_had_stayed(PLANTED, 2, date(2026, 4, 1))


def test_a_file_that_leaves_what_was_reported_early_behind_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def taken(entry: Any, *more: Any) -> Any:
        return None if entry.fact.value_on > date(2026, 4, 1) else real(entry, *more)

    real = transfers._taken
    monkeypatch.setattr(transfers, "_taken", taken)
    with pytest.raises(AssertionError):
        as_if_it_had_stayed(PLANTED, 4, date(2026, 4, 1))
