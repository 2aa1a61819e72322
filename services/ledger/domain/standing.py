"""How a loan stands on a day: what is late, since when, and how long what fell due is still paid in time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.ledger.domain.ageing import Explanation, Pause, Unpaid, days_past_due, explain, grace_ends_on
from services.ledger.domain.book import FOREVER, Book
from services.ledger.domain.buckets import bucket
from services.ledger.domain.business_days import calendar_of
from services.ledger.domain.loan import Loan
from services.ledger.domain.replay import advance

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a loan stands at the end of a day."""

    on: date
    rows: tuple[Unpaid, ...]
    bucket: str
    days_past_due: int
    arrears_minor: int
    oldest_unpaid_due_on: date | None


def brought_to(book: Book, on: date) -> Book:
    """The book at the end of a day. Nothing that is owed changes as days go by without interest; nor while
    nothing is past due, no credit waits and no cap is measured: what falls due is worked out already.
    """
    if not (book.bears_interest or book.terms.penalty_rate) or _stands_still(book, on.toordinal()):
        return book
    return advance(book, on)


def _stands_still(book: Book, day: int) -> bool:
    if book.credit or book.card is not None or book.re_aged or book.terms.cost_cap is not None:
        return False
    oldest = next((due for due, settled in zip(book.dues, book.settled, strict=True) if not settled), FOREVER)
    return oldest >= day


def standing(loan: Loan, on: date) -> Standing:
    """How the loan stands at the end of a day, by its facts as they are known."""
    book = brought_to(loan.book, on)
    rows = tuple(_rows(book))
    late = [row for row in rows if row.due_on < on and row.is_open(on)]
    days = days_past_due(late, on, pauses_of(book)) if late else 0
    scheme = loan.rules.scheme
    arrears = sum(row.amount_minor for row in late)
    return Standing(on, rows, bucket(days, scheme), days, arrears, late[0].due_on if late else None)


def explain_lateness(loan: Loan, on: date) -> tuple[Explanation, str]:
    """How late the loan is at the end of a day and why; the bucket of so many days."""
    now = standing(loan, on)
    rows = [row for row in now.rows if row.is_open(on)]
    pauses = pauses_of(loan.book)
    return explain(rows, on, loan.currency, pauses, counted_from=loan.counted_from), now.bucket


def _rows(book: Book) -> Iterator[Unpaid]:
    owed, paid = ([sum(four) for four in zip(*side, strict=True)] for side in (book.owed, book.paid))
    for place in book.places():
        due, settled = book.dues[place], book.settled[place]
        unpaid = owed[place] - paid[place]
        paid_off = date.fromordinal(settled) if settled and not unpaid else None
        yield Unpaid(place + 1, date.fromordinal(due), unpaid or owed[place], paid_off)


def pauses_of(book: Book) -> tuple[Pause, ...]:
    """The days on which ageing stands still."""
    return tuple(
        Pause(
            date.fromordinal(since),
            None if until == FOREVER else date.fromordinal(until) - _DAY,
            due_through=None if due_by == FOREVER else date.fromordinal(due_by),
        )
        for since, until, due_by in book.ageing_pauses
    )


def grace_end(loan: Loan, due_on: date) -> date | None:
    """The last day on which what fell due is paid in time; None while ageing stands still without end."""
    rules, open_days = loan.rules, None
    if rules.grace_working_days:
        open_days = calendar_of(loan.book.terms.calendar).is_open
    return grace_ends_on(due_on, rules.grace_days, pauses_of(loan.book), is_open=open_days)


def paused_through(pauses: Sequence[Pause], on: date) -> date | None:
    """The last day of the pause that a day lies in; None where it lies in none."""
    ends = [one.ends_on or date.max for one in pauses if one.starts_on <= on <= (one.ends_on or date.max)]
    return max(ends, default=None)
