"""Calendars hold the holidays of countries, their parts, and markets."""

from datetime import date
from importlib.metadata import version

import pytest

from services.ledger.adapters.calendars import calendar
from services.ledger.domain.business_days import ALWAYS_OPEN, WEEKENDS, CalendarUnknown


@pytest.mark.parametrize(
    ("code", "closed", "open_"),
    [
        ("cn", date(2026, 2, 17), date(2026, 4, 3)),
        ("us", date(2026, 7, 3), date(2026, 2, 12)),
        ("us-ny", date(2026, 2, 12), date(2026, 2, 13)),
        ("gb-eng", date(2026, 4, 6), date(2026, 3, 17)),
        ("gb-nir", date(2026, 3, 17), date(2026, 3, 18)),
        ("target", date(2026, 5, 1), date(2026, 10, 2)),
        ("nyse", date(2026, 11, 26), date(2026, 11, 11)),
        ("GB-ENG", date(2026, 8, 31), date(2026, 9, 1)),
    ],
)
def test_a_code_names_the_holidays_of_its_place(code: str, closed: date, open_: date) -> None:
    named = calendar(code, 2026, 2027)
    assert named.name == code.lower()
    assert not named.is_open(closed)
    assert named.is_open(open_)
    assert not named.is_open(date(2026, 3, 1)), "a Sunday"


def test_in_china_some_weekends_are_worked() -> None:
    named = calendar("cn", 2026, 2026)
    assert named.is_open(date(2026, 2, 14))
    assert not named.is_open(date(2026, 2, 22))


def test_a_weekend_lies_where_the_country_has_it_even_after_it_was_moved() -> None:
    saudi, emirates = calendar("sa", 2026, 2026), calendar("ae", 2021, 2022)
    friday, sunday = date(2026, 3, 6), date(2026, 3, 8)
    assert (saudi.is_open(friday), saudi.is_open(sunday)) == (False, True)
    # Until 2021 the Emirates rested on Friday and Saturday, since then on Saturday and Sunday.
    friday, sunday = date(2021, 3, 5), date(2021, 3, 7)
    assert (emirates.is_open(friday), emirates.is_open(sunday)) == (False, True)
    friday, sunday = date(2022, 3, 4), date(2022, 3, 6)
    assert (emirates.is_open(friday), emirates.is_open(sunday)) == (True, False)


def test_a_calendar_knows_its_years_and_the_version_that_it_comes_from() -> None:
    named = calendar("cn", 2026, 2027)
    assert named.version == f"holidays {version('holidays')}"
    assert [named.knows(date(year, 7, 1)) for year in (2025, 2026, 2027, 2028)] == [False, True, True, False]
    assert named.is_open(date(2028, 10, 2))


def test_there_is_a_calendar_without_closed_days_and_one_of_weekends_alone() -> None:
    assert calendar("none", 2026, 2027) is ALWAYS_OPEN
    assert calendar("Weekends", 2026, 2027) is WEEKENDS


@pytest.mark.parametrize("code", ["zz", "us-xx", "cn-bj", "nyse-a", "gb-", "-", "", "gb eng"])
def test_an_unknown_code_is_refused_by_name(code: str) -> None:
    with pytest.raises(CalendarUnknown) as refused:
        calendar(code, 2026, 2027)
    assert refused.value.facts == {"calendar": code}
