"""A loan of which nothing is past due need not be brought to its day to know how it stands."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.book import Book
from services.ledger.domain.facts import Fact
from services.ledger.domain.replay import advance, replay
from services.ledger.domain.standing import brought_to
from services.ledger.domain.terms import Terms
from tests.property.ledger.histories import card_histories, histories

BringTo = Callable[[Book, date], Book]


def it_stands_as_if_it_were_brought_to_the_day(bringing: BringTo) -> None:
    @settings(
        max_examples=300,
        database=None,
        derandomize=True,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(histories() | histories(most=2) | card_histories(most=4), st.integers(0, 90))
    def holds(history: tuple[Terms, list[Fact]], days: int) -> None:
        book = replay(*history)
        on = date.fromordinal(book.seen) + timedelta(days=days)
        known, exact = bringing(book, on), advance(book, on)
        assert (known.dues, known.owed, known.paid) == (exact.dues, exact.owed, exact.paid)
        assert known.settled == exact.settled

    holds()


def test_it_stands_as_if_it_were_brought_to_the_day() -> None:
    it_stands_as_if_it_were_brought_to_the_day(brought_to)


def _never_brings(book: Book, on: date) -> Book:
    return book


def _comes_too_late(book: Book, on: date) -> Book:
    return brought_to(book, on - timedelta(days=20))


@pytest.mark.parametrize("fault", [_never_brings, _comes_too_late])
def test_what_changes_as_days_go_by_is_noticed(fault: BringTo) -> None:
    with pytest.raises(AssertionError):
        it_stands_as_if_it_were_brought_to_the_day(fault)
