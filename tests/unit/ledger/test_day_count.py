"""Day counts give the fractions and days that the standards print."""

from datetime import date
from fractions import Fraction

import pytest

from services.ledger.domain.day_count import (
    DayCount,
    DayCountUnknown,
    PeriodBackwards,
    days_between,
    is_additive,
    year_fraction,
)
from tests.unit.ledger.vectors import vectors

PUBLISHED = {
    "ACT/ACT ISDA": DayCount.ACT_ACT_ISDA,
    "30/360 USA": DayCount.THIRTY_360_US,
    "30/360 EurobondBasis": DayCount.THIRTY_E_360,
}
ACTUAL, US, EURO = DayCount.ACT_365F, DayCount.THIRTY_360_US, DayCount.THIRTY_E_360


def day(text: str) -> date:
    """A date from its ISO form."""
    return date.fromisoformat(text)


def test_published_day_counts_are_met() -> None:
    cases = [case for case in vectors("day_count.json") if case["convention"] in PUBLISHED]
    assert len(cases) == 67
    for case in cases:
        day_count, start, end = PUBLISHED[case["convention"]], day(case["from"]), day(case["to"])
        if "days" in case:
            assert days_between(day_count, start, end) == case["days"], case
        else:
            off = abs(year_fraction(day_count, start, end) - Fraction(case["year_fraction"]))
            assert off <= Fraction(1, 10**11), case


@pytest.mark.parametrize(
    ("day_count", "start", "end", "days"),
    [
        (ACTUAL, "2026-01-31", "2026-02-28", 28),
        (ACTUAL, "2024-01-01", "2025-01-01", 366),
        (US, "2026-01-15", "2026-02-15", 30),
        (US, "2026-01-30", "2026-01-31", 0),
        (US, "2007-02-28", "2007-08-31", 180),
        (US, "2008-02-28", "2008-03-31", 33),
        (US, "2008-02-29", "2009-02-28", 360),
        (US, "2006-09-30", "2006-10-31", 30),
        (US, "2006-02-28", "2006-03-03", 3),
        (EURO, "2007-02-28", "2007-08-31", 182),
        (EURO, "2008-02-28", "2008-03-31", 32),
        (EURO, "2008-02-29", "2009-02-28", 359),
        (EURO, "2006-10-31", "2006-11-28", 28),
    ],
)
def test_a_convention_counts_the_days_that_it_defines(
    day_count: DayCount, start: str, end: str, days: int
) -> None:
    assert days_between(day_count, day(start), day(end)) == days


@pytest.mark.parametrize(
    ("day_count", "start", "end", "fraction"),
    [
        (DayCount.ACT_365F, "2024-01-01", "2025-01-01", Fraction(366, 365)),
        (DayCount.ACT_360, "2026-01-31", "2026-02-28", Fraction(28, 360)),
        (DayCount.ACT_ACT_ISDA, "2003-11-01", "2004-05-01", Fraction(61, 365) + Fraction(121, 366)),
        (DayCount.ACT_ACT_ISDA, "1999-02-01", "1999-07-01", Fraction(150, 365)),
        (DayCount.ACT_ACT_ISDA, "2003-12-31", "2006-01-02", Fraction(1, 365) + 2 + Fraction(1, 365)),
        (DayCount.THIRTY_360_US, "2026-01-31", "2026-02-28", Fraction(28, 360)),
        (DayCount.THIRTY_E_360, "2026-01-01", "2027-01-01", Fraction(1)),
    ],
)
def test_a_year_fraction_is_exact(day_count: DayCount, start: str, end: str, fraction: Fraction) -> None:
    assert year_fraction(day_count, day(start), day(end)) == fraction


@pytest.mark.parametrize("day_count", DayCount)
def test_a_loan_repaid_on_the_day_it_was_opened_bears_no_interest(day_count: DayCount) -> None:
    for text in ("2024-02-28", "2024-02-29", "2025-02-28", "2026-01-31"):
        assert year_fraction(day_count, day(text), day(text)) == 0


@pytest.mark.parametrize("day_count", DayCount)
def test_no_interest_accrues_backwards(day_count: DayCount) -> None:
    with pytest.raises(PeriodBackwards) as refused:
        year_fraction(day_count, day("2026-03-02"), day("2026-03-01"))
    assert refused.value.facts == {"start": day("2026-03-02"), "end": day("2026-03-01")}


def test_only_the_us_convention_of_thirty_days_depends_on_how_a_time_is_cut() -> None:
    assert [each for each in DayCount if not is_additive(each)] == [DayCount.THIRTY_360_US]
    start, middle, end = day("2026-01-31"), day("2026-02-28"), day("2026-03-31")
    parts = days_between(US, start, middle) + days_between(US, middle, end)
    assert (parts, days_between(US, start, end)) == (58, 60)


def test_a_product_with_an_unknown_day_count_is_refused_with_those_there_are() -> None:
    with pytest.raises(DayCountUnknown, match=r"day_count=act_364, known=act_365f, act_360"):
        DayCount("act_364")
