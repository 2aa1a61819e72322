"""Lenders' parts always add up, and none drifts a cent from its share."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.ledger.domain.shares import split, split_running

Split = Callable[[int, Sequence[Decimal]], tuple[int, ...]]
Running = Callable[[int, int, Sequence[Decimal]], tuple[int, ...]]
SETTINGS = settings(max_examples=200, database=None, derandomize=True, phases=(Phase.generate,))
AMOUNTS = st.integers(-(10**9), 10**9) | st.integers(-50, 50)


@st.composite
def shares(draw: st.DrawFn) -> list[Decimal]:
    """Shares of ten decimals or fewer that add up to one."""
    places = draw(st.integers(1, 10))
    whole = 10**places
    cuts = sorted(draw(st.sets(st.integers(1, whole - 1), max_size=8)))
    edges = [0, *cuts, whole]
    return [Decimal(high - low).scaleb(-places) for low, high in pairwise(edges)]


def near(parts: Sequence[int], amount: int, by: Sequence[Decimal], units: int = 1) -> bool:
    """Whether each part is less than so many units off its exact part."""
    exact = [Fraction(share) * amount for share in by]
    return all(abs(part - each) < units for part, each in zip(parts, exact, strict=True))


def parts_are_whole_and_near(parts_of: Split) -> None:
    """Parts add up to the amount, each is less than a cent off, and a reversal is the opposite."""

    @SETTINGS
    @given(AMOUNTS, shares())
    def holds(amount: int, by: list[Decimal]) -> None:
        parts = parts_of(amount, by)
        assert sum(parts) == amount
        assert near(parts, amount, by)
        assert parts_of(-amount, by) == tuple(-part for part in parts)

    holds()


def a_row_never_drifts(parts_of: Running) -> None:
    """However many amounts come, in whatever order, the totals are those of one amount."""

    @SETTINGS
    @given(st.lists(st.integers(-300, 1_000) | AMOUNTS, max_size=30), shares())
    def holds(amounts: list[int], by: list[Decimal]) -> None:
        total, got = 0, [0] * len(by)
        for amount in amounts:
            parts = parts_of(total, amount, by)
            assert sum(parts) == amount
            assert near(parts, amount, by, units=2)
            total += amount
            got = [had + part for had, part in zip(got, parts, strict=True)]
            assert near(got, total, by)
        assert tuple(got) == split(total, by)

    holds()


def test_parts_add_up_and_none_is_a_cent_off() -> None:
    parts_are_whole_and_near(split)


def test_many_payments_leave_every_lender_with_the_part_of_their_sum() -> None:
    a_row_never_drifts(split_running)


def test_a_split_that_rounds_each_part_for_itself_is_found_out() -> None:
    def each_rounded(amount: int, by: Sequence[Decimal]) -> tuple[int, ...]:
        return tuple(round(Fraction(share) * amount) for share in by)

    with pytest.raises(AssertionError):
        parts_are_whole_and_near(each_rounded)


def test_a_split_that_gives_all_that_is_left_to_one_lender_is_found_out() -> None:
    def first_takes_rest(amount: int, by: Sequence[Decimal]) -> tuple[int, ...]:
        sign = -1 if amount < 0 else 1
        others = [sign * int(Fraction(share) * abs(amount)) for share in by[1:]]
        return (amount - sum(others), *others)

    with pytest.raises(AssertionError):
        parts_are_whole_and_near(first_takes_rest)


def test_payments_split_each_for_itself_are_found_to_drift() -> None:
    def alone(total_before: int, amount: int, by: Sequence[Decimal]) -> tuple[int, ...]:
        return split(amount, by)

    with pytest.raises(AssertionError):
        a_row_never_drifts(alone)


def test_a_total_that_ends_a_cent_short_is_found_out() -> None:
    def short(total_before: int, amount: int, by: Sequence[Decimal]) -> tuple[int, ...]:
        before = [int(Fraction(share) * total_before) for share in by]
        after = [int(Fraction(share) * (total_before + amount)) for share in by]
        return tuple(later - earlier for earlier, later in zip(before, after, strict=True))

    with pytest.raises(AssertionError):
        a_row_never_drifts(short)
