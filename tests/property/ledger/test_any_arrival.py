"""Whatever the order in which a loan's history is reported, the books end the same, and what was told too."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain import recording, replay
from shared.events.base import Event
from shared.events.loans import CreditGranted, FeeCharged, PaymentsComplete
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk

OPENED, END = date(2026, 1, 1), date(2026, 8, 1)
LOAN = a_loan(instalments=a_schedule(*["100.00"] * 6))
NAMES = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}
DAYS = st.integers(0, 200).map(lambda days: OPENED + timedelta(days=days))
CENTS = st.integers(1, 25_000).map(lambda cents: money(f"{cents // 100}.{cents % 100:02}"))
Report = tuple[str, date, Any, bool]
KINDS = st.sampled_from(["payment", "payment", "credit", "fee"])
REPORTS = st.lists(st.tuples(KINDS, DAYS, CENTS, st.booleans()), max_size=8)


def _events(reports: Sequence[Report]) -> list[Event]:
    """Each report with a name of its own; those that are marked are payments taken back."""
    events: list[Event] = []
    for number, (kind, on, amount, taken_back) in enumerate(reports):
        name = f"r{number}"
        if kind == "payment":
            events.append(a_payment(amount, reference=name, value_on=on))
            if taken_back:
                events.append(a_reversal(name, reversed_on=on + timedelta(days=3)))
        elif kind == "credit":
            told = {"credit_reference": name, "amount": amount, "value_on": on, "reason": "goodwill"}
            events.append(an_event(CreditGranted, **NAMES, **told))
        else:
            fee = {"fee_reference": name, "amount": amount, "value_on": on, "fee": "late"}
            events.append(an_event(FeeCharged, **NAMES, **fee))
    return events


def _end(events: Sequence[Event]) -> tuple[Any, ...]:
    """What stands after all of it: the book, the accounts, what is told and not taken back."""
    desk = Desk()
    desk.take(LOAN, an_event(PaymentsComplete, lender=LOAN.lender, through=date(2027, 1, 1), product=None))
    desk.take(*events)
    desk.day(END)
    loan = desk.loan()
    told = loan.told
    missed = {(one.number, one.due_on) for one in told.missed}
    return (loan.book, desk.balances(), missed, told.bucket, told.arrears_minor, told.repaid is None)


def same_end(reports: Sequence[Report], shuffled: Callable[[list[Event]], list[Event]]) -> None:
    """The property."""
    events = _events(reports)
    assert _end(events) == _end(shuffled(list(events)))


def accounts_agree(reports: Sequence[Report]) -> None:
    """The other one."""
    desk = Desk()
    desk.take(LOAN, *_events(reports))
    balances, book = desk.balances(), desk.loan().book
    assert sum(balances.values()) == 0
    assert balances.get("principal", 0) == book.balance
    assert -balances.get("borrower_credit", 0) == book.credit


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REPORTS, st.randoms(use_true_random=False))
def test_any_order_of_reports_gives_the_same_end(reports: list[Report], chance: Any) -> None:
    def shuffled(events: list[Event]) -> list[Event]:
        chance.shuffle(events)
        return events

    same_end(reports, shuffled)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REPORTS)
def test_the_accounts_always_add_up_to_zero_and_to_the_book(reports: list[Report]) -> None:
    accounts_agree(reports)


BACKDATED: Sequence[Report] = [
    ("payment", date(2026, 2, 20), money("150.00"), False),
    ("payment", date(2026, 2, 1), money("100.00"), False),
]
TAKEN_BACK: Sequence[Report] = [
    ("payment", date(2026, 2, 1), money("100.00"), True),
    ("payment", date(2026, 3, 1), money("120.00"), False),
]


def test_a_ledger_that_appends_what_is_backdated_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def appended(book: Any, fact: Any) -> Any:
        late = fact._replace(value_on=max(fact.value_on, date.fromordinal(max(book.seen, 1))))
        return real(book, late)

    real = replay.add
    monkeypatch.setattr(recording, "add", appended)
    with pytest.raises(AssertionError):
        same_end(BACKDATED, lambda events: events[::-1])


def test_a_ledger_that_forgets_to_correct_its_journal_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ledger.domain.journal.correction", lambda was, now: {})
    with pytest.raises(AssertionError):
        accounts_agree(TAKEN_BACK)


def test_the_planted_cases_hold_without_the_fault() -> None:
    same_end(BACKDATED, lambda events: events[::-1])
    accounts_agree(TAKEN_BACK)
