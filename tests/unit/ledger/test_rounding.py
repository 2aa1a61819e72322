"""Amounts are rounded by the rule that the product names."""

from decimal import Decimal
from fractions import Fraction

import pytest

from services.ledger.domain.rounding import (
    Rounding,
    RoundingRule,
    RoundingUnknown,
    round_minor,
    round_to_multiple,
)

HALVES = [Fraction(-5, 2), Fraction(-3, 2), Fraction(-1, 2), Fraction(1, 2), Fraction(3, 2), Fraction(5, 2)]


@pytest.mark.parametrize(
    ("rounding", "rounded"),
    [
        (Rounding.HALF_EVEN, [-2, -2, 0, 0, 2, 2]),
        (Rounding.HALF_UP, [-3, -2, -1, 1, 2, 3]),
        (Rounding.DOWN, [-2, -1, 0, 0, 1, 2]),
        (Rounding.UP, [-3, -2, -1, 1, 2, 3]),
    ],
)
def test_halves_go_where_the_rule_says(rounding: Rounding, rounded: list[int]) -> None:
    assert [round_minor(half, rounding) for half in HALVES] == rounded


@pytest.mark.parametrize(
    ("rounding", "rounded"),
    [
        (Rounding.HALF_EVEN, (-1, 0, 1, 3)),
        (Rounding.HALF_UP, (-1, 0, 1, 3)),
        (Rounding.DOWN, (0, 0, 0, 3)),
        (Rounding.UP, (-1, 1, 1, 3)),
    ],
)
def test_what_is_no_half_goes_to_the_nearer_or_by_direction(
    rounding: Rounding, rounded: tuple[int, ...]
) -> None:
    exact = (Decimal("-0.51"), Fraction(1, 3), Decimal("0.500000000000000000001"), 3)
    assert tuple(round_minor(each, rounding) for each in exact) == rounded


def test_a_third_of_a_yuan_is_33_fen_and_a_rappen_amount_ends_in_five() -> None:
    assert RoundingRule.of("half_even").minor(Fraction(100, 3)) == 33
    assert RoundingRule.of("half_up.5").minor(Decimal("1002.5")) == 1005
    assert RoundingRule.of("half_even.5").minor(Decimal("1002.5")) == 1000
    assert RoundingRule.of("up.100").minor(1) == 100
    assert RoundingRule.of("down.100").minor(-199) == -100
    assert round_to_multiple(Fraction(1, 7), 1, Rounding.UP) == 1


def test_two_thirds_are_nearer_to_one_and_a_product_that_says_nothing_rounds_halves_to_even() -> None:
    assert [round_minor(Fraction(2, 3), nearest) for nearest in (Rounding.HALF_EVEN, Rounding.HALF_UP)] == [
        1,
        1,
    ]
    assert RoundingRule().code == "half_even"


@pytest.mark.parametrize("code", ["half_even", "half_up", "down", "up", "half_up.5", "up.100"])
def test_a_rule_keeps_its_code(code: str) -> None:
    assert RoundingRule.of(code).code == code


@pytest.mark.parametrize("code", ["", "nearest", "half_even.", "up.0", "up.-5", "UP", "up.5.5", "up.٥"])
def test_a_product_with_an_unknown_rounding_is_refused(code: str) -> None:
    with pytest.raises(RoundingUnknown):
        RoundingRule.of(code)
