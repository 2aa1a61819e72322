"""Calendars from the `holidays` library, by code and years."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from services.ledger.domain.business_days import ALWAYS_OPEN, WEEKENDS, Calendar, CalendarUnknown

if TYPE_CHECKING:
    from holidays import HolidayBase

WITHOUT_HOLIDAYS = {one.name: one for one in (ALWAYS_OPEN, WEEKENDS)}
MARKETS = {"target": "XECB"}
"""Our names for the library's markets. The euro's payment system closes with the European Central Bank."""


@lru_cache(maxsize=256)
def calendar(code: str, first_year: int, last_year: int) -> Calendar:
    """The calendar of a code for a range of years, both included. Its version is the library's.

    A code is a country ("cn"), a country and its part ("us-ny", "gb-eng"), a market ("nyse"), "target",
    "weekends" or "none", in any case. Public holidays are closed, together with the days on which they are
    observed; without a part, only those that the whole country has (all of the United Kingdom: no Easter
    Monday). Those that follow the moon are estimated until they are announced. Raises `CalendarUnknown`.
    """
    name = code.lower()
    if (plain := WITHOUT_HOLIDAYS.get(name)) is not None:
        return plain
    source = _source(name)
    # Beyond the years that the library has, no holiday is known: there the weekend alone is closed.
    first, last = max(first_year, source.start_year), min(last_year, source.end_year)
    return _calendar(name, source, first, max(first, last))


def _source(name: str) -> "HolidayBase":
    import holidays  # many services never need a calendar

    country, dash, part = name.upper().partition("-")
    if dash and not part:
        raise CalendarUnknown(calendar=name)
    attempts: tuple[Callable[[], HolidayBase], ...] = (
        lambda: holidays.country_holidays(country, subdiv=part or None),
        lambda: holidays.financial_holidays(MARKETS.get(name, country)),
    )
    for attempt in attempts[:1] if part else attempts:
        try:
            return attempt()
        except NotImplementedError:
            continue
    raise CalendarUnknown(calendar=name)


def _calendar(name: str, source: "HolidayBase", first_year: int, last_year: int) -> Calendar:
    weekend = frozenset(source.weekend)
    day, end = date(first_year, 1, 1), date(last_year, 12, 31)
    closed, worked = set(), set()
    # Day by day: a country's weekend may have changed within the range, and some weekends are worked.
    while day <= end:
        works, usual = source.is_working_day(day), day.weekday() not in weekend
        if usual and not works:
            closed.add(day)
        elif works and not usual:
            worked.add(day)
        day += timedelta(days=1)
    return Calendar(
        name,
        closed=frozenset(closed),
        weekend=weekend,
        worked=frozenset(worked),
        years=(first_year, last_year),
        version=f"holidays {version('holidays')}",
    )
