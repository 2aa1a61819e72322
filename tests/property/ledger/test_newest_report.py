"""What a platform reports anew for a day replaces what it said of it, as if it had never erred."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain import recording
from shared.events.base import Event
from shared.events.loans import RateChanged, ScheduleChanged
from tests.builders import a_loan, a_payment, a_schedule, an_event, an_instalment, money
from tests.unit.ledger.desk import Desk

LOAN = a_loan(instalments=a_schedule(*["100.00"] * 5))
NAMES = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}
MONTHS = st.integers(2, 4)
Report = tuple[str, int, int]
"""What, from the first of which month on, and how much."""
REPORTS = st.lists(
    st.tuples(st.sampled_from(["schedule", "schedule", "rate", "payment"]), MONTHS, st.integers(1, 6)),
    max_size=9,
)


def event_of(number: int, report: Report) -> Event:
    kind, month, size = report
    on = date(2026, month, 1)
    if kind == "payment":
        return a_payment(f"{size * 30}.00", reference=f"p{number}", value_on=on)
    if kind == "rate":
        rate = Decimal(size) / 10
        return an_event(RateChanged, **NAMES, annual_rate=rate, effective_on=on)
    rows = tuple(an_instalment(place, money(f"{size * 20}.00")) for place in range(month - 1, 6))
    return an_event(ScheduleChanged, **NAMES, effective_on=on, instalments=rows, cause="agreed")


def newest(reports: Sequence[Report]) -> list[tuple[int, Report]]:
    """The reports without those that a later one for the same day replaces."""
    numbered = list(enumerate(reports))
    last = {report[:2]: number for number, report in numbered if report[0] != "payment"}
    return [(number, one) for number, one in numbered if one[0] == "payment" or last[one[:2]] == number]


def desk_after(reports: Sequence[tuple[int, Report]]) -> Desk:
    desk = Desk()
    desk.take(LOAN)
    for number, report in reports:
        desk.take(event_of(number, report))
    assert desk.held == []
    return desk


def the_newest_counts(reports: Sequence[Report]) -> None:
    """The property."""
    erred, never = desk_after(list(enumerate(reports))), desk_after(newest(reports))
    assert erred.loan().book == never.loan().book
    assert erred.balances() == never.balances()


def the_file_keeps_all(reports: Sequence[Report]) -> None:
    """The other one: a report that differs from the one before stays in the file; one a day counts."""
    desk = desk_after(list(enumerate(reports)))
    said: dict[tuple[str, int], list[int]] = {}
    for kind, month, size in reports:
        if kind != "payment" and said.setdefault((kind, month), [])[-1:] != [size]:
            said[kind, month].append(size)
    entries = desk.files[LOAN.loan_id].values()
    file = [one for one in entries if one.fact.reference.startswith(("schedule:", "rate:"))]
    assert len(file) == sum(map(len, said.values()))
    assert len([one for one in file if one.reversed_on is None]) == len(said)


GENERATED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@GENERATED
@given(REPORTS)
def test_only_the_newest_report_of_a_day_counts(reports: list[Report]) -> None:
    the_newest_counts(reports)


@GENERATED
@given(REPORTS)
def test_the_file_keeps_every_report(reports: list[Report]) -> None:
    the_file_keeps_all(reports)


THRICE: Sequence[Report] = [("schedule", 3, 1), ("schedule", 3, 2), ("payment", 3, 4), ("schedule", 3, 3)]


def test_a_ledger_that_keeps_to_the_first_report_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(loan: Any, fact: Any, context: Any) -> Any:
        known = loan.entry(fact.reference)
        return None if known else recording.record(loan, fact, context)

    monkeypatch.setattr("services.ledger.domain.payments.report_anew", first)
    with pytest.raises(AssertionError):
        the_newest_counts(THRICE)


def test_a_ledger_that_forgets_a_former_report_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def always_the_same(loan: Any, history: Any, fact: Any) -> str:
        return f"{fact.reference}~1"

    monkeypatch.setattr(recording, "_name_of_former", always_the_same)
    with pytest.raises(AssertionError):
        the_file_keeps_all(THRICE)


def test_the_planted_cases_hold_without_the_fault() -> None:
    the_newest_counts(THRICE)
    the_file_keeps_all(THRICE)
