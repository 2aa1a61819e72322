"""A due date on a closed day moves as the product says."""

from datetime import date

import pytest

from services.ledger.domain.business_days import (
    ALWAYS_OPEN,
    WEEKENDS,
    Calendar,
    DueDateRule,
    DueDateRuleUnknown,
    add_business_days,
    moved,
)
from services.ledger.domain.due_dates import DateOutOfRange

EASTER = Calendar("easter", closed=frozenset({date(2026, 4, 3), date(2026, 4, 6)}), years=(2025, 2026))
GOOD_FRIDAY = date(2026, 4, 3)
LAST_SATURDAY_OF_MAY, FIRST_SUNDAY_OF_MARCH = date(2026, 5, 30), date(2026, 3, 1)


@pytest.mark.parametrize(
    ("day", "rule", "due"),
    [
        (GOOD_FRIDAY, DueDateRule.NONE, GOOD_FRIDAY),
        (GOOD_FRIDAY, DueDateRule.FOLLOWING, date(2026, 4, 7)),
        (GOOD_FRIDAY, DueDateRule.MODIFIED_FOLLOWING, date(2026, 4, 7)),
        (GOOD_FRIDAY, DueDateRule.PRECEDING, date(2026, 4, 2)),
        (LAST_SATURDAY_OF_MAY, DueDateRule.FOLLOWING, date(2026, 6, 1)),
        (LAST_SATURDAY_OF_MAY, DueDateRule.MODIFIED_FOLLOWING, date(2026, 5, 29)),
        (FIRST_SUNDAY_OF_MARCH, DueDateRule.PRECEDING, date(2026, 2, 27)),
        (date(2026, 4, 2), DueDateRule.FOLLOWING, date(2026, 4, 2)),
    ],
)
def test_a_due_date_on_a_closed_day_moves_by_its_rule(day: date, rule: DueDateRule, due: date) -> None:
    assert moved(day, rule, EASTER) == due


@pytest.mark.parametrize("rule", DueDateRule)
def test_without_a_calendar_no_due_date_moves(rule: DueDateRule) -> None:
    assert moved(LAST_SATURDAY_OF_MAY, rule, ALWAYS_OPEN) == LAST_SATURDAY_OF_MAY


def test_a_weekend_that_is_worked_is_no_closed_day() -> None:
    saturday = date(2026, 2, 14)
    china = Calendar("cn", closed=frozenset({date(2026, 2, 16)}), worked=frozenset({saturday}))
    assert moved(saturday, DueDateRule.FOLLOWING, china) == saturday
    assert moved(date(2026, 2, 15), DueDateRule.FOLLOWING, china) == date(2026, 2, 17)
    assert moved(saturday, DueDateRule.FOLLOWING, WEEKENDS) == date(2026, 2, 16)


def test_a_holiday_on_a_weekend_that_is_worked_is_closed() -> None:
    saturday = date(2026, 2, 14)
    both = Calendar("both", closed=frozenset({saturday}), worked=frozenset({saturday}))
    assert not both.is_open(saturday)


@pytest.mark.parametrize(
    ("n", "ends"),
    [(0, GOOD_FRIDAY), (1, date(2026, 4, 7)), (5, date(2026, 4, 13)), (-1, date(2026, 4, 2))],
)
def test_grace_in_working_days_skips_closed_days(n: int, ends: date) -> None:
    assert add_business_days(GOOD_FRIDAY, n, EASTER) == ends


def test_a_calendar_tells_which_years_it_knows() -> None:
    assert [EASTER.knows(date(year, 1, 1)) for year in (2024, 2025, 2026, 2027)] == [False, True, True, False]
    assert WEEKENDS.knows(date(9999, 1, 1))


@pytest.mark.parametrize("weekend", [frozenset(range(7)), frozenset({7}), frozenset({-1})])
def test_a_week_without_an_open_day_is_no_calendar(weekend: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="weekend"):
        Calendar("never", weekend=weekend)


def test_a_due_date_that_would_leave_the_calendar_is_refused() -> None:
    last = Calendar("last", closed=frozenset({date.max}))
    with pytest.raises(DateOutOfRange):
        moved(date.max, DueDateRule.FOLLOWING, last)
    with pytest.raises(DateOutOfRange):
        add_business_days(date.min, -1, ALWAYS_OPEN)
    assert moved(date.max, DueDateRule.PRECEDING, last) == date(9999, 12, 30)


def test_a_product_with_an_unknown_due_date_rule_is_refused() -> None:
    with pytest.raises(DueDateRuleUnknown, match="due_date_rule=next"):
        DueDateRule("next")
