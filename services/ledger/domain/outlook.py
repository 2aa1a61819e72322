"""What is still to come of a loan: when, how much, at what cost to the borrower, worth what to the lender."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context as DecimalContext
from decimal import Decimal
from functools import lru_cache

from services.ledger.domain.apr import AprUndefined, Flow, apr_eu
from services.ledger.domain.book import Book

_PRECISE = DecimalContext(prec=40)


@dataclass(frozen=True, slots=True)
class Due:
    """What is still to be paid on a date, in minor units."""

    on: date
    penalty: int
    fees: int
    interest: int
    principal: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.penalty + self.fees + self.interest + self.principal


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is still to come of a loan."""

    dues: tuple[Due, ...]
    total: int
    cost: int
    """Interest, fees and penalties among it."""
    ends_on: date | None
    apr: Decimal | None
    """The yearly rate of charge of what is still owed, as EU law computes it; None where there is none."""
    present_value: int
    """To the lender: what is still to come, discounted at the rate that the loan has as it is."""


def own_rate(book: Book) -> Decimal:
    """The yearly rate that a loan's value to its lender is discounted at."""
    return book.annual_rate or book.terms.annual_rate


def outlook(book: Book, today: date, rate: Decimal, *, with_apr: bool = True) -> Outlook:
    """What is still to come of a loan, seen from a day; its value to the lender at a yearly rate. The rate of
    charge takes as long as all the rest, so who does not need it may leave it out.
    """
    dues = _to_come(book)
    # Of a card: what no statement has asked for has no due date.
    rest = book.outstanding - sum(due.total for due in dues)
    return Outlook(
        dues,
        total=book.outstanding,
        cost=book.outstanding - book.balance,
        ends_on=None if rest else max((due.on for due in dues), default=None),
        apr=_apr(book.balance, dues, today) if with_apr and not rest else None,
        present_value=_present_value(dues, today, rate) + rest,
    )


def present_value(book: Book, today: date, rate: Decimal) -> int:
    """What is still to come of a loan, discounted to a day at a yearly rate."""
    dues = _to_come(book)
    return _present_value(dues, today, rate) + book.outstanding - sum(due.total for due in dues)


def _to_come(book: Book) -> tuple[Due, ...]:
    unpaid = [
        [asked - given for asked, given in zip(owed, paid, strict=True)]
        for owed, paid in zip(book.owed, book.paid, strict=True)
    ]
    every = list(zip(*unpaid, strict=True))
    return tuple(Due(date.fromordinal(book.dues[k]), *every[k]) for k in book.places() if sum(every[k]))


def _apr(balance: int, dues: Sequence[Due], today: date) -> Decimal | None:
    if balance <= 0 or not dues:
        return None
    payments = [Flow(max(due.on, today), due.total) for due in dues]
    try:
        return apr_eu([Flow(today, balance)], payments)
    except AprUndefined:
        return None


def _present_value(dues: Sequence[Due], today: date, rate: Decimal) -> int:
    """By days over 365; what is past due counts in full."""
    value = Decimal(0)
    for due in dues:
        value += due.total / _growth(rate, max((due.on - today).days, 0))
    return int(value.to_integral_value())


@lru_cache(maxsize=16_384)
def _growth(rate: Decimal, days: int) -> Decimal:
    # One root and whole powers of it: a power of a fraction takes twenty times as long.
    return _PRECISE.power(_growth_of_day(rate), days)


@lru_cache(maxsize=256)
def _growth_of_day(rate: Decimal) -> Decimal:
    return _PRECISE.power(1 + rate, Decimal(1) / 365)
