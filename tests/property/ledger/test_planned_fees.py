"""Once all has fallen due, the journal holds of fees and penalties what the borrower has not paid, however
they came to be owed: charged apart, or planned in a schedule that the platform provides.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain import journal
from services.ledger.domain.book import Book
from services.ledger.domain.facts import (
    Acceleration,
    Closing,
    Draw,
    DueDateMoved,
    Fact,
    Fee,
    FeeWaiver,
    MorePeriods,
    ReAge,
    ScheduleChange,
)
from services.ledger.domain.recording import gained_through
from services.ledger.domain.replay import advance, replay
from services.ledger.domain.terms import Component, Planned, Repayment, Terms
from shared.events.loans import PeriodUnit
from tests.property.ledger.histories import OPENED, histories

Replay = Callable[[Terms, Iterable[Fact]], Book]
PROVIDED = histories().filter(lambda one: one[0].repayment is Repayment.PROVIDED)
TERMS = Terms(currency="CNY", repayment=Repayment.PROVIDED, opened_on=OPENED, instalments=1)


def day(after: int) -> date:
    return OPENED + timedelta(days=after)


def receivable_is_unpaid(replaying: Replay, terms: Terms, facts: list[Fact]) -> None:
    book = replaying(terms, facts)
    last = date.fromordinal(max(book.seen, *book.dues, *(one.due for one in book.charges)))
    at_last = advance(book, last)
    movements = (*book.movements, *at_last.movements)
    receivable = journal.balances(movements, gained_through(at_last, last))
    for one in (Component.PENALTY, Component.FEES):
        assert receivable[one] == sum(at_last.owed[one]) - sum(at_last.paid[one])


def fees_are_receivable_as_they_are_owed(
    replaying: Replay, any_history: st.SearchStrategy[tuple[Terms, list[Fact]]]
) -> None:
    @settings(
        max_examples=300,
        database=None,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(any_history, st.none() | st.integers(0, 320))
    def holds(history: tuple[Terms, list[Fact]], closed_after: int | None) -> None:
        terms, facts = history
        if closed_after is not None:
            facts = [*facts, Closing(day(closed_after), "closed")]
        receivable_is_unpaid(replaying, terms, facts)

    holds()


def test_fees_are_receivable_as_they_are_owed() -> None:
    fees_are_receivable_as_they_are_owed(replay, PROVIDED)


def test_fees_of_any_loan_are_receivable_as_they_are_owed() -> None:
    fees_are_receivable_as_they_are_owed(replay, histories())


OF_PLATFORM = replace(TERMS, provided=(Planned(day(30), 40_000, 0, fees=200),))
OURS = replace(TERMS, repayment=Repayment.ANNUITY, instalments=3)


@pytest.mark.parametrize(
    ("terms", "later", "owed"),
    [
        (OURS, DueDateMoved(day(1), "03", day(1), day(42)), 0),
        (OURS, MorePeriods(day(1), "03", day(1), 2), 0),
        (OURS, Acceleration(day(1), "03"), 0),
        (OF_PLATFORM, FeeWaiver(day(1), "03", "02", 600), 0),
        (OF_PLATFORM, ScheduleChange(day(1), "03", (Planned(day(20), 40_000, 0, fees=300),)), 300),
    ],
)
def test_a_fee_that_was_forgiven_is_neither_owed_again_nor_forgiven_twice(
    terms: Terms, later: Fact, owed: int
) -> None:
    fee, closed = Fee(OPENED, "02", 600, OPENED), Closing(OPENED, "closed")
    facts = [Draw(OPENED, "01", 40_000), fee, closed, later]
    receivable_is_unpaid(replay, terms, facts)
    assert sum(replay(terms, facts).owed[Component.FEES]) == owed


def test_what_a_re_ageing_moved_falls_due_with_its_new_instalments_also_after_a_date_is_moved() -> None:
    facts: list[Fact] = [
        Draw(OPENED, "01", 40_000),
        Fee(OPENED, "02", 600, OPENED),
        ReAge(day(50), "03", day(70), PeriodUnit.MONTH, 1, 3),
        DueDateMoved(day(51), "04", day(70), day(80)),
    ]
    book = replay(OURS, facts)
    assert dict(zip(book.dues, book.owed[Component.FEES], strict=True))[day(80).toordinal()] == 600
    assert book.oldest_unpaid() == book.dues.index(day(80).toordinal())


def _never_earns_what_was_planned(terms: Terms, facts: Iterable[Fact]) -> Book:
    book = replay(terms, facts)
    return replace(book, charges=tuple(one for one in book.charges if not one.planned))


def _earns_it_twice(terms: Terms, facts: Iterable[Fact]) -> Book:
    book = replay(terms, facts)
    return replace(book, charges=(*book.charges, *(one for one in book.charges if one.planned)))


@pytest.mark.parametrize("fault", [_never_earns_what_was_planned, _earns_it_twice])
def test_fees_that_are_not_earned_once_are_noticed(fault: Replay) -> None:
    with pytest.raises(AssertionError):
        fees_are_receivable_as_they_are_owed(fault, PROVIDED)
