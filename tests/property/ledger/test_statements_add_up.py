"""Whatever happened to a loan, its statement adds up, and one statement goes on where another ended."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain.loan import History, Loan
from services.ledger.domain.statement import Statement, statement
from shared.events.base import Event
from shared.events.loans import CreditGranted, FeeCharged
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk

OPENED, LAST = date(2026, 1, 1), date(2026, 8, 1)
LOAN = a_loan(instalments=a_schedule(*["100.00"] * 6))
NAMES = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}
DAYS = st.integers(0, 200).map(lambda days: OPENED + timedelta(days=days))
CENTS = st.integers(1, 25_000).map(lambda cents: money(f"{cents // 100}.{cents % 100:02}"))
Report = tuple[str, date, Any]
KINDS = st.sampled_from(["payment", "payment", "taken back", "credit", "fee"])
REPORTS = st.lists(st.tuples(KINDS, DAYS, CENTS), max_size=8)
Make = Callable[[Loan, History, date, date], Statement]


def _events(name: str, report: Report) -> list[Event]:
    kind, on, amount = report
    if kind == "credit":
        told = {"credit_reference": name, "amount": amount, "value_on": on, "reason": "goodwill"}
        return [an_event(CreditGranted, **NAMES, **told)]
    if kind == "fee":
        return [an_event(FeeCharged, **NAMES, fee_reference=name, amount=amount, value_on=on, fee="late")]
    paid = a_payment(amount, reference=name, value_on=on)
    return [paid, a_reversal(name, reversed_on=on)] if kind == "taken back" else [paid]


def _told(reports: Sequence[Report]) -> tuple[Loan, History]:
    desk = Desk()
    desk.take(LOAN, *(event for n, report in enumerate(reports) for event in _events(f"r{n}", report)))
    loan = desk.loan()
    return loan, History(tuple(desk.files[loan.id].values()), desk.provided[loan.id])


def adds_up(reports: Sequence[Report], day: date, make: Make = statement) -> None:
    """What was owed, with what came and went, is what is owed; all of each amount went somewhere."""
    loan, history = _told(reports)
    made = make(loan, history, day, LAST)
    drawn = sum(line.amount or 0 for line in made.lines if line.kind == "Draw")
    went = [(line.amount, line.went) for line in made.lines if line.went is not None]
    principal = sum(parts.principal for _, parts in went)
    assert made.before.principal + drawn - principal == made.after.principal
    assert all(sum(parts[:5]) == amount for amount, parts in went)
    assert made.after.principal == sum(line.owed[3] - line.paid[3] for line in made.unpaid)


def goes_on(reports: Sequence[Report], day: date, make: Make = statement) -> None:
    """A statement that begins where another ended has the same lines as one over both."""
    loan, history = _told(reports)
    first = make(loan, history, OPENED, day)
    second = make(loan, history, day + timedelta(days=1), LAST)
    whole = make(loan, history, OPENED, LAST)
    assert second.before == first.after
    assert second.after == whole.after
    assert len(first.lines) + len(second.lines) == len(whole.lines)


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(REPORTS, DAYS)
def test_a_statement_adds_up(reports: list[Report], day: date) -> None:
    adds_up(reports, day)


@QUICK
@given(REPORTS, DAYS)
def test_a_statement_goes_on_where_the_one_before_it_ended(reports: list[Report], day: date) -> None:
    goes_on(reports, day)


CASE: Sequence[Report] = [
    ("payment", date(2026, 2, 1), money("100.00")),
    ("payment", date(2026, 3, 5), money("70.00")),
    ("taken back", date(2026, 3, 6), money("50.00")),
]
DAY = date(2026, 3, 5)


def test_a_statement_that_counts_what_was_taken_back_is_found_out() -> None:
    def counting(loan: Loan, history: History, first: date, last: date) -> Statement:
        entries = tuple(one._replace(reversed_on=None) for one in history.entries)
        made = statement(loan, history, first, last)
        return replace(made, lines=statement(loan, history._replace(entries=entries), first, last).lines)

    with pytest.raises(AssertionError):
        adds_up(CASE, OPENED, counting)


def test_a_statement_that_begins_a_day_late_is_found_out() -> None:
    def late(loan: Loan, history: History, first: date, last: date) -> Statement:
        made = statement(loan, history, first, last)
        if first == OPENED:
            return made
        return replace(
            made, before=statement(loan, history, first - timedelta(days=9), first).before, lines=()
        )

    with pytest.raises(AssertionError):
        goes_on(CASE, DAY, late)
    with pytest.raises(AssertionError):
        adds_up(CASE, DAY, late)


def test_the_planted_cases_hold_without_the_fault() -> None:
    adds_up(CASE, OPENED)
    adds_up(CASE, DAY)
    goes_on(CASE, DAY)
