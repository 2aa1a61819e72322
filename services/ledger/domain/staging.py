"""Which bucket a loan was in on a day, as it was told: what roll rates, cure rates and vintages are counted
from.

A stage is kept whenever it differs from the one before, and never changed: a correction counts from the day
on which it came to be known, as the reports that were made before it have said.
"""

from bisect import bisect_right
from datetime import date, timedelta
from typing import NamedTuple

from services.ledger.domain.loan import Loan
from services.ledger.domain.roll_rates import Exit


class Staged(NamedTuple):
    """Where a loan stands from a day on."""

    bucket: str
    """As it was told; empty where it has never been late."""
    since: date | None
    """The day from which days past due are counted, later by the days on which ageing stood still; None:
    not late.
    """
    days_most: int | None
    """Where its bucket ends. A loan whose ageing stands still, or whose platform has not reported, counts
    as no later than its borrower was told.
    """
    arrears_minor: int
    exit: Exit | None
    """How it has left the buckets."""


CURRENT = Staged("", None, None, 0, None)
"""A loan of which nothing was told yet."""


def staged(loan: Loan) -> Staged:
    """Where the loan stands, as it was told last, less what was paid since."""
    told, exit_ = loan.told, _exit(loan)
    if told.on is None or loan.course.gone is not None:
        return CURRENT if exit_ is None else CURRENT._replace(exit=exit_)
    if not told.arrears_minor:
        return Staged(told.bucket, None, None, 0, exit_)
    scheme = loan.rules.scheme
    end = bisect_right(scheme.bounds, told.days_past_due)
    return Staged(
        told.bucket,
        told.on - timedelta(days=told.days_past_due),
        scheme.bounds[end] - 1 if end < len(scheme.bounds) else None,
        min(told.arrears_minor, loan.book.arrears(told.on)),
        exit_,
    )


def staged_on(loan: Loan) -> date:
    """The first day for which that holds: of what was told, or of the last thing that happened."""
    if loan.course.gone is not None:
        return loan.course.gone.on
    happened = date.fromordinal(loan.book.seen)
    return happened if loan.told.on is None else max(loan.told.on, happened)


def _exit(loan: Loan) -> Exit | None:
    if (gone := loan.course.gone) is not None:
        return Exit.REPAID if gone.lender == loan.lender else Exit.TRANSFERRED
    if loan.book.charged_off:
        return Exit.WRITTEN_OFF
    return Exit.REPAID if loan.told.repaid is not None else None
