"""Annual percentage rates are those that the laws' own examples print."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from services.ledger.domain.apr import AprUndefined, Flow, apr_eu, apr_us
from services.ledger.domain.apr_intervals import Standard, UnitPeriod, UnitPeriods, whole_unit, years_between
from services.ledger.domain.due_dates import add_months, due_dates
from shared.events.loans import PeriodUnit
from tests.unit.ledger.vectors import vectors

DAY, WEEK, MONTH = PeriodUnit.DAY, PeriodUnit.WEEK, PeriodUnit.MONTH
MONTHS, HALF_MONTHS = UnitPeriod(Standard.MONTH), UnitPeriod(Standard.SEMIMONTH)
JANUARY = date(1978, 1, 10)


def paid(on: date, amount: str) -> Flow:
    """A flow of an amount with two decimals."""
    return Flow(on, int(Decimal(amount).scaleb(2)))


def level(first: date, amount: str, n: int, unit: PeriodUnit = MONTH, count: int = 1) -> list[Flow]:
    """Equal payments."""
    return [paid(on, amount) for on in due_dates(first, unit, count, n)]


def percent(rate: Decimal, decimals: str = "0.01") -> Decimal:
    """As a disclosure shows it."""
    return (rate * 100).quantize(Decimal(decimals), ROUND_HALF_UP)


def half_months(n: int) -> list[Flow]:
    """219.17 on the 1st and 16th from 1 March 1978 on."""
    firsts = due_dates(date(1978, 3, 1), MONTH, 1, n // 2)
    return [paid(on.replace(day=day), "219.17") for on in firsts for day in (1, 16)]


APPENDIX_J = {
    "monthly": ("5000", JANUARY, level(date(1978, 2, 10), "230", 24), "9.69"),
    "monthly, long first period": ("6000", date(1978, 2, 10), level(date(1978, 4, 1), "200", 36), "11.82"),
    "half-monthly, short first period": ("5000", date(1978, 2, 23), half_months(24), "10.34"),
    "quarterly, long first period": (
        "10000",
        date(1978, 5, 23),
        level(date(1978, 10, 1), "385", 40, MONTH, 3),
        "8.97",
    ),
    "weekly, long first period": (
        "500",
        date(1978, 3, 20),
        level(date(1978, 4, 21), "17.60", 30, WEEK),
        "14.96",
    ),
    "irregular first payment": (
        "5000",
        JANUARY,
        [paid(date(1978, 2, 10), "250"), *level(date(1978, 3, 10), "230", 23)],
        "10.08",
    ),
    "every four weeks, long first period, irregular first payment": (
        "400",
        date(1978, 3, 18),
        [paid(date(1978, 4, 20), "39.50"), *level(date(1978, 5, 18), "38.31", 11, WEEK, 4)],
        "28.50",
    ),
    "irregular final payment": (
        "5000",
        JANUARY,
        [*level(date(1978, 2, 10), "230", 23), paid(date(1980, 1, 10), "280")],
        "10.50",
    ),
    "every two weeks, short first period, irregular final payment": (
        "200",
        date(1978, 4, 3),
        [*level(date(1978, 4, 11), "9.50", 19, WEEK, 2), paid(date(1979, 1, 2), "30")],
        "12.22",
    ),
    "irregular first and final payment": (
        "5000",
        JANUARY,
        [
            paid(date(1978, 2, 10), "250"),
            *level(date(1978, 3, 10), "230", 22),
            paid(date(1980, 1, 10), "280"),
        ],
        "10.90",
    ),
    "every two months, short first period, irregular first and final payment": (
        "8000",
        JANUARY,
        [
            paid(date(1978, 3, 1), "449.36"),
            *level(date(1978, 5, 1), "465", 18, MONTH, 2),
            paid(date(1981, 5, 1), "200"),
        ],
        "7.30",
    ),
}


@pytest.mark.parametrize("example", APPENDIX_J)
def test_the_examples_of_regulation_z_give_the_rates_that_it_prints(example: str) -> None:
    advance, on, payments, rate = APPENDIX_J[example]
    assert percent(apr_us([paid(on, advance)], payments)) == Decimal(rate)


@pytest.mark.parametrize(
    ("advance", "payments", "rate"),
    [
        ("1000", [(18, "1200")], "12.92"),
        ("950", [(18, "1200")], "16.85"),
        ("1000", [(12, "600"), (24, "600")], "13.07"),
        ("1000", [(3, "272"), (6, "272"), (12, "544")], "13.19"),
    ],
)
def test_the_examples_of_the_european_directive_give_the_rates_that_it_prints(
    advance: str, payments: list[tuple[int, str]], rate: str
) -> None:
    start = date(1994, 1, 1)
    paid_back = [paid(add_months(start, months), amount) for months, amount in payments]
    assert percent(apr_eu([paid(start, advance)], paid_back)) == Decimal(rate)


def test_counted_in_years_and_days_the_directive_gives_its_calendar_rate() -> None:
    advance, payment = [paid(date(1994, 1, 1), "1000")], [paid(date(1995, 7, 1), "1200")]
    assert percent(apr_eu(advance, payment, unit=DAY)) == Decimal("12.96")


def test_five_days_are_five_365ths_of_a_year() -> None:
    rate = apr_eu([paid(date(2026, 1, 15), "500")], [paid(date(2026, 1, 20), "510")])
    assert percent(rate, "0.001") == Decimal("324.436")


def test_every_published_rate_is_met() -> None:
    cases = vectors("apr.json")
    assert len(cases) == 16
    for case in cases:
        if "payments" in case:
            on = date.fromisoformat(case["advance_on"])
            payments = [paid(date.fromisoformat(day), amount) for day, amount in case["payments"]]
            rate = apr_us([paid(on, case["advance"])], payments)
        else:
            on = date(2026, 1, 15)
            payments = [paid(_after(on, years), amount) for years, amount in case["payments_years"]]
            rate = apr_eu([paid(on, case["advance"])], payments)
        published = case["apr_pct"]
        assert percent(rate, published) == Decimal(published), case["id"]
        assert percent(rate, "0.0001") == Decimal(case["recomputed_pct"]), case["id"]


def _after(on: date, years: float) -> date:
    whole_months = years * 12 == round(years * 12)
    return add_months(on, round(years * 12)) if whole_months else on + timedelta(round(years * 365))


def test_a_fee_kept_back_at_the_start_is_not_advanced() -> None:
    start, back = date(2026, 1, 15), [paid(date(2027, 7, 15), "1200")]
    kept = [paid(start, "50"), *back]
    assert apr_eu([paid(start, "1000")], kept) == apr_eu([paid(start, "950")], back)
    assert apr_us([paid(start, "1000")], kept) == apr_us([paid(start, "950")], back)


def test_a_loan_paid_out_in_two_parts_has_one_rate() -> None:
    advances = [paid(date(2026, 1, 15), "1000"), paid(date(2026, 2, 15), "1000")]
    # At 1 % a month 2,030.10 is owed by March.
    payments = [paid(date(2026, 3, 15), "1030.10"), paid(date(2026, 4, 15), "1010")]
    assert apr_us(advances, payments) == Decimal("0.120000")


def test_a_loan_without_interest_has_a_rate_of_nothing_and_a_forgiven_one_less() -> None:
    start = [paid(date(2026, 1, 15), "1200")]
    assert apr_us(start, level(date(2026, 2, 15), "100", 12)) == 0
    assert apr_eu(start, level(date(2026, 2, 15), "100", 12)) == 0
    assert apr_eu(start, [paid(date(2027, 1, 15), "600")]) == Decimal("-0.500000")
    assert apr_eu([Flow(date(2026, 1, 15), 10**12)], [Flow(date(2026, 1, 16), 1)]) == -1


def test_a_loan_of_which_next_to_nothing_comes_back_the_next_day_loses_all_on_each_of_365_days() -> None:
    assert apr_us([Flow(date(2026, 1, 15), 10**12)], [Flow(date(2026, 1, 16), 1)]) == -365


def test_an_instalment_of_nothing_during_a_deferral_changes_no_rate() -> None:
    start, back = [paid(date(2026, 1, 15), "1000")], level(date(2026, 4, 15), "350", 3)
    deferred = [Flow(date(2026, 2, 15), 0), Flow(date(2026, 3, 15), 0), *back]
    assert apr_us(start, deferred) == apr_us(start, back)
    assert apr_eu(start, deferred) == apr_eu(start, back)


def test_a_rate_half_way_between_two_is_rounded_up() -> None:
    start, back = [paid(date(2026, 1, 15), "1000")], [paid(date(2027, 1, 15), "1000.25")]
    assert apr_eu(start, back, decimals=4) == Decimal("0.0003")
    assert apr_us(start, back, decimals=4) == Decimal("0.0003")
    assert apr_eu(start, back, decimals=5) == Decimal("0.00025")


@pytest.mark.parametrize(
    ("advances", "payments", "why"),
    [
        ([], [], "nothing is advanced before the first payment"),
        ([], [(1, 100)], "nothing is advanced before the first payment"),
        ([(2, 100)], [(1, 100)], "nothing is advanced before the first payment"),
        ([(1, 100)], [], "nothing is paid after the last advance"),
        ([(1, 100)], [(1, 20)], "nothing is paid after the last advance"),
        ([(1, 100), (3, 100)], [(2, 200)], "nothing is paid after the last advance"),
        ([(1, 100)], [(2, -1)], "an amount is below zero"),
        (
            [(1, 10**6), (3, 10**6)],
            [(2, 1_999_000), (4, 1_010)],
            "for a time the lender would owe the borrower",
        ),
        ([(1, 1)], [(2, 100_000_000)], "the rate is above the highest that is stated"),
    ],
)
def test_flows_that_have_no_rate_are_refused_with_the_reason(
    advances: list[tuple[int, int]], payments: list[tuple[int, int]], why: str
) -> None:
    given = [[Flow(date(2026, 1, day), minor) for day, minor in flows] for flows in (advances, payments)]
    for apr in (apr_us, apr_eu):
        with pytest.raises(AprUndefined, match=why):
            apr(*given)


def test_a_us_rate_cannot_fall_below_what_takes_all_in_one_period() -> None:
    advances = [Flow(date(2026, 2, 11), 4), Flow(date(2027, 2, 28), 7)]
    with pytest.raises(AprUndefined, match="too little for any rate"):
        apr_us(advances, [Flow(date(2027, 3, 7), 4)])


def test_thirty_odd_days_are_a_whole_month() -> None:
    payments = [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]
    periods = UnitPeriods([date(2026, 1, 2)], payments)
    assert (periods.unit, periods.count(payments[0])) == (MONTHS, (2, Fraction(0)))


@pytest.mark.parametrize(
    ("start", "payments", "unit", "per_year"),
    [
        ("2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30"], MONTHS, 12),
        ("2026-06-10", ["2026-07-10", "2026-08-10", "2026-09-10"], MONTHS, 12),
        ("2026-07-10", ["2026-08-10", "2026-09-10"], MONTHS, 12),
        ("2026-01-31", ["2026-02-15", "2026-02-28", "2026-03-15", "2026-03-31"], HALF_MONTHS, 24),
        ("2026-03-15", ["2026-03-31", "2026-04-15"], HALF_MONTHS, 24),
        ("2026-12-16", ["2027-01-01", "2027-01-16"], HALF_MONTHS, 24),
        ("2026-01-01", ["2027-02-05", "2028-01-01"], UnitPeriod(Standard.MONTH, 12), 1),
        ("2026-02-01", ["2026-03-01", "2026-03-29"], UnitPeriod(Standard.DAY, 28), 13),
        ("2026-02-01", ["2026-02-11", "2026-02-21"], UnitPeriod(Standard.DAY, 10), Fraction(365, 10)),
        ("2026-02-01", ["2028-02-01", "2030-02-01"], UnitPeriod(Standard.MONTH, 12), 1),
        ("2026-02-01", ["2026-04-01", "2026-05-20"], UnitPeriod(Standard.DAY, 56), Fraction(52, 8)),
        ("2026-02-01", ["2026-08-01"], UnitPeriod(Standard.MONTH, 6), 2),
        ("2026-02-01", ["2026-02-15"], UnitPeriod(Standard.DAY, 14), Fraction(365, 14)),
        ("2026-02-01", ["2027-04-01"], UnitPeriod(Standard.MONTH, 12), 1),
    ],
)
def test_the_unit_period_is_the_period_that_occurs_most_often(
    start: str, payments: list[str], unit: UnitPeriod, per_year: int | Fraction
) -> None:
    periods = UnitPeriods([date.fromisoformat(start)], [date.fromisoformat(on) for on in payments])
    assert (periods.unit, periods.per_year) == (unit, per_year)


def test_of_two_periods_equally_frequent_the_smaller_is_the_unit_period() -> None:
    dates = ["2026-02-10", "2026-03-20", "2026-03-30", "2026-04-09", "2026-05-09", "2026-06-09"]
    start, *payments = map(date.fromisoformat, dates)
    assert UnitPeriods([start], payments).unit == UnitPeriod(Standard.DAY, 10)


@pytest.mark.parametrize(
    ("payments", "on", "count"),
    [
        (["2026-02-28", "2026-03-31"], "2026-02-28", (1, Fraction(0))),
        (["2026-03-10", "2026-04-10", "2026-05-10"], "2026-03-10", (1, Fraction(10, 30))),
        (["2027-03-31", "2028-03-31"], "2028-03-31", (2, Fraction(2, 12))),
        (["2027-03-10", "2028-03-10"], "2028-03-10", (2, Fraction(38, 365))),
    ],
)
def test_unit_periods_are_measured_back_from_the_later_date(
    payments: list[str], on: str, count: tuple[int, Fraction]
) -> None:
    periods = UnitPeriods([date(2026, 1, 31)], [date.fromisoformat(day) for day in payments])
    assert periods.count(date.fromisoformat(on)) == count


@pytest.mark.parametrize(
    ("start", "end", "unit", "years"),
    [
        ("2026-01-31", "2026-02-28", MONTH, Fraction(1, 12)),
        ("2026-01-15", "2026-03-20", MONTH, Fraction(2, 12) + Fraction(5, 365)),
        ("2024-02-10", "2024-04-01", MONTH, Fraction(1, 12) + Fraction(20, 366)),
        ("2026-01-15", "2026-02-10", WEEK, Fraction(3, 52) + Fraction(5, 365)),
        ("2026-01-15", "2028-01-15", DAY, Fraction(2)),
        ("1994-01-01", "1995-07-01", DAY, 1 + Fraction(181, 365)),
        ("1994-01-01", "1995-04-01", DAY, 1 + Fraction(90, 365)),
    ],
)
def test_european_intervals_are_whole_periods_and_days_of_the_year_that_ends_with_them(
    start: str, end: str, unit: PeriodUnit, years: Fraction
) -> None:
    assert years_between(date.fromisoformat(start), date.fromisoformat(end), unit) == years


def test_four_weeks_that_are_a_month_are_counted_as_one() -> None:
    assert whole_unit(date(2026, 2, 1), [date(2026, 3, 1)]) is MONTH
    assert whole_unit(date(2026, 2, 1), [date(2026, 3, 1), date(2026, 3, 29)]) is WEEK
    assert whole_unit(date(2026, 2, 1), [date(2026, 3, 2)]) is MONTH


def test_a_weekly_loan_is_counted_in_weeks() -> None:
    start, payments = date(2026, 1, 15), level(date(2026, 1, 22), "10.50", 10, WEEK)
    assert apr_eu([paid(start, "100")], payments) == apr_eu([paid(start, "100")], payments, unit=WEEK)
    assert apr_eu([paid(start, "100")], payments) != apr_eu([paid(start, "100")], payments, unit=MONTH)
