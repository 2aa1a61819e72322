"""Rounding of exact amounts to minor units, or to multiples of them, by a named rule.

What is rounded is exact (`Fraction`, `Decimal`, `int`; never a float), so a half is a half.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from shared.errors import Refused

_CODE = re.compile(r"([a-z_]+)(?:\.([1-9][0-9]{0,8}))?", re.ASCII)


class RoundingUnknown(Refused):
    """There is no such rounding. Name half_even, half_up, down or up, and, after a dot, the multiple of minor
    units to round to where it is not one: half_up.5.
    """


class Rounding(StrEnum):
    """Which of two neighbours is taken. Negative amounts round as positive ones do, with the other sign."""

    HALF_EVEN = "half_even"
    """The nearer; of two equally near the even one (the banker's rule, IEEE 754 roundTiesToEven)."""
    HALF_UP = "half_up"
    """The nearer; of two equally near the one further from zero (the merchant's rule)."""
    DOWN = "down"
    """The one nearer to zero."""
    UP = "up"
    """The one further from zero."""


@dataclass(frozen=True, slots=True)
class RoundingRule:
    """How a product rounds: `ProductTerms.rounding`."""

    rounding: Rounding = Rounding.HALF_EVEN
    multiple: int = 1
    """In minor units: 5 for Swiss cash in rappen, 100 for whole yuan."""

    @classmethod
    def of(cls, code: str) -> "RoundingRule":
        """The rule that a code names: "half_even", "up.100". Raises `RoundingUnknown`."""
        match = _CODE.fullmatch(code)
        if match is None or match.group(1) not in set(Rounding):
            raise RoundingUnknown(rounding=code)
        return cls(Rounding(match.group(1)), int(match.group(2) or 1))

    @property
    def code(self) -> str:
        """The code that names this rule."""
        return str(self.rounding) if self.multiple == 1 else f"{self.rounding}.{self.multiple}"

    def minor(self, exact: Fraction | Decimal | int) -> int:
        """An exact number of minor units as the rule rounds it."""
        return round_to_multiple(exact, self.multiple, self.rounding)


def round_to_multiple(exact: Fraction | Decimal | int, multiple: int, rounding: Rounding) -> int:
    """An exact number of minor units as a whole number of multiples; it moves by less than one of them."""
    assert multiple >= 1, "amounts are rounded to multiples of at least one minor unit"
    numerator, denominator = exact.as_integer_ratio()
    return multiple * _divided(numerator, denominator * multiple, rounding)


def round_minor(exact: Fraction | Decimal | int, rounding: Rounding) -> int:
    """An exact number of minor units as a whole one. It moves by less than one minor unit."""
    return _divided(*exact.as_integer_ratio(), rounding)


def _divided(numerator: int, denominator: int, rounding: Rounding) -> int:
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    if rounding is Rounding.UP:
        away = rest > 0
    elif rounding is Rounding.DOWN:
        away = False
    else:
        half = 2 * rest - denominator
        away = half > 0 or (half == 0 and (rounding is Rounding.HALF_UP or whole % 2 == 1))
    return sign * (whole + away)
