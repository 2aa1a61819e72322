"""A record month by month, out of what was reported of its months in the course of time."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from services.ledger.domain.due_dates import add_months


class MonthRow(NamedTuple):
    """What was reported of a month, and when."""

    first_on: date
    codes: dict[str, str]
    correction: bool
    """Of this month alone; else it holds from this month until another row says otherwise."""
    recorded_at: datetime


class MonthShown(NamedTuple):
    """A month as it was first reported, and as it was corrected last."""

    first_on: date
    reported: dict[str, str]
    reported_at: datetime | None
    """None: it ended as the month before it, which no row tells."""
    corrected: dict[str, str] | None
    corrected_at: datetime | None


def months_shown(rows: Iterable[MonthRow], closed: date | None) -> list[MonthShown]:
    """The months in a record through the last one that is in it, newest first. A month of which no row tells
    ended as the one before it was reported.
    """
    every = list(rows)
    first_told = sorted((one for one in every if not one.correction), key=lambda one: one.first_on)
    corrected = {one.first_on: one for one in every if one.correction}
    months: list[MonthShown] = []
    if not first_told or closed is None:
        return months
    month, place = first_told[0].first_on, 0
    while month <= closed:
        while place + 1 < len(first_told) and first_told[place + 1].first_on <= month:
            place += 1
        told, now = first_told[place], corrected.get(month)
        months.append(
            MonthShown(
                month,
                told.codes,
                told.recorded_at if told.first_on == month else None,
                now.codes if now else None,
                now.recorded_at if now else None,
            )
        )
        month = add_months(month, 1)
    return months[::-1]
