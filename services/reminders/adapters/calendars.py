"""Holidays from the `holidays` library, for the days on which nobody is contacted."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version

from services.reminders.domain.packs import Holidays

VERSION = f"holidays@{version('holidays')}"
"""Of the source. It is kept with each decision: holidays that follow the moon are estimated at first."""
WIDER = frozenset({"public", "optional"})


class CalendarUnknown(ValueError):
    """There is no such calendar. Name a country (cn) or a country and its part (us-ma, gb-eng)."""


@lru_cache(maxsize=512)
def holidays_of(code: str, first_year: int, last_year: int) -> Holidays:
    """The holidays of a country or its part for a range of years, both included. Raises CalendarUnknown.

    For the borrower's sake more is closed rather than less: the days themselves and those on which they are
    observed; and in a part of a country also those that are optional, since
    lists of different laws differ there (Easter Monday in Quebec, the August holiday in Ontario).
    """
    import holidays  # slow to import, and most processes of a test need no calendar

    country, _, part = code.upper().partition("-")
    years = range(first_year, last_year + 1)
    try:
        known = holidays.country_holidays(country, subdiv=part or None, years=years)
        wanted = WIDER & set(known.supported_categories) if part else {"public"}
        found = holidays.country_holidays(country, subdiv=part or None, years=years, categories=tuple(wanted))
    except NotImplementedError:
        raise CalendarUnknown(f"{code}: {CalendarUnknown.__doc__}") from None
    # A holiday's last observed day may lie in the year after.
    closed = frozenset(day for day in found if first_year <= day.year <= last_year)
    return Holidays(closed, (first_year, last_year))


def calendars(codes: Iterable[str], first_year: int, last_year: int) -> Mapping[str, Holidays]:
    """Several calendars by their codes, in lower case. Raises CalendarUnknown."""
    return {code.lower(): holidays_of(code.lower(), first_year, last_year) for code in codes}


class EveryCalendar(Mapping[str, Holidays]):
    """All calendars for a range of years, each made when it is first asked for. A part of a country that the
    library does not know has its country's.
    """

    def __init__(self, first_year: int, last_year: int) -> None:
        self._years = (first_year, last_year)

    def __getitem__(self, code: str) -> Holidays:
        for known_as in dict.fromkeys((code, code.partition("-")[0])):
            try:
                return holidays_of(known_as, *self._years)
            except CalendarUnknown:
                continue
        raise KeyError(code)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
