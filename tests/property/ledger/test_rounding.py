"""Rounding moves an amount by less than a unit, in the direction that its rule names."""

from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.rounding import Rounding, round_to_multiple

Rounded = Callable[[Fraction, int, Rounding], int]
SETTINGS = settings(max_examples=300, database=None, derandomize=True, phases=(Phase.generate,))
EXACT = st.fractions(-(10**9), 10**9, max_denominator=10**6) | st.integers(-999, 999).map(
    lambda halves: Fraction(halves, 2)
)
LIBRARY = {
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.DOWN: ROUND_DOWN,
    Rounding.UP: ROUND_UP,
}


def goes_where_the_rule_says(rounded: Rounded) -> None:
    """The result is a multiple, less than one away, the nearer one by the halves, and odd in the amount."""

    @SETTINGS
    @given(EXACT, st.sampled_from([1, 5, 100]), st.sampled_from(Rounding))
    def holds(exact: Fraction, multiple: int, rounding: Rounding) -> None:
        near = rounded(exact, multiple, rounding)
        assert near % multiple == 0
        assert abs(near - exact) < multiple
        assert rounded(-exact, multiple, rounding) == -near
        assert rounded(Fraction(near), multiple, rounding) == near
        if rounding in (Rounding.HALF_EVEN, Rounding.HALF_UP):
            assert 2 * abs(near - exact) <= multiple
        else:
            assert (abs(near) >= abs(exact)) is (rounding is Rounding.UP or near == exact)

    holds()


def agrees_with_decimal(rounded: Rounded) -> None:
    """On amounts with decimals it is the rounding that the decimal standard gives the same name."""

    @SETTINGS
    @given(st.integers(-(10**12), 10**12), st.integers(0, 4), st.sampled_from(Rounding))
    def holds(digits: int, places: int, rounding: Rounding) -> None:
        exact = Decimal(digits).scaleb(-places)
        whole = exact.quantize(Decimal(1), LIBRARY[rounding], Context(prec=40))
        assert rounded(Fraction(exact), 1, rounding) == int(whole)

    holds()


def test_an_amount_goes_less_than_a_unit_in_the_direction_of_its_rule() -> None:
    goes_where_the_rule_says(round_to_multiple)


def test_an_amount_with_decimals_is_rounded_as_the_decimal_standard_says() -> None:
    agrees_with_decimal(round_to_multiple)


def test_rounding_towards_minus_infinity_is_found_out() -> None:
    def floored(exact: Fraction, multiple: int, rounding: Rounding) -> int:
        return (exact // multiple) * multiple

    for holds in (goes_where_the_rule_says, agrees_with_decimal):
        with pytest.raises(AssertionError):
            holds(floored)


def test_rounding_by_way_of_a_float_or_always_to_even_is_found_out() -> None:
    def by_float(exact: Fraction, multiple: int, rounding: Rounding) -> int:
        return multiple * int(float(exact) / multiple + 0.5)

    def always_even(exact: Fraction, multiple: int, rounding: Rounding) -> int:
        return multiple * round(exact / multiple)

    for wrong in (by_float, always_even):
        with pytest.raises(AssertionError):
            agrees_with_decimal(wrong)
