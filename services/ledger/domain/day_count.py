"""Day counts: which part of a year lies between two dates, as exact fractions.

The start counts and the end does not, so a loan of one day has one day of interest.
"""

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Never

from services.ledger.domain.due_dates import last_day_of_month
from shared.errors import Refused


class DayCountUnknown(Refused):
    """There is no such day count."""


class PeriodBackwards(Refused):
    """A period cannot end before it starts."""


class DayCount(StrEnum):
    """The conventions of `ProductTerms.day_count`. Reading an unknown code raises `DayCountUnknown`."""

    ACT_365F = "act_365f"
    """Actual days over 365, in leap years too (2006 ISDA Definitions 4.16(d))."""
    ACT_360 = "act_360"
    """Actual days over 360 (4.16(e))."""
    ACT_ACT_ISDA = "act_act_isda"
    """Actual days in leap years over 366, the others over 365 (4.16(b))."""
    THIRTY_360_US = "thirty_360_us"
    """Months of 30 days; the end of February counts as a 30th where the period starts there (the bond basis
    of US municipal and agency bonds, with the rule for February).
    """
    THIRTY_E_360 = "thirty_e_360"
    """Months of 30 days; a 31st counts as a 30th (Eurobond basis, 4.16(g))."""

    @classmethod
    def _missing_(cls, value: object) -> Never:
        raise DayCountUnknown(day_count=value, known=", ".join(cls))


_ADDITIVE = frozenset(DayCount) - {DayCount.THIRTY_360_US}


def is_additive(day_count: DayCount) -> bool:
    """Whether two adjoining periods always count as much as the one that they make together.

    30/360 US alone does not: what its end date counts for depends on where the period starts.
    """
    return day_count in _ADDITIVE


def days_between(day_count: DayCount, start: date, end: date) -> int:
    """The days that the convention counts from `start` to before `end`: the calendar's, or those of months of
    30 days.

    Raises `PeriodBackwards` when `end` lies before `start`.
    """
    if end < start:
        raise PeriodBackwards(start=start, end=end)
    if day_count is DayCount.THIRTY_360_US:
        return _thirty(start, end, *_us_days(start, end))
    if day_count is DayCount.THIRTY_E_360:
        return _thirty(start, end, min(start.day, 30), min(end.day, 30))
    return end.toordinal() - start.toordinal()


def year_fraction(day_count: DayCount, start: date, end: date) -> Fraction:
    """The part of a year from `start` to before `end`, exact. Raises `PeriodBackwards`."""
    days = days_between(day_count, start, end)
    if day_count is DayCount.ACT_ACT_ISDA:
        return _isda(start, end)
    return Fraction(days, 365 if day_count is DayCount.ACT_365F else 360)


def _thirty(start: date, end: date, start_day: int, end_day: int) -> int:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * 30 + end_day - start_day


def _us_days(start: date, end: date) -> tuple[int, int]:
    """The day numbers that the US convention counts with, by its rules in their order."""
    start_day, end_day = start.day, end.day
    starts_at_end_of_february = start.month == 2 and start_day == last_day_of_month(start.year, 2)
    if starts_at_end_of_february and end.month == 2 and end_day == last_day_of_month(end.year, 2):
        end_day = 30
    if starts_at_end_of_february:
        start_day = 30
    start_day = min(start_day, 30)
    if end_day == 31 and start_day == 30:
        end_day = 30
    return start_day, end_day


def _isda(start: date, end: date) -> Fraction:
    if start.year == end.year:
        return Fraction((end - start).days, _days_in(start.year))
    first = Fraction((date(start.year, 12, 31) - start).days + 1, _days_in(start.year))
    last = Fraction((end - date(end.year, 1, 1)).days, _days_in(end.year))
    return first + (end.year - start.year - 1) + last


def _days_in(year: int) -> int:
    return 337 + last_day_of_month(year, 2)
