"""Local hours and days as instants. Everything is compared as instants in UTC that are made from the local
edges of a date, so that a day of 23 or 25 hours, or an hour that comes twice, makes nothing open too long.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.reminders.domain.packs import Holidays, Hours
from services.reminders.domain.person import Person

DAY = timedelta(days=1)
DAY_MINUTES = 24 * 60
HORIZON = timedelta(days=400)
"""How far ahead a next permitted time is looked for."""
EVERYWHERE = tuple(ZoneInfo(f"Etc/GMT{hours:+d}") for hours in range(-14, 13))
"""Where somebody may be of whom nothing is known."""
Spans = tuple[tuple[datetime, datetime], ...]


def zones_of(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    """The zones of these names; all of the world where there are none."""
    return tuple(map(ZoneInfo, names)) or EVERYWHERE


def days_of(person: Person, at: datetime) -> tuple[date, date]:
    """The earliest and the latest date that an instant may have where the person is."""
    days = [at.astimezone(zone).date() for zone in zones_of(person.zones)]
    return min(days), max(days)


def edge(zone: ZoneInfo, day: date, minutes: int, *, late: bool) -> datetime:
    """The instant of a local time, in minutes since midnight (1440: the next day's).

    A time that comes twice, or not at all, gives two readings: the later one with `late`, else the earlier.
    """
    if minutes >= DAY_MINUTES:
        day, minutes = day + DAY, minutes - DAY_MINUTES
    local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone)
    readings = (local.astimezone(UTC), local.replace(fold=1).astimezone(UTC))
    return max(readings) if late else min(readings)


@lru_cache(maxsize=65_536)
def midnight(zone: ZoneInfo, day: date) -> datetime:
    """The first instant of a local date, also where midnight itself is skipped."""
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=65_536)
def spans_of(hours: Hours, zone: ZoneInfo, day: date, holiday: bool) -> Spans:
    """When a local date is open: in doubt it opens late and closes early."""
    windows = hours.weekly[day.weekday()]
    if holiday and hours.on_holidays is not None:
        windows = hours.on_holidays
    return tuple(
        (
            midnight(zone, day) if start == 0 else edge(zone, day, start, late=True),
            midnight(zone, day + DAY) if end == DAY_MINUTES else edge(zone, day, end, late=False),
        )
        for start, end in windows
    )


def is_holiday(hours: Hours, calendars: tuple[str, ...], known: Mapping[str, Holidays], day: date) -> bool:
    """Whether a day is a holiday in a calendar that may be the person's. One that is not known closes it."""
    if hours.on_holidays is None:
        return False
    for name in calendars:
        if hours.national_only and "-" in name:
            continue
        holidays = known.get(name)
        if holidays is None or holidays.closes(day):
            return True
    return False


@lru_cache(maxsize=4_096)
def have_common_hours(hours: Hours, zones: tuple[ZoneInfo, ...], day: date) -> bool:
    """Whether some moment of the week from a day on is open in all these zones, holidays apart."""
    common = _of_week(hours, zones[0], day)
    for zone in zones[1:]:
        common = _intersected(common, _of_week(hours, zone, day))
        if not common:
            return False
    return bool(common)


def _of_week(hours: Hours, zone: ZoneInfo, day: date) -> Spans:
    """A day more at both ends: a week here lies within nine dates there."""
    days = (day + timedelta(days=number) for number in range(-1, 8))
    return tuple(span for one in days for span in spans_of(hours, zone, one, False))


def _intersected(these: Spans, those: Spans) -> Spans:
    return tuple((max(a, c), min(b, d)) for a, b in these for c, d in those if max(a, c) < min(b, d))
