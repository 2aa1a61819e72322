"""Working days: how a due date on a closed day moves, and grace counted in working days."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Self

from services.ledger.domain.due_dates import DateOutOfRange
from shared.errors import Refused

SATURDAY, SUNDAY = 5, 6


class DueDateRuleUnknown(Refused):
    """There is no such rule for due dates on closed days."""


class CalendarUnknown(Refused):
    """There is no such calendar. Name a country (cn), a country and its part (us-ny, gb-eng), a market
    (nyse), target, weekends or none.
    """


class DueDateRule(StrEnum):
    """What happens to a due date on a closed day: `ProductTerms.due_date_rule`. The names are those of the
    2006 ISDA Definitions 4.12, in any case. Reading an unknown code raises `DueDateRuleUnknown`.
    """

    NONE = "none"
    """It stays where it is."""
    FOLLOWING = "following"
    """It moves to the next open day."""
    MODIFIED_FOLLOWING = "modified_following"
    """It moves to the next open day, or back to the last one where the next lies in another month."""
    PRECEDING = "preceding"
    """It moves back to the last open day."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        known = {one.value: one for one in cls}
        if isinstance(value, str) and value.lower() in known:
            return known[value.lower()]
        raise DueDateRuleUnknown(due_date_rule=value, known=", ".join(cls))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that are closed. Days of the week are numbered from Monday, 0.

    Holidays are known for `years` alone, both ends included: outside them only the weekend is closed.
    """

    name: str
    closed: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    worked: frozenset[date] = frozenset()
    """Days of a weekend on which work is done, as in China in exchange for a bridge day."""
    years: tuple[int, int] | None = None
    version: str = ""
    """Of the source of the holidays: the same name may mean other days in another version."""

    def __post_init__(self) -> None:
        if not self.weekend <= frozenset(range(7)) or len(self.weekend) == 7:
            raise ValueError("a weekend is some, not all, of the days 0 (Monday) to 6")

    def is_open(self, day: date) -> bool:
        """Whether work is done on a day."""
        if day in self.closed:
            return False
        return day.weekday() not in self.weekend or day in self.worked

    def knows(self, day: date) -> bool:
        """Whether the holidays of the day's year are known."""
        return self.years is None or self.years[0] <= day.year <= self.years[1]

    @property
    def text(self) -> str:
        """The calendar for `calendar_of`: a loan keeps the days that were known when it was opened."""
        years = f"{self.years[0]}-{self.years[1]}" if self.years else ""
        closed, worked = (_gaps(_start(years), days) for days in (self.closed, self.worked))
        weekend = "".join(map(str, sorted(self.weekend)))
        return "|".join((self.name, self.version, years, weekend, closed, worked))


def _start(years: str) -> date:
    return date(int(years.partition("-")[0] or 1), 1, 1)


def _gaps(start: date, days: frozenset[date]) -> str:
    """Days as the days from each to the next: half as long as numbers that rise."""
    return ",".join(str((day - before).days) for before, day in pairwise((start, *sorted(days))))


@lru_cache(maxsize=1_024)
def calendar_of(text: str) -> Calendar:
    """The calendar that `Calendar.text` wrote. Many loans share one."""
    name, version, years, weekend, closed, worked = text.split("|")
    first, _, last = years.partition("-")
    days = (
        frozenset(
            _start(years) + timedelta(days=days)
            for days in accumulate(int(one) for one in gaps.split(",") if one)
        )
        for gaps in (closed, worked)
    )
    return Calendar(
        name,
        closed=next(days),
        weekend=frozenset(map(int, weekend)),
        worked=next(days),
        years=(int(first), int(last)) if years else None,
        version=version,
    )


ALWAYS_OPEN = Calendar("none", weekend=frozenset())
"""No day is closed."""
WEEKENDS = Calendar("weekends")
"""Saturdays and Sundays are closed, no other day."""


def moved(day: date, rule: DueDateRule, calendar: Calendar) -> date:
    """Where a due date falls by the rule: itself, if it is an open day. Raises `DateOutOfRange` at the end of
    the calendar.
    """
    if rule is DueDateRule.NONE or calendar.is_open(day):
        return day
    if rule is DueDateRule.PRECEDING:
        return _next_open(day, -1, calendar)
    if rule is DueDateRule.FOLLOWING:
        return _next_open(day, 1, calendar)
    following = _next_open(day, 1, calendar)
    same_month = (following.year, following.month) == (day.year, day.month)
    return following if same_month else _next_open(day, -1, calendar)


def add_business_days(day: date, n: int, calendar: Calendar) -> date:
    """The `n`-th open day after a day, or before it for a negative `n`; the day itself, open or not, for 0.

    Grace of `n` working days after a due date ends with that day. Raises `DateOutOfRange`.
    """
    step = 1 if n > 0 else -1
    for _ in range(abs(n)):
        day = _next_open(day, step, calendar)
    return day


def _next_open(day: date, step: int, calendar: Calendar) -> date:
    on = day
    try:
        on += timedelta(days=step)
        while not calendar.is_open(on):
            on += timedelta(days=step)
    except OverflowError:
        raise DateOutOfRange(day=day, calendar=calendar.name) from None
    return on
