"""Working days: deadlines and grace that count no weekend and no public holiday."""

from collections.abc import Callable
from datetime import date, timedelta

DAY = timedelta(days=1)
SATURDAY = 5

ClosedDays = Callable[[str | None, int], frozenset[date]]
"""The public holidays of a country (None: of nowhere in particular) in a year."""


def is_working_day(day: date, country: str | None, closed: ClosedDays) -> bool:
    """Whether work is done there on a day. Weekends are Saturday and Sunday."""
    return day.weekday() < SATURDAY and day not in closed(country, day.year)


def after_working_days(day: date, count: int, country: str | None, closed: ClosedDays) -> date:
    """The `count`-th working day after a day; with none, the day itself."""
    for _ in range(count):
        day += DAY
        while not is_working_day(day, country, closed):
            day += DAY
    return day
