"""Shares always add up to the cent."""

from hypothesis import given
from hypothesis import strategies as st

from shared.money import Money

weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any)


@given(st.integers(-(10**12), 10**12), weights)
def test_shares_add_up_and_none_is_a_cent_off_its_part(minor: int, shares: list[int]) -> None:
    parts = Money(minor, "CNY").split(shares)
    assert sum(part.minor for part in parts) == minor
    assert all(
        abs(part.minor * sum(shares) - minor * share) < sum(shares)
        for part, share in zip(parts, shares, strict=True)
    )
