"""Which bucket a loan was in on a day, as it was told: what roll rates, cure rates and vintages are counted
from.

A stage is kept whenever it differs from the one before, and never changed. It has two days: that from which
it holds, as it is known now, and that on which it came to be known, as the reports that were made before have
said. What a correction makes of the days gone by is kept beside it (`restaged`).
"""

from bisect import bisect_right
from dataclasses import replace
from datetime import date, timedelta

from services.ledger.domain.buckets import SCHEMES
from services.ledger.domain.facts import key_of
from services.ledger.domain.loan import Loan
from services.ledger.domain.roll_rates import Exit, Staged
from services.ledger.domain.timeline import Point, walk
from shared.decision import Context, Need

CURRENT = Staged("", None, None, 0, None)
"""A loan of which nothing was told yet."""


def staged(loan: Loan) -> Staged:
    """Where the loan stands, as it was told last, less what was paid since."""
    told, exit_ = loan.told, _exit(loan)
    if told.on is None:
        return CURRENT if exit_ is None else CURRENT._replace(exit=exit_)
    if not told.arrears_minor:
        return Staged(told.bucket, None, None, 0, exit_)
    scheme = SCHEMES[loan.rules.buckets]
    end = bisect_right(scheme.bounds, told.days_past_due)
    return Staged(
        told.bucket,
        told.on - timedelta(days=told.days_past_due),
        scheme.bounds[end] - 1 if end < len(scheme.bounds) else None,
        min(told.arrears_minor, loan.book.arrears(told.on)),
        exit_,
    )


def staged_on(loan: Loan) -> date:
    """The day on which that came to be known: of what was told, or of the last thing that happened."""
    happened = date.fromordinal(loan.book.seen)
    return happened if loan.told.on is None else max(loan.told.on, happened)


def holds_from(loan: Loan) -> date:
    """The day from which that holds: that of what has just happened, or of what was told."""
    known_on = staged_on(loan)
    happened = (key_of(one.fact, loan.book.terms)[0] for one in loan.added)
    last = max(happened, default=None)
    return known_on if last is None else min(known_on, date.fromordinal(last))


def restaged(loan: Loan, context: Context) -> Loan | Need:
    """The loan with the stages that it had, as it is known now, on the days that were told otherwise."""
    since = loan.told.restate_from
    if since is None:
        return loan
    if context.history is None:
        return Need(history=True)
    through, rows = loan.told.on or since, list(loan.restaged)
    for point in walk(loan, context.history, max(since, loan.opened_on), through, lambda _: ()):
        one = _was(point)
        if not rows or rows[-1][1] != one:
            rows.append((point.on, one))
    told = replace(loan.told, restate_from=None)
    return replace(loan, told=told, restaged=tuple(rows))


def _was(point: Point) -> Staged:
    now, exit_ = point.now, _left(point)
    if not now.arrears_minor:
        return Staged(now.bucket, None, None, 0, exit_)
    still = now.days_past_due if point.pause is not None else None
    return Staged(now.bucket, point.on - timedelta(days=now.days_past_due), still, now.arrears_minor, exit_)


def _left(point: Point) -> Exit | None:
    if point.book.charged_off:
        return Exit.WRITTEN_OFF
    return None if point.ending is None else Exit.REPAID


def _exit(loan: Loan) -> Exit | None:
    if loan.book.charged_off:
        return Exit.WRITTEN_OFF
    return Exit.REPAID if loan.told.repaid is not None else None
