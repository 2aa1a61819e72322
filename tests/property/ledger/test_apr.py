"""The annual percentage rate prices the payments at what was advanced."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.apr import Flow, apr_eu, apr_us
from services.ledger.domain.due_dates import due_dates
from shared.events.loans import PeriodUnit

Apr = Callable[[Sequence[Flow], Sequence[Flow]], Decimal]
Growth = Callable[[Decimal, int], Decimal]
SETTINGS = settings(max_examples=100, database=None, derandomize=True, phases=(Phase.generate,))
START = date(2026, 1, 31)
HALF_STEP = Decimal("0.0000005")
AMOUNTS = st.lists(st.integers(1, 90_000), min_size=3, max_size=48)
PART_ADVANCED = st.fractions(Fraction(3, 5), Fraction(7, 5), max_denominator=1_000)


def monthly_us(rate: Decimal, months: int) -> Decimal:
    """What one grows to in so many months at a nominal rate."""
    return (1 + rate / 12) ** months


def monthly_eu(rate: Decimal, months: int) -> Decimal:
    """What one grows to in so many months at an effective rate."""
    return (1 + rate) ** (Decimal(months) / 12)


def prices_the_payments(apr: Apr, growth: Growth) -> None:
    """At the rate less half its last decimal the payments are worth the advance or more, half above less."""

    @SETTINGS
    @given(PART_ADVANCED, AMOUNTS)
    def holds(part: Fraction, amounts: list[int]) -> None:
        advance = max(int(part * sum(amounts)), 1)
        days = due_dates(START, PeriodUnit.MONTH, 1, len(amounts) + 1)[1:]
        payments = [Flow(on, amount) for on, amount in zip(days, amounts, strict=True)]
        rate = apr([Flow(START, advance)], payments)

        def worth(at: Decimal) -> Decimal:
            return sum((amount / growth(at, n) for n, amount in enumerate(amounts, 1)), Decimal(0))

        assert worth(rate + HALF_STEP) < advance <= worth(rate - HALF_STEP)

    holds()


def is_the_rate_of_a_bullet(apr: Apr, days_of_year: int) -> None:
    """One payment of the advance and its interest for some days has that interest's rate."""

    @SETTINGS
    @given(st.integers(1, 27), st.integers(1, 3_000))
    def holds(days: int, interest: int) -> None:
        advance = 100_000
        start = date(2026, 3, 1)
        rate = apr([Flow(start, advance)], [Flow(start.replace(day=1 + days), advance + interest)])
        nominal = Decimal(interest) / advance * days_of_year / days
        assert abs(rate - nominal) <= HALF_STEP

    holds()


def test_payments_priced_at_the_us_rate_are_worth_what_was_advanced() -> None:
    prices_the_payments(apr_us, monthly_us)


def test_payments_priced_at_the_european_rate_are_worth_what_was_advanced() -> None:
    prices_the_payments(apr_eu, monthly_eu)


def test_one_payment_within_a_month_bears_the_interest_of_its_days() -> None:
    is_the_rate_of_a_bullet(apr_us, 365)


def test_a_rate_that_is_cut_off_and_not_rounded_is_found_out() -> None:
    def cut(advances: Sequence[Flow], payments: Sequence[Flow]) -> Decimal:
        return apr_us(advances, payments) - Decimal("0.000001")

    with pytest.raises(AssertionError):
        prices_the_payments(cut, monthly_us)


def test_a_nominal_rate_told_as_an_effective_one_is_found_out() -> None:
    with pytest.raises(AssertionError):
        prices_the_payments(apr_us, monthly_eu)


def test_a_year_of_360_days_is_found_out() -> None:
    def year_of_360(advances: Sequence[Flow], payments: Sequence[Flow]) -> Decimal:
        return apr_us(advances, payments) * 360 / 365

    with pytest.raises(AssertionError):
        is_the_rate_of_a_bullet(year_of_360, 365)
