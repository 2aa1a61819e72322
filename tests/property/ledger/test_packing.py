"""What a row keeps of a loan is all of it: books, terms and facts come back as they went."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from services.ledger.domain.book import Book
from services.ledger.domain.facts import Fact
from services.ledger.domain.replay import replay
from services.ledger.domain.terms import Terms
from services.ledger.store import packing
from tests.property.ledger.histories import card_histories, histories


def comes_back(pack_book: Callable[[Book], str] = packing.pack_book) -> None:
    """The property."""

    @settings(
        max_examples=60,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(histories() | card_histories())
    def holds(history: tuple[Terms, list[Fact]]) -> None:
        terms, facts = history
        book = replay(terms, facts)
        kept = packing.unpack_terms(packing.pack_terms(terms))
        assert replace(kept, provided=terms.provided) == terms
        assert packing.unpack_provided(packing.pack_provided(terms.provided)) == terms.provided
        assert packing.unpack_book(pack_book(book), terms) == book
        for fact in facts:
            assert packing.unpack_fact(type(fact).__name__, packing.pack_fact(fact)) == fact

    holds()


def test_books_terms_and_facts_come_back_as_they_went() -> None:
    comes_back()


def test_a_packing_that_forgets_the_credit_is_found_out() -> None:
    with pytest.raises(AssertionError):
        comes_back(lambda book: packing.pack_book(replace(book, credit=0)))


def test_a_packing_that_swaps_owed_and_paid_is_found_out() -> None:
    with pytest.raises(AssertionError):
        comes_back(lambda book: packing.pack_book(replace(book, owed=book.paid, paid=book.owed)))
