"""Which bucket a loan was in on a day, as it was told: what roll rates, cure rates and vintages are counted
from.

A stage is kept whenever it differs from the one before, and never changed. It has two days: that from which
it holds, as it is known now, and that on which it came to be known, as the reports that were made before have
said. What a correction makes of the days gone by is kept beside it (`restaged`).
"""

from bisect import bisect_right
from datetime import date, timedelta
from typing import NamedTuple

from services.ledger.domain.facts import key_of
from services.ledger.domain.loan import Loan
from services.ledger.domain.roll_rates import Exit, Staged
from services.ledger.domain.timeline import Point, walk
from services.ledger.domain.waiting import is_answered
from shared.decision import Context, Need
from shared.quick import replace

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


class StageRow(NamedTuple):
    """A stage with its two days."""

    as_of: date
    """From this day on it holds, as it is known now."""
    told_on: date
    restated: bool
    """It is of the days gone by, and was never told."""
    stage: Staged


def new_stages(before: Loan | None, after: Loan) -> list[StageRow]:
    """What is to be kept of a change: the days gone by first, as what stands now comes after them."""
    on = staged_on(after)
    rows = [StageRow(as_of, on, True, was) for as_of, was in after.restaged]
    now, was_told = staged(after), CURRENT if before is None else staged(before)
    if now != was_told:
        rows.append(StageRow(_holds_from(after, was_told, now), on, False, now))
    return rows


def staged_on(loan: Loan) -> date:
    """The day on which that came to be known: of what was told, or of the last thing that happened."""
    if loan.course.gone is not None:
        return loan.course.gone.on
    happened = date.fromordinal(loan.book.seen)
    return happened if loan.told.on is None else max(loan.told.on, happened)


def _holds_from(loan: Loan, was_told: Staged, now: Staged) -> date:
    """The day from which a stage holds: the first one past due, though it was told later; that of what has
    just happened; or that on which it was told, where the days before it are restated or there is no other.
    """
    told_on = staged_on(loan)
    if loan.restaged:
        return told_on
    if now.since is not None and was_told.since is None:
        return min(told_on, now.since + timedelta(days=1))
    happened = (key_of(one.fact, loan.book.terms)[0] for one in loan.added)
    last = max(happened, default=None)
    return told_on if last is None else min(told_on, date.fromordinal(last))


def restaged(loan: Loan, context: Context) -> Loan | Need:
    """The loan with the stages that it had, as it is known now, on the days that were told otherwise. While
    reports or answers are awaited that may show them in another light again, they wait as well.
    """
    since, today = loan.told.restate_from, loan.today(context.now)
    if since is None or loan.waits_through is not None or not is_answered(loan, today):
        return loan
    if context.history is None:
        return Need(history=True)
    rows = list(loan.restaged)
    for point in walk(loan, context.history, max(since, loan.opened_on), today, lambda _: ()):
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
    if (gone := loan.course.gone) is not None:
        return Exit.REPAID if gone.lender == loan.lender else Exit.TRANSFERRED
    if loan.book.charged_off:
        return Exit.WRITTEN_OFF
    return Exit.REPAID if loan.told.repaid is not None else None
