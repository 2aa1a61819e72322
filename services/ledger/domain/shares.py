"""Lenders' shares of a peer-to-peer loan: amounts split in whole minor units, with nothing lost.

The method is the largest remainder's (Hamilton's): everyone gets the whole units of the exact part; the units
that are left go one each to the largest fractions, of equal ones to the first. So no part is a unit off.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from shared.errors import Refused
from shared.events.parts import LenderShare


class SharesDoNotAddUp(Refused):
    """Shares must be above zero and add up to exactly one."""


class HolderNamedTwice(Refused):
    """Each holder of a loan has one share. Add up those of the same holder."""


class Holding(NamedTuple):
    """Whose a loan is from a day on: holders by the lender's own names for them, each with its share."""

    since: date
    holders: tuple[str, ...]
    shares: tuple[Decimal, ...]

    @classmethod
    def of(cls, since: date, shares: Sequence[LenderShare]) -> "Holding":
        """From what was told. Raises HolderNamedTwice, SharesDoNotAddUp."""
        holders = tuple(one.holder_reference for one in shares)
        holder, times = Counter(holders).most_common(1)[0]
        if times > 1:
            raise HolderNamedTwice(holder_reference=holder)
        parts = tuple(one.share for one in shares)
        _weights(parts)
        return cls(since, holders, parts)


def split(amount_minor: int, shares: Sequence[Decimal]) -> tuple[int, ...]:
    """The amount by shares, in their order. The parts add up to it, and each is less than one unit off its
    exact part. A negative amount is split as the positive one, with the other sign.

    Raises `SharesDoNotAddUp`.
    """
    return _split(amount_minor, *_weights(tuple(shares)))


def split_running(total_before: int, amount: int, shares: Sequence[Decimal]) -> tuple[int, ...]:
    """The next amount of a row of them, such as a loan's repayments of principal, by shares.

    `total_before` is the sum of those before it. The parts add up to the amount, and over the whole row each
    holder has what `split` gives for the sum of all: however many small amounts come, nobody drifts a unit
    from the share, and the order of the amounts does not matter. For that, a part of one amount may be almost
    two units off, or one unit on the other side of zero (a unit that was given too early comes back).
    Raises `SharesDoNotAddUp`.
    """
    weights, whole = _weights(tuple(shares))
    before, after = (_split(total, weights, whole) for total in (total_before, total_before + amount))
    return tuple(later - earlier for earlier, later in zip(before, after, strict=True))


@lru_cache(maxsize=256)
def _weights(shares: tuple[Decimal, ...]) -> tuple[tuple[int, ...], int]:
    """The shares as whole numbers, and their sum."""
    if any(not share.is_finite() or share <= 0 for share in shares):
        raise SharesDoNotAddUp(shares=len(shares))
    ratios = [share.as_integer_ratio() for share in shares]
    whole = lcm(*(denominator for _, denominator in ratios))
    weights = tuple(numerator * (whole // denominator) for numerator, denominator in ratios)
    if sum(weights) != whole:
        raise SharesDoNotAddUp(shares=len(shares), sum=sum(shares))
    return weights, whole


def _split(amount: int, weights: Sequence[int], whole: int) -> tuple[int, ...]:
    sign, left = (-1, -amount) if amount < 0 else (1, amount)
    parts, rests = [], []
    for weight in weights:
        part, rest = divmod(left * weight, whole)
        parts.append(part)
        rests.append(rest)
    by_rest = sorted(range(len(rests)), key=rests.__getitem__, reverse=True)
    for position in by_rest[: left - sum(parts)]:
        parts[position] += 1
    return tuple(sign * part for part in parts)
