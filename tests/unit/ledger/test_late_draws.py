"""Purchases that are reported after later ones: as long as only purchases have followed, the card's book need
not be made anew.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.ledger.domain.book import Book
from services.ledger.domain.facts import Draw, Fact, LimitChange, Payment, Statement
from services.ledger.domain.replay import ReplayNeeded, add, advance, replay
from services.ledger.domain.terms import CardTerms, Repayment, Terms

OPENED = date(2026, 1, 1)
TERMS = Terms(
    "CNY",
    Repayment.REVOLVING,
    OPENED,
    annual_rate=Decimal("0.365"),
    card=CardTerms(1_000_00, made=True, minimum_rate=Decimal("0.1")),
)
STATED = Statement(date(2026, 1, 15), "S", date(2026, 2, 4))
EARLIER = (Draw(date(2026, 1, 3), "D-1", 200_00), STATED)
LATE = Draw(date(2026, 1, 18), "late", 100_00)


def _book(*facts: Fact) -> Book:
    return replay(TERMS, [*EARLIER, *facts])


@pytest.mark.parametrize("advanced_to", [None, date(2026, 2, 2)])
def test_a_purchase_told_after_a_later_one_is_added_as_if_told_in_time(advanced_to: date | None) -> None:
    later = (Draw(date(2026, 1, 20), "D-2", 50_00), Draw(date(2026, 1, 25), "D-3", 70_00))
    book = _book(*later) if advanced_to is None else advance(_book(*later), advanced_to)
    after, whole = add(book, LATE), _book(*later, LATE)
    assert isinstance(after, Book)
    assert after == (whole if advanced_to is None else advance(whole, advanced_to))
    # It bears interest from its own day on.
    end = date(2026, 2, 15)
    stated = add(after, Statement(end, "S-2", date(2026, 3, 7)))
    assert isinstance(stated, Book)
    assert stated.card is not None
    assert stated.card.statements[-1].interest == 31 * 20 + 29 * 10 + 27 * 5 + 22 * 7


@pytest.mark.parametrize(
    "followed_by",
    [
        (Payment(date(2026, 1, 20), "P", 10_00),),
        (Payment(date(2026, 1, 18), "P", 10_00),),
        (Draw(date(2026, 1, 20), "D-2", 750_00),),
        (Draw(date(2026, 1, 20), "D-2", 50_00), LimitChange(date(2026, 1, 19), "L", 300_00)),
    ],
    ids=["a payment", "a payment of its day", "more than the limit", "a limit that it would exceed"],
)
def test_where_its_turn_matters_the_book_is_made_anew(followed_by: tuple[Fact, ...]) -> None:
    assert isinstance(add(_book(*followed_by, Draw(date(2026, 1, 25), "D-3", 5_00)), LATE), ReplayNeeded)


def test_a_credit_that_a_later_purchase_used_would_have_been_used_by_the_earlier_one() -> None:
    paid = Payment(date(2026, 1, 17), "P", 250_00)
    book = _book(paid, Draw(date(2026, 1, 20), "D-2", 100_00))
    assert book.credit == 0
    assert isinstance(add(book, LATE), ReplayNeeded)


def test_a_late_purchase_that_forgets_its_interest_is_found_out() -> None:
    later = Draw(date(2026, 1, 20), "D-2", 50_00)
    after = add(_book(later), LATE)
    assert isinstance(after, Book)
    assert replace(after, accrued=_book(later).accrued) != _book(later, LATE)
