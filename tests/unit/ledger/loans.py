"""Loans for the tests of the book: state only what a test is about."""

from datetime import date
from decimal import Decimal
from typing import Any

from services.ledger.domain.book import Book
from services.ledger.domain.facts import Draw, Fact, Payment
from services.ledger.domain.replay import replay
from services.ledger.domain.terms import Planned, Repayment, Terms

OPENED = date(2026, 1, 1)


def some_terms(**fields: Any) -> Terms:
    """Terms of a loan in yuan, opened on 1 January 2026, an annuity over six months without interest."""
    given = {"currency": "CNY", "repayment": Repayment.ANNUITY, "opened_on": OPENED, "instalments": 6}
    return Terms(**{**given, **fields})


def provided(*amounts: int, **fields: Any) -> Terms:
    """Terms of a provided schedule: one instalment on the first of each month from February on."""
    planned = tuple(Planned(date(2026, n, 1), amount) for n, amount in enumerate(amounts, 2))
    return some_terms(repayment=Repayment.PROVIDED, provided=planned, **fields)


def a_book(terms: Terms, *facts: Fact, drawn: int = 600_00, through: date | None = None) -> Book:
    """The book of a loan that was drawn on the day it was opened."""
    return replay(terms, [Draw(OPENED, "draw", drawn), *facts], through)


def paid(amount: int, on: date, reference: str = "P-1", **fields: Any) -> Payment:
    """A payment in minor units."""
    return Payment(on, reference, amount, **fields)


def rate(text: str) -> Decimal:
    """A yearly rate."""
    return Decimal(text)


def parts(book: Book, component: int) -> list[int]:
    """What the instalments ask for of a component."""
    return list(book.owed[component])
