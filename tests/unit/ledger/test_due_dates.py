"""Due dates are counted from the first, so that none drifts."""

from datetime import date

import pytest

from services.ledger.domain.due_dates import (
    DateOutOfRange,
    DueDayDiffers,
    FirstPeriod,
    add_months,
    due_date,
    due_dates,
    due_index,
    first_period,
    next_due,
    period_start,
)
from shared.events.loans import PeriodUnit

DAY, WEEK, MONTH = PeriodUnit.DAY, PeriodUnit.WEEK, PeriodUnit.MONTH
END_OF_JANUARY = date(2026, 1, 31)


def test_a_loan_due_at_the_end_of_january_is_due_at_the_end_of_every_month() -> None:
    assert due_dates(END_OF_JANUARY, MONTH, 1, 5) == (
        END_OF_JANUARY,
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    )


def test_the_last_of_february_has_29_days_in_a_leap_year_and_the_30th_comes_back_after_it() -> None:
    assert due_dates(date(2027, 12, 30), MONTH, 1, 4)[1:] == (
        date(2028, 1, 30),
        date(2028, 2, 29),
        date(2028, 3, 30),
    )


def test_every_third_month_and_every_second_week_and_every_tenth_day_are_due_dates_too() -> None:
    assert due_dates(date(2025, 11, 30), MONTH, 3, 3)[1:] == (date(2026, 2, 28), date(2026, 5, 30))
    assert due_dates(date(2026, 2, 20), WEEK, 2, 3)[1:] == (date(2026, 3, 6), date(2026, 3, 20))
    assert due_dates(date(2026, 2, 20), DAY, 10, 3)[1:] == (date(2026, 3, 2), date(2026, 3, 12))


def test_a_loan_first_due_in_february_is_due_on_its_day_of_the_month_afterwards() -> None:
    first = date(2026, 2, 28)
    assert due_dates(first, MONTH, 1, 3, day_of_month=31)[1:] == (date(2026, 3, 31), date(2026, 4, 30))
    assert due_date(first, MONTH, 1, 1) == date(2026, 3, 28)


def test_a_first_due_date_on_another_day_of_the_month_is_refused() -> None:
    with pytest.raises(DueDayDiffers):
        due_date(date(2026, 2, 15), MONTH, 1, 1, day_of_month=31)


@pytest.mark.parametrize(("unit", "count"), [(DAY, 366), (WEEK, 366), (MONTH, 366)])
def test_a_schedule_beyond_the_calendar_is_refused(unit: PeriodUnit, count: int) -> None:
    with pytest.raises(DateOutOfRange):
        due_date(END_OF_JANUARY, unit, count, 2_000_000)
    with pytest.raises(DateOutOfRange):
        add_months(END_OF_JANUARY, -12 * 2026)


def test_the_calendar_lasts_from_the_year_1_to_the_year_9999() -> None:
    assert add_months(date(9999, 11, 30), 1) == date(9999, 12, 30)
    assert add_months(date(1, 2, 1), -1) == date(1, 1, 1)
    for last, months in ((date(9999, 12, 1), 1), (date(1, 1, 1), -1)):
        with pytest.raises(DateOutOfRange):
            add_months(last, months)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (date(2025, 6, 1), END_OF_JANUARY),
        (date(2026, 1, 30), END_OF_JANUARY),
        (END_OF_JANUARY, date(2026, 2, 28)),
        (date(2026, 2, 27), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 3, 31)),
        (date(2027, 1, 1), date(2027, 1, 31)),
    ],
)
def test_the_next_due_date_is_the_first_after_a_day(after: date, due: date) -> None:
    assert next_due(END_OF_JANUARY, MONTH, 1, after) == due


def test_how_many_instalments_have_come_due_follows_from_the_day() -> None:
    days = [date(2026, 1, 30), END_OF_JANUARY, date(2026, 2, 28), date(2026, 3, 30)]
    assert [due_index(END_OF_JANUARY, MONTH, 1, on) for on in days] == [-1, 0, 1, 1]
    assert [due_index(END_OF_JANUARY, WEEK, 2, on) for on in days] == [-1, 0, 2, 4]


def test_a_period_starts_on_the_due_date_before_and_the_first_one_on_opening() -> None:
    first, opened = date(2026, 3, 15), date(2026, 1, 20)
    assert period_start(first, MONTH, 1, 2) == date(2026, 4, 15)
    assert period_start(first, MONTH, 1, 2, opened_on=opened) == date(2026, 4, 15)
    assert period_start(first, MONTH, 1, opened_on=opened) == opened
    assert period_start(first, MONTH, 1) == date(2026, 2, 15)


@pytest.mark.parametrize(
    ("opened", "first", "unit", "period"),
    [
        (date(2026, 1, 15), date(2026, 2, 15), MONTH, FirstPeriod.REGULAR),
        (date(2026, 1, 31), date(2026, 2, 28), MONTH, FirstPeriod.REGULAR),
        (date(2026, 1, 14), date(2026, 2, 15), MONTH, FirstPeriod.LONG),
        (date(2026, 1, 16), date(2026, 2, 15), MONTH, FirstPeriod.SHORT),
        (date(2026, 1, 8), date(2026, 1, 15), WEEK, FirstPeriod.REGULAR),
        (date(2026, 1, 10), date(2026, 1, 15), WEEK, FirstPeriod.SHORT),
    ],
)
def test_a_first_period_may_be_long_or_short(
    opened: date, first: date, unit: PeriodUnit, period: FirstPeriod
) -> None:
    assert first_period(opened, first, unit, 1) is period
