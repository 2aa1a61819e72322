"""Of a schedule that its platform provides: once all has fallen due, the journal holds of fees and penalties
what its borrower has not paid, however they came to be owed.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from services.ledger.domain import journal
from services.ledger.domain.book import Book
from services.ledger.domain.facts import Closing, Fact
from services.ledger.domain.recording import gained_through
from services.ledger.domain.replay import advance, replay
from services.ledger.domain.terms import Component, Repayment, Terms
from tests.property.ledger.histories import OPENED, histories

Replay = Callable[[Terms, Iterable[Fact]], Book]
_OF: dict[str, Any] = vars(providers)
NO_CONSTANTS = _OF["Constants"](
    integers=_OF["SortedSet"](),
    floats=_OF["SortedSet"](key=_OF["float_to_int"]),
    bytes=_OF["SortedSet"](),
    strings=_OF["SortedSet"](),
)
PROVIDED = histories().filter(lambda one: one[0].repayment is Repayment.PROVIDED)


@pytest.fixture(autouse=True)
def the_same_histories_in_every_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis also draws constants that it finds in whatever modules are loaded: then what is tried here
    would depend on which other tests ran before.
    """
    monkeypatch.setattr(providers, "_get_local_constants", lambda: NO_CONSTANTS)


def fees_are_receivable_as_they_are_owed(replaying: Replay) -> None:
    @settings(
        max_examples=150,
        database=None,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(PROVIDED, st.none() | st.integers(0, 320))
    def holds(history: tuple[Terms, list[Fact]], closed_after: int | None) -> None:
        terms, facts = history
        if closed_after is not None:
            facts = [*facts, Closing(date.fromordinal(OPENED.toordinal() + closed_after), "closed")]
        book = replaying(terms, facts)
        last = date.fromordinal(max(book.seen, *book.dues, *(one.due for one in book.charges)))
        at_last = advance(book, last)
        movements = (*book.movements, *at_last.movements)
        receivable = journal.balances(movements, gained_through(at_last, last))
        for one in (Component.PENALTY, Component.FEES):
            assert receivable[one] == sum(at_last.owed[one]) - sum(at_last.paid[one])

    holds()


def test_fees_are_receivable_as_they_are_owed() -> None:
    fees_are_receivable_as_they_are_owed(replay)


def _never_earns_what_was_planned(terms: Terms, facts: Iterable[Fact]) -> Book:
    book = replay(terms, facts)
    return replace(book, charges=tuple(one for one in book.charges if not one.planned))


def _earns_it_twice(terms: Terms, facts: Iterable[Fact]) -> Book:
    book = replay(terms, facts)
    return replace(book, charges=(*book.charges, *(one for one in book.charges if one.planned)))


@pytest.mark.parametrize("fault", [_never_earns_what_was_planned, _earns_it_twice])
def test_fees_that_are_not_earned_once_are_noticed(fault: Replay) -> None:
    with pytest.raises(AssertionError):
        fees_are_receivable_as_they_are_owed(fault)
