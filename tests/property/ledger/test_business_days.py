"""Moved due dates are open days, near where they were, and moving twice moves once."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.business_days import Calendar, DueDateRule, add_business_days, moved

Moved = Callable[[date, DueDateRule, Calendar], date]
Added = Callable[[date, int, Calendar], date]
SETTINGS = settings(max_examples=400, database=None, derandomize=True, phases=(Phase.generate,))
DAYS = st.dates(date(2026, 2, 25), date(2026, 3, 4))
CALENDARS = st.builds(
    Calendar,
    st.just("any"),
    closed=st.frozensets(DAYS, max_size=12),
    weekend=st.frozensets(st.integers(0, 6), max_size=6),
    worked=st.frozensets(DAYS, max_size=4),
)


def between(one: date, other: date) -> list[date]:
    """The days strictly between two."""
    first, last = sorted((one, other))
    return [first + timedelta(n) for n in range(1, (last - first).days)]


def lands_on_the_nearest_open_day(move: Moved) -> None:
    """An open day stays; a closed one becomes the nearest open day on the side that the rule names."""

    @SETTINGS
    @given(DAYS, st.sampled_from(DueDateRule), CALENDARS)
    def holds(day: date, rule: DueDateRule, calendar: Calendar) -> None:
        due = move(day, rule, calendar)
        if rule is DueDateRule.NONE or calendar.is_open(day):
            assert due == day
            return
        assert calendar.is_open(due)
        assert not any(map(calendar.is_open, between(day, due)))
        assert move(due, rule, calendar) == due
        if rule is DueDateRule.FOLLOWING:
            assert due > day
        elif rule is DueDateRule.PRECEDING:
            assert due < day
        else:
            assert (due > day) == (move(day, DueDateRule.FOLLOWING, calendar).month == day.month)

    holds()


def counts_open_days_alone(add: Added) -> None:
    """Grace of n working days ends on an open day, with n - 1 open days before it."""

    @SETTINGS
    @given(DAYS, st.integers(1, 15), st.booleans(), CALENDARS)
    def holds(day: date, n: int, back: bool, calendar: Calendar) -> None:
        ends = add(day, -n if back else n, calendar)
        assert (ends < day) is back
        assert calendar.is_open(ends)
        assert sum(map(calendar.is_open, between(day, ends))) == n - 1

    holds()


def test_a_moved_due_date_is_the_nearest_open_day_on_the_side_that_the_rule_names() -> None:
    lands_on_the_nearest_open_day(moved)


def test_grace_in_working_days_counts_open_days_alone() -> None:
    counts_open_days_alone(add_business_days)


def test_a_move_that_looks_at_weekends_alone_is_found_out() -> None:
    def weekends(day: date, rule: DueDateRule, calendar: Calendar) -> date:
        return moved(day, rule, Calendar("weekend", weekend=calendar.weekend))

    with pytest.raises(AssertionError):
        lands_on_the_nearest_open_day(weekends)


def test_a_modified_rule_that_forgets_the_month_is_found_out() -> None:
    def unmodified(day: date, rule: DueDateRule, calendar: Calendar) -> date:
        return moved(day, DueDateRule(rule.removeprefix("modified_")), calendar)

    with pytest.raises(AssertionError):
        lands_on_the_nearest_open_day(unmodified)


def test_grace_that_counts_closed_days_is_found_out() -> None:
    def calendar_days(day: date, n: int, calendar: Calendar) -> date:
        rule = DueDateRule.FOLLOWING if n > 0 else DueDateRule.PRECEDING
        return moved(day + timedelta(n), rule, calendar)

    with pytest.raises(AssertionError):
        counts_open_days_alone(calendar_days)
