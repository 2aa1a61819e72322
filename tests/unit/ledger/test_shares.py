"""Lenders of a peer-to-peer loan get their parts, and no cent is lost."""

from decimal import Decimal

import pytest

from services.ledger.domain.shares import SharesDoNotAddUp, split, split_running

THIRDS = [Decimal("0.3333333333"), Decimal("0.3333333333"), Decimal("0.3333333334")]


def shares(*texts: str) -> list[Decimal]:
    """Shares as they travel."""
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("amount", "by", "parts"),
    [
        (100, shares("0.5", "0.5"), (50, 50)),
        (101, shares("0.5", "0.5"), (51, 50)),
        (-101, shares("0.5", "0.5"), (-51, -50)),
        (100, THIRDS, (33, 33, 34)),
        (1, shares("0.25", "0.25", "0.25", "0.25"), (1, 0, 0, 0)),
        (2, shares("0.2", "0.35", "0.45"), (0, 1, 1)),
        (0, shares("0.2", "0.8"), (0, 0)),
        (7, shares("1"), (7,)),
    ],
)
def test_what_is_left_over_goes_to_the_largest_fraction_and_of_equal_ones_to_the_first(
    amount: int, by: list[Decimal], parts: tuple[int, ...]
) -> None:
    assert split(amount, by) == parts


def test_a_thousand_payments_of_a_cent_leave_nobody_a_cent_short() -> None:
    by, got = shares("0.6", "0.3", "0.1"), [0, 0, 0]
    for paid in range(1_000):
        parts = split_running(paid, 1, by)
        assert sum(parts) == 1
        got = [had + part for had, part in zip(got, parts, strict=True)]
    assert got == [600, 300, 100]


def test_a_cent_that_was_given_too_early_comes_back() -> None:
    # Of 10 cents 1.4 are the last holder's, of 11 cents 1.54: larger remainders have come up meanwhile.
    by = shares("0.43", "0.43", "0.14")
    assert (split(10, by), split(11, by)) == ((4, 4, 2), (5, 5, 1))
    assert split_running(10, 1, by) == (1, 1, -1)


def test_a_reversal_takes_back_exactly_what_was_given() -> None:
    by = shares("0.43", "0.43", "0.14")
    given = split_running(10, 33, by)
    assert split_running(43, -33, by) == tuple(-part for part in given)


@pytest.mark.parametrize(
    "wrong", [[], shares("0.5"), shares("0.7", "0.7"), shares("1.5", "-0.5"), shares("1", "0"), shares("NaN")]
)
def test_shares_that_do_not_add_up_to_one_are_refused(wrong: list[Decimal]) -> None:
    with pytest.raises(SharesDoNotAddUp):
        split(100, wrong)
    with pytest.raises(SharesDoNotAddUp):
        split_running(0, 100, wrong)
