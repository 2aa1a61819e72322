"""Due dates rise, keep to their day, and are found again from any day."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.due_dates import (
    add_months,
    due_date,
    due_dates,
    due_index,
    next_due,
    period_start,
)
from shared.events.loans import PeriodUnit

DueDates = Callable[[date, PeriodUnit, int, int], tuple[date, ...]]
NextDue = Callable[[date, PeriodUnit, int, date], date]
ANY = st.dates(date(1990, 1, 1), date(2110, 12, 31))
ENDS = ANY.map(lambda day: day.replace(day=monthrange(day.year, day.month)[1]))
DATES = ANY | ENDS
UNITS = st.sampled_from(PeriodUnit)
COUNTS = st.integers(1, 40)
SETTINGS = settings(max_examples=200, database=None, derandomize=True, phases=(Phase.generate,))


def dates_rise_and_stick(dates: DueDates) -> None:
    """Dates rise; monthly ones fall on the first one's day, or on the last day of a month without it."""

    @SETTINGS
    @given(DATES, UNITS, COUNTS, st.integers(1, 60))
    def holds(first: date, unit: PeriodUnit, count: int, n: int) -> None:
        due = dates(first, unit, count, n)
        assert len(due) == n
        assert due[0] == first
        assert all(earlier < later for earlier, later in pairwise(due))
        if unit is PeriodUnit.MONTH:
            assert all(on.day == min(first.day, monthrange(on.year, on.month)[1]) for on in due)
        else:
            step = timedelta(days=count if unit is PeriodUnit.DAY else 7 * count)
            assert all(later - earlier == step for earlier, later in pairwise(due))

    holds()


def next_is_the_first_after(following: NextDue) -> None:
    """The next due date is in the schedule, after the day, and none lies between."""

    @SETTINGS
    @given(DATES, UNITS, COUNTS, st.integers(-400, 4_000))
    def holds(first: date, unit: PeriodUnit, count: int, days: int) -> None:
        after = first + timedelta(days)
        due = following(first, unit, count, after)
        index = due_index(first, unit, count, due)
        assert due_date(first, unit, count, index) == due > after
        assert index == 0 or period_start(first, unit, count, index) <= after

    holds()


def test_due_dates_rise_and_month_ends_stick() -> None:
    dates_rise_and_stick(due_dates)


def test_the_next_due_date_is_the_first_one_after_the_day() -> None:
    next_is_the_first_after(next_due)


def test_dates_counted_each_from_the_one_before_are_found_to_drift() -> None:
    def drifting(first: date, unit: PeriodUnit, count: int, n: int) -> tuple[date, ...]:
        due = [first]
        while len(due) < n:
            due.append(due_date(due[-1], unit, count, 1))
        return tuple(due)

    with pytest.raises(AssertionError):
        dates_rise_and_stick(drifting)


def test_months_taken_for_thirty_days_are_found_out() -> None:
    def thirties(first: date, unit: PeriodUnit, count: int, n: int) -> tuple[date, ...]:
        if unit is PeriodUnit.MONTH:
            unit, count = PeriodUnit.DAY, 30 * count
        return due_dates(first, unit, count, n)

    with pytest.raises(AssertionError):
        dates_rise_and_stick(thirties)


def test_a_next_due_date_that_skips_or_repeats_one_is_found_out() -> None:
    def late(first: date, unit: PeriodUnit, count: int, after: date) -> date:
        return next_due(first, unit, count, next_due(first, unit, count, after))

    def early(first: date, unit: PeriodUnit, count: int, after: date) -> date:
        return next_due(first, unit, count, after - timedelta(1))

    for wrong in (late, early):
        with pytest.raises(AssertionError):
            next_is_the_first_after(wrong)


@given(DATES, st.integers(-500, 500))
def test_months_forward_and_back_meet_again_except_for_days_that_the_month_lacks(day: date, n: int) -> None:
    there = add_months(day, n)
    assert add_months(there, -n, day.day) == day
