"""Interest of adjoining periods is that of the whole, where the convention promises it."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.day_count import DayCount, is_additive, year_fraction

YearFraction = Callable[[DayCount, date, date], Fraction]
DATES = st.dates(date(1990, 1, 1), date(2110, 12, 31))
SETTINGS = settings(max_examples=200, database=None, derandomize=True, phases=(Phase.generate,))


def parts_add_up(fraction: YearFraction) -> None:
    """However a time is cut, its parts count as much as it does."""

    @SETTINGS
    @given(st.sampled_from(list(filter(is_additive, DayCount))), DATES, DATES, DATES)
    def holds(day_count: DayCount, one: date, two: date, three: date) -> None:
        start, middle, end = sorted((one, two, three))
        whole = fraction(day_count, start, middle) + fraction(day_count, middle, end)
        assert whole == fraction(day_count, start, end)

    holds()


def longer_never_counts_less(fraction: YearFraction) -> None:
    """A day more is never worth less, and a year is about a year, by every convention."""

    @SETTINGS
    @given(st.sampled_from(DayCount), DATES, st.integers(0, 800))
    def holds(day_count: DayCount, start: date, days: int) -> None:
        end = start + timedelta(days)
        counted = fraction(day_count, start, end)
        assert 0 <= counted <= fraction(day_count, start, end + timedelta(1))
        assert abs(counted - Fraction(days, 365)) <= Fraction(1, 50) + Fraction(days, 365 * 70)

    holds()


def test_the_interest_of_the_parts_of_a_time_is_the_interest_of_the_whole() -> None:
    parts_add_up(year_fraction)


def test_a_longer_time_never_bears_less_interest() -> None:
    longer_never_counts_less(year_fraction)


def test_a_count_that_includes_both_ends_is_found_out() -> None:
    def both_ends(day_count: DayCount, start: date, end: date) -> Fraction:
        return year_fraction(day_count, start, end + timedelta(1))

    with pytest.raises(AssertionError):
        parts_add_up(both_ends)


def test_a_leap_year_taken_from_the_start_alone_is_found_out() -> None:
    def by_first_year(day_count: DayCount, start: date, end: date) -> Fraction:
        leap = start.year % 4 == 0 and (start.year % 100 != 0 or start.year % 400 == 0)
        return Fraction((end - start).days, 366 if leap else 365)

    with pytest.raises(AssertionError):
        parts_add_up(by_first_year)


def test_months_that_end_later_than_the_next_begins_are_found_out() -> None:
    def four_weeks(day_count: DayCount, start: date, end: date) -> Fraction:
        months = (end.year - start.year) * 12 + end.month - start.month
        return Fraction(months * 28 + end.day - start.day, 336)

    with pytest.raises(AssertionError):
        longer_never_counts_less(four_weeks)
