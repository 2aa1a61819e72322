"""Whether a lender's report can be believed: so many missed instalments at once are rather payments that
were not reported.

What is usual is the share of instalments that turned out missed among those that were about to fall due,
over the lender's last reports; a lender of whom little is known starts from a cautious guess.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

TIMES_USUAL = 3
"""A share of missed instalments above so many times the usual one is not believed."""
LEAST_MISSED = 20
"""Fewer than so many are believed in any case: of a small lender a bad day is no sign."""
GUESSED_DUE, GUESSED_MISSED = 200, 20
"""What counts as known of a lender from the start: ten of a hundred."""
REMEMBERED = 30
"""With each report the older ones lose one part of so many of their weight."""

Said = tuple[str, date]
"""A product (empty: all), and the day through which its payments are said to be reported."""


class Counted(NamedTuple):
    """Of one product, the instalments whose grace ends on a day."""

    product: str
    day: date
    due: int
    """So many were unpaid when they were about to fall due."""
    waiting: int
    """So many loans look as if they had missed one, and wait for the report."""


class Seen(NamedTuple):
    """What former reports have shown."""

    due: int = 0
    missed: int = 0


NOTHING_SEEN = Seen()


def judged(counted: Iterable[Counted], believed: Sequence[Said], said: Sequence[Said]) -> Seen:
    """What a report brings: the instalments of days that no earlier one covers, and those that were
    missed.
    """
    new = [one for one in counted if _covers(said, one) and not _covers(believed, one)]
    return Seen(sum(one.due for one in new), sum(one.waiting for one in new))


def is_suspicious(report: Seen, seen: Seen) -> bool:
    """Whether so many were missed that payments are rather unreported."""
    due = max(report.due, report.missed)
    usual_due, usual_missed = seen.due + GUESSED_DUE, seen.missed + GUESSED_MISSED
    return report.missed >= LEAST_MISSED and report.missed * usual_due > TIMES_USUAL * usual_missed * due


def remembered(seen: Seen, report: Seen) -> Seen:
    """What is usual once a report was believed."""
    if not (report.due or report.missed):
        return seen
    due = seen.due - seen.due // REMEMBERED + max(report.due, report.missed)
    return Seen(due, seen.missed - seen.missed // REMEMBERED + report.missed)


def latest(said: Iterable[Said]) -> tuple[Said, ...]:
    """Of each product the last day."""
    days: dict[str, date] = {}
    for product, day in said:
        days[product] = max(day, days.get(product, day))
    return tuple(sorted(days.items()))


def _covers(said: Sequence[Said], one: Counted) -> bool:
    return any(product in ("", one.product) and one.day <= day for product, day in said)
