"""When instalments fall due: in the loan's rhythm, and off closed days by its rule."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count

from services.ledger.domain.business_days import DueDateRule, calendar_of, moved
from services.ledger.domain.due_dates import add_months, due_date
from services.ledger.domain.terms import Terms
from services.ledger.domain.working import Working


def fall_due(
    w: Working, place: int, nominal: date, *, agreed: bool = False, after: date | None = None
) -> None:
    """Let an instalment fall due on a day, or by the terms' rule on an open one near it. A date that was
    agreed moves on only, never back; none moves back to `after` (the opening, by default) or further, nor
    before an earlier instalment.
    """
    terms, due = w.terms, nominal
    if terms.due_date_rule is not DueDateRule.NONE:
        calendar = calendar_of(terms.calendar)
        due = moved(nominal, DueDateRule.FOLLOWING if agreed else terms.due_date_rule, calendar)
        if due <= (after or terms.opened_on):
            due = moved(nominal, DueDateRule.FOLLOWING, calendar)
    earlier = w.dues[place - 1] if place and due != nominal else 0
    w.dues[place] = max(due.toordinal(), earlier)
    w.shifted[place] = w.dues[place] - nominal.toordinal()


def nominal_on(w: Working, place: int) -> date:
    """When an instalment would fall due if no day were closed."""
    return date.fromordinal(w.dues[place] - w.shifted[place])


def moved_dates(w: Working, places: Sequence[int], new: date) -> Iterator[date]:
    """The dates of instalments of which the first moves to a new one. Where that is the date of a later
    instalment, the schedule's own dates from there on; else, and after the last of those, in rhythm.
    """
    dates = [nominal_on(w, place) for place in places]
    kept = dates[dates.index(new) :] if new in dates else [new]
    yield from kept
    day = anchor(w.terms, kept[-1]) if new in dates else None
    for index in count(1):
        yield due_date(kept[-1], w.terms.unit, w.terms.count, index, day_of_month=day)


def anchor(terms: Terms, day: date) -> int | None:
    """The day of the month that the loan's due dates fall on, where a date still fits it."""
    fits = terms.day_of_month and add_months(day, 0, terms.day_of_month) == day
    return terms.day_of_month if fits else None
