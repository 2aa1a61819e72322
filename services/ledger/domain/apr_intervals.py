"""How the laws on annual percentage rates measure the time between dates.

US: 12 CFR 1026, Appendix J (b)(2)-(4): unit-periods. EU: Directive 2008/48/EC Annex I, Directive 2014/17/EU
Annex I and Directive (EU) 2023/2225 Annex III, remarks (c): years. The UK's CONC App 1.2 reads alike.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from services.ledger.domain.due_dates import add_months, last_day_of_month
from shared.events.loans import PeriodUnit


class Standard(StrEnum):
    """What a unit-period is made of."""

    MONTH = "month"
    SEMIMONTH = "semimonth"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """The time on which the equation of Appendix J is built: so many months or days, or half a month."""

    standard: Standard
    size: int = 1

    @property
    def per_year(self) -> Fraction:
        """Unit-periods in a year, (b)(4)(ii)-(v): 12 months, 24 half months, 52 weeks, or 365 days."""
        if self.standard is Standard.MONTH:
            return Fraction(12, self.size)
        if self.standard is Standard.SEMIMONTH:
            return Fraction(24)
        return Fraction(364 if self.size % 7 == 0 else 365, self.size)

    @property
    def days(self) -> int:
        """Its length for comparison with others; months count 30 days, a year 365."""
        if self.standard is Standard.MONTH:
            return 365 if self.size == 12 else 30 * self.size
        return 15 if self.standard is Standard.SEMIMONTH else self.size


YEAR = UnitPeriod(Standard.MONTH, 12)
_STANDARDS = (
    UnitPeriod(Standard.DAY),
    UnitPeriod(Standard.SEMIMONTH),
    *(UnitPeriod(Standard.DAY, 7 * weeks) for weeks in range(1, 53)),
    *(UnitPeriod(Standard.MONTH, months) for months in range(1, 13)),
)


class UnitPeriods:
    """A transaction's unit-period, and how many of them lie between its start and a date."""

    def __init__(self, advances: Sequence[date], payments: Sequence[date]) -> None:
        """From the dates of all advances and payments, each rising; the first advance is the start."""
        self.start = advances[0]
        self._anchors = _anchors(advances, payments)
        self.unit, self.per_year = self._unit(advances, payments)

    def count(self, on: date) -> tuple[int, Fraction]:
        """Full unit-periods from the start to a date, and the fraction of one that is left, (b)(4)."""
        full, fraction = self._measured(on)
        # 30 days before a full month, from 2 January to 1 February, are one more.
        return full + int(fraction), fraction % 1

    def _measured(self, on: date) -> tuple[int, Fraction]:
        unit, days = self.unit, (on - self.start).days
        if unit == YEAR:
            return self._years(on)
        if unit.standard is not Standard.DAY:
            months, rest = self._months(self.start, on)
            if unit == UnitPeriod(Standard.MONTH):
                return months, Fraction(rest, 30)
            days = 30 * months + rest
        full, rest = divmod(days, unit.days)
        return full, Fraction(rest, unit.days)

    def _years(self, on: date) -> tuple[int, Fraction]:
        months, rest = self._months(self.start, on)
        years, months = divmod(months, 12)
        if not rest:
            return years, Fraction(months, 12)
        left = add_months(on, -12 * years, self._anchors[on]) - self.start
        return years, Fraction(left.days, 365)

    def _months(self, start: date, end: date) -> tuple[int, int]:
        """Full months, measured back from the later date, and the days left before them."""
        return months_back(start, end, self._anchors[end])

    def _unit(self, advances: Sequence[date], payments: Sequence[date]) -> tuple[UnitPeriod, Fraction]:
        """(b)(3): the common period that occurs most often, of equally frequent ones the smaller."""
        if len(advances) == len(payments) == 1:
            return self._of_term(payments[0])
        periods = [*pairwise(advances), *pairwise([self.start, *payments])]
        found = {period: self._readings(*period) for period in set(periods)}
        often = Counter(reading for period in periods for reading in found[period])
        if max(often.values()) == 1:
            unit = _nearest(Fraction(sum((end - start).days for start, end in periods), len(periods)))
        else:
            unit = _most_frequent(often, list(found.values()))
        return unit, unit.per_year

    def _of_term(self, end: date) -> tuple[UnitPeriod, Fraction]:
        """(b)(3)(ii), (b)(4)(vi), (vii): of one advance and one payment the term, at most a year."""
        months, rest = self._months(self.start, end)
        if months >= 12:
            return YEAR, YEAR.per_year
        if not rest:
            unit = UnitPeriod(Standard.MONTH, months)
            return unit, unit.per_year
        days = (end - self.start).days
        return UnitPeriod(Standard.DAY, days), Fraction(365, days)

    def _readings(self, start: date, end: date) -> set[UnitPeriod]:
        """All that a period may be called: 28 days are four weeks, and, in February, a month."""
        days = (end - start).days
        months, rest = self._months(start, end)
        readings = {UnitPeriod(Standard.DAY, days)} if days < 365 else {YEAR}
        if not rest:
            readings.add(UnitPeriod(Standard.MONTH, min(months, 12)))
        if _is_semimonth(start, end):
            readings.add(UnitPeriod(Standard.SEMIMONTH))
        return readings


@lru_cache(maxsize=16_384)
def months_back(start: date, end: date, day_of_month: int) -> tuple[int, int]:
    """Full months measured back from `end`, which stands for `day_of_month`, and the days left to `start`."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(end, -months, day_of_month) < start:
        months -= 1
    return months, (add_months(end, -months, day_of_month) - start).days


@lru_cache(maxsize=16_384)
def years_between(start: date, end: date, unit: PeriodUnit) -> Fraction:
    """The years of the European equation: whole months (12 a year) or weeks (52), counted back from `end`,
    then days over the 365 or 366 days of the year that ends with the last of them.

    With `PeriodUnit.DAY`, whole years and days.
    """
    if unit is PeriodUnit.WEEK:
        weeks, days = divmod((end - start).days, 7)
        whole, last = Fraction(weeks, 52), date.fromordinal(start.toordinal() + days)
    else:
        months, days = months_back(start, end, _shared_anchor(start, end))
        if unit is PeriodUnit.DAY:
            months -= months % 12
        whole, last = Fraction(months, 12), add_months(end, -months, _shared_anchor(start, end))
        days = (last - start).days
    return whole + Fraction(days, (last - add_months(last, -12)).days) if days else whole


def whole_unit(start: date, ends: Sequence[date]) -> PeriodUnit:
    """What the European equation counts in: weeks where all intervals are whole weeks and not all are whole
    months; else months.
    """
    if all(months_back(start, end, _shared_anchor(start, end))[1] == 0 for end in ends):
        return PeriodUnit.MONTH
    whole_weeks = all((end - start).days % 7 == 0 for end in ends)
    return PeriodUnit.WEEK if whole_weeks else PeriodUnit.MONTH


def _anchors(advances: Sequence[date], payments: Sequence[date]) -> Mapping[date, int]:
    """The day of the month that each date stands for, (b)(2)(iv): in a row of month ends the last of February
    stands for the 31st, in a row of 30ths for the 30th.
    """
    anchors = {on: on.day for on in (*advances, *payments)}
    # In a transaction of half months every other payment is such a row.
    for row in (payments[0::2], payments[1::2], payments, [*advances, *payments]):
        day = max((on.day for on in row), default=0)
        if all(_stands_for(on, day) for on in row):
            anchors.update(dict.fromkeys(row, day))
    return anchors


def _shared_anchor(start: date, end: date) -> int:
    """The day of the month that both dates stand for, else that of `end`."""
    day = max(start.day, end.day)
    return day if _stands_for(start, day) and _stands_for(end, day) else end.day


def _stands_for(on: date, day: int) -> bool:
    return on.day == min(day, last_day_of_month(on.year, on.month))


def _most_frequent(often: Mapping[UnitPeriod, int], readings: Sequence[set[UnitPeriod]]) -> UnitPeriod:
    most = max(often.values())
    common = {unit for unit in often if often[unit] == most}
    # Two months of 31 days each are months: a number of days counts only where nothing else names it.
    calendar = {unit for unit in common if unit.standard is not Standard.DAY}
    named = {unit for unit in common - calendar if all(each & calendar for each in readings if unit in each)}
    return min(common - named, key=lambda one: one.days)


def _is_semimonth(start: date, end: date) -> bool:
    months = (end.year - start.year) * 12 + end.month - start.month
    if months == 0:
        return end.day - start.day == 15 or (start.day == 15 and _is_last(end))
    return months == 1 and (start.day - end.day == 15 or (_is_last(start) and end.day == 15))


def _is_last(day: date) -> bool:
    return day.day == last_day_of_month(day.year, day.month)


def _nearest(days: Fraction) -> UnitPeriod:
    """(b)(3)(i)(B): the standard interval nearest to the average period; of two the lower."""
    return min(_STANDARDS, key=lambda one: (abs(one.days - days), one.days))
