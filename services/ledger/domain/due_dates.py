"""Due dates: every so many days, weeks or months, counted from the first one.

Each date is computed from the first and its number, never from the one before, so a month's end stays one: 31
January, 28 February, 31 March. A first period is long or short simply because the first due date says so.
"""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from shared.errors import Refused
from shared.events.loans import PeriodUnit


class DateOutOfRange(Refused):
    """The dates reach beyond the calendar, which ends with the year 9999."""


class DueDayDiffers(Refused):
    """The first due date does not fall on the day of the month that the others shall fall on."""


class FirstPeriod(StrEnum):
    """How the time from opening to the first due date compares with a period."""

    REGULAR = "regular"
    SHORT = "short"
    LONG = "long"


@lru_cache(maxsize=4_096)
def last_day_of_month(year: int, month: int) -> int:
    """The number of the month's last day: 28 to 31."""
    return monthrange(year, month)[1]


def add_months(day: date, months: int, day_of_month: int | None = None) -> date:
    """The date so many months on (or back), on `day_of_month` (by default the day of `day`), or on the last
    day of a month that has no such day. Raises `DateOutOfRange`.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise DateOutOfRange(day=day, months=months)
    return date(year, month + 1, min(day_of_month or day.day, last_day_of_month(year, month + 1)))


@lru_cache(maxsize=65_536)
def due_date(
    first_due: date, unit: PeriodUnit, count: int, index: int, *, day_of_month: int | None = None
) -> date:
    """The due date of the instalment with this index: 0 is the first, -1 a period before it.

    `count` units make a period. `day_of_month` names the day that monthly dates fall on where the first,
    in a short month, could not: first due 28 February, then 31 March.
    Raises `DateOutOfRange`, and `DueDayDiffers` where the first due date is not on that day.
    """
    assert count >= 1, "a period has at least one unit"
    if unit is PeriodUnit.MONTH:
        if day_of_month is not None and add_months(first_due, 0, day_of_month) != first_due:
            raise DueDayDiffers(first_due_on=first_due, day_of_month=day_of_month)
        return add_months(first_due, count * index, day_of_month)
    try:
        return first_due + timedelta(days=_days_in(unit, count) * index)
    except OverflowError:
        raise DateOutOfRange(day=first_due, periods=index) from None


def due_dates(
    first_due: date, unit: PeriodUnit, count: int, n: int, *, day_of_month: int | None = None
) -> tuple[date, ...]:
    """The due dates of `n` instalments, the first on `first_due`. Raises as `due_date` does."""
    return tuple(due_date(first_due, unit, count, index, day_of_month=day_of_month) for index in range(n))


def next_due(
    first_due: date, unit: PeriodUnit, count: int, after: date, *, day_of_month: int | None = None
) -> date:
    """The first due date after a day, that day itself not included; before the first one, the first."""
    index = due_index(first_due, unit, count, after, day_of_month=day_of_month) + 1
    return due_date(first_due, unit, count, index, day_of_month=day_of_month)


def due_index(
    first_due: date, unit: PeriodUnit, count: int, on: date, *, day_of_month: int | None = None
) -> int:
    """The index of the last due date that is not after a day; -1 where none has come yet."""
    if on < first_due:
        return -1
    if unit is not PeriodUnit.MONTH:
        return (on - first_due).days // _days_in(unit, count)
    months = (on.year - first_due.year) * 12 + on.month - first_due.month
    index = months // count
    reached = due_date(first_due, unit, count, index, day_of_month=day_of_month) <= on
    return index if reached else index - 1


def period_start(
    first_due: date,
    unit: PeriodUnit,
    count: int,
    index: int = 0,
    *,
    opened_on: date | None = None,
    day_of_month: int | None = None,
) -> date:
    """When the period that ends with the due date of this index starts: on the due date before it.

    The first period (index 0) starts on `opened_on` where that is given, else one regular period before the
    first due date: what a long or short first period is compared with.
    """
    if index == 0 and opened_on is not None:
        return opened_on
    return due_date(first_due, unit, count, index - 1, day_of_month=day_of_month)


def first_period(
    opened_on: date, first_due: date, unit: PeriodUnit, count: int, *, day_of_month: int | None = None
) -> FirstPeriod:
    """Whether the first period is as long as the others, shorter or longer."""
    regular = period_start(first_due, unit, count, day_of_month=day_of_month)
    # Opened on the 31st and due at the end of February is a whole month, though the 28th lies earlier.
    ends_alike = unit is PeriodUnit.MONTH and add_months(opened_on, count) == first_due
    if opened_on == regular or ends_alike:
        return FirstPeriod.REGULAR
    return FirstPeriod.SHORT if opened_on > regular else FirstPeriod.LONG


def days_of_shortest(unit: PeriodUnit, count: int) -> int:
    """How many days the shortest period of so many units has: of one month, those of February."""
    return 28 * count if unit is PeriodUnit.MONTH else _days_in(unit, count)


def _days_in(unit: PeriodUnit, count: int) -> int:
    return count * 7 if unit is PeriodUnit.WEEK else count
