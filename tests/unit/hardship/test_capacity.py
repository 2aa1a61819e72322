"""What a person can pay a month: exact to the cent, never below what a household needs."""

from fractions import Fraction
from typing import Any

import pytest

from services.hardship.adapters.case_policies import CasePolicyUnreadable, read_case_policies
from services.hardship.domain.capacity import (
    CurrenciesMixed,
    Frequency,
    Household,
    Income,
    IncomeLine,
    Spending,
    SpendingLine,
    Statement,
    capacity_of,
)
from services.hardship.domain.case_policy import CurrencyWithoutPolicy
from shared.money import Money

POLICY = read_case_policies().default


def gbp(minor: int) -> Money:
    """An amount in pence."""
    return Money(minor, "GBP")


def stated(
    income: list[tuple[int, Frequency]], spending: list[tuple[int, Frequency]], **more: Any
) -> Statement:
    """A statement of somebody who lives alone, unless said."""
    return Statement(
        tuple(IncomeLine(Income.WAGES, gbp(minor), often) for minor, often in income),
        tuple(SpendingLine(Spending.UTILITIES, gbp(minor), often) for minor, often in spending),
        **{"household": Household(1, 0), "currency": "GBP", **more},
    )


@pytest.mark.parametrize(
    ("often", "monthly"),
    [
        (Frequency.WEEKLY, 433_33),
        (Frequency.FORTNIGHTLY, 216_66),
        (Frequency.FOUR_WEEKLY, 108_33),
        (Frequency.MONTHLY, 100_00),
        (Frequency.QUARTERLY, 33_33),
        (Frequency.YEARLY, 8_33),
    ],
)
def test_amounts_are_brought_to_the_month_exactly(often: Frequency, monthly: int) -> None:
    assert capacity_of(stated([(100_00, often)], []), POLICY).income == monthly


def test_twelve_weekly_amounts_lose_no_penny_to_rounding_one_by_one() -> None:
    weekly = [(100_00, Frequency.WEEKLY)] * 12
    assert capacity_of(stated(weekly, []), POLICY).income == 5_200_00


def test_no_more_than_half_of_what_is_left_over_is_asked_for() -> None:
    found = capacity_of(stated([(2000_00, Frequency.MONTHLY)], [(1500_01, Frequency.MONTHLY)]), POLICY)
    assert (found.left_over, found.monthly) == (499_99, 249_99)


@pytest.mark.parametrize(
    ("household", "needs"),
    [(Household(1, 0), 700_00), (Household(2, 0), 1050_00), (Household(2, 3), 1800_00)],
)
def test_what_a_household_needs_is_kept_though_less_was_stated(household: Household, needs: int) -> None:
    found = capacity_of(
        stated([(2000_00, Frequency.MONTHLY)], [(10_00, Frequency.MONTHLY)], household=household), POLICY
    )
    assert (found.spending, found.left_over) == (needs, 2000_00 - needs)


def test_in_a_joint_household_the_others_bear_their_part() -> None:
    joint = stated(
        [(1500_00, Frequency.MONTHLY)],
        [(2000_00, Frequency.MONTHLY)],
        household=Household(2, 0),
        share=Fraction(1, 2),
    )
    assert capacity_of(joint, POLICY)[:4] == (1500_00, 1000_00, 500_00, 250_00)


def test_who_spends_more_than_comes_in_is_asked_for_nothing() -> None:
    assert (
        capacity_of(stated([(800_00, Frequency.MONTHLY)], [(900_00, Frequency.MONTHLY)]), POLICY).monthly == 0
    )


def test_amounts_of_two_currencies_are_not_added() -> None:
    with pytest.raises(CurrenciesMixed):
        capacity_of(stated([(1, Frequency.MONTHLY)], [], lump_sum=Money(1, "EUR")), POLICY)


def test_where_no_minimum_is_known_nobody_guesses() -> None:
    with pytest.raises(CurrencyWithoutPolicy):
        capacity_of(Statement((), (), Household(1, 0), "CHF"), POLICY)


def test_a_policy_that_asks_for_more_than_half_is_not_read(tmp_path: Any) -> None:
    from services.hardship.adapters.case_policies import FILE

    file = tmp_path / "cases.yaml"
    file.write_text(
        FILE.read_text(encoding="utf-8").replace('capacity_share: "0.5"', 'capacity_share: "0.6"')
    )
    with pytest.raises(CasePolicyUnreadable, match="capacity_share"):
        read_case_policies(file)
