"""The annual percentage rate of charge, as the laws of the United States and of Europe compute it.

`apr_us`: Regulation Z, 12 CFR 1026 Appendix J (b), the actuarial method: a nominal rate per unit-period times
the unit-periods in a year. `apr_eu`: Directive 2008/48/EC Annex I and Directive (EU) 2023/2225 Annex III: an
effective rate; the UK's CONC App 1.2 states the same equation.

The rate is found with floats and then proved, with 60 digits, to be right in its last decimal.
"""

import math
import operator
from collections.abc import Callable, Sequence
from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple, Protocol

from services.ledger.domain.apr_intervals import UnitPeriods, whole_unit, years_between
from shared.errors import Refused
from shared.events.loans import PeriodUnit

DECIMALS = 6
"""Of a rate unless told otherwise: 0.096857 is 9.6857 %. Disclosures show fewer."""
RATE_MAX = 1_000_000
"""100,000,000 %: a loan of some days may have such a rate, beyond it the figure tells nobody anything."""
_EXACT = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX)
_NEAR_ENOUGH = 1e-12
_ROUNDS_MAX = 200
_POWER_MIN = -1e6


class AprUndefined(Refused):
    """No annual percentage rate can be stated for these advances and payments."""


class Flow(NamedTuple):
    """An amount in minor units on a day: an advance to the borrower, or a payment by the borrower."""

    on: date
    minor: int


class _Equation(Protocol):
    """An equation of value: what a flow is worth at the start, at a rate."""

    nets: Sequence[int]
    """What each date's payments exceed its advances by, by rising date."""

    def power_max(self) -> float:
        """The logarithm of what one grows to in a unit of the equation's time at `RATE_MAX`."""

    def discounts(self, power: float) -> list[float]:
        """What one on each date is worth, where one grows to e^power in a unit of time: at the start, or, for
        a negative power, at the end, so that no figure is too large for a float.
        """

    def rate(self, power: float) -> float:
        """The yearly rate."""

    def growths(self, rate: Decimal) -> list[Decimal] | None:
        """What one grows to by each date at a yearly rate, exact; None where the rate leaves nothing."""


def apr_us(advances: Sequence[Flow], payments: Sequence[Flow], *, decimals: int = DECIMALS) -> Decimal:
    """The annual percentage rate of Regulation Z as a decimal (0.0969 is 9.69 %), halves rounded up.

    Prepaid finance charges are payments on the day of the advance. The term starts with the first advance;
    the unit-period follows from the dates. A rate below zero says that less is paid than was advanced.
    Raises `AprUndefined` with the reason.
    """
    dates, nets = _netted(advances, payments)
    return _solved(_UnitPeriodEquation(dates, nets), decimals)


def apr_eu(
    advances: Sequence[Flow],
    payments: Sequence[Flow],
    *,
    unit: PeriodUnit | None = None,
    decimals: int = DECIMALS,
) -> Decimal:
    """The annual percentage rate of charge of the European Union and the United Kingdom as a decimal (0.1292
    is 12.92 %), halves rounded up, as remark (d) has it for the decimal that is shown.

    Intervals count from the first advance in `unit` and days: months, weeks, or with `PeriodUnit.DAY` years.
    By default months; weeks where all dates are whole weeks, and not all whole months, from the first
    advance. A rate below zero says that less is paid than was advanced.
    Raises `AprUndefined` with the reason.
    """
    dates, nets = _netted(advances, payments)
    return _solved(_YearsEquation(dates, nets, unit or whole_unit(dates[0], dates[1:])), decimals)


def _netted(advances: Sequence[Flow], payments: Sequence[Flow]) -> tuple[list[date], list[int]]:
    if any(flow.minor < 0 for flow in (*advances, *payments)):
        raise AprUndefined(why="an amount is below zero")
    by_date: dict[date, int] = {}
    for sign, flows in ((-1, advances), (1, payments)):
        for flow in flows:
            by_date[flow.on] = by_date.get(flow.on, 0) + sign * flow.minor
    flows_on = sorted((on, net) for on, net in by_date.items() if net)
    if not flows_on or flows_on[0][1] > 0:
        raise AprUndefined(why="nothing is advanced before the first payment")
    if flows_on[-1][1] < 0:
        raise AprUndefined(why="nothing is paid after the last advance")
    return [on for on, _ in flows_on], [net for _, net in flows_on]


class _UnitPeriodEquation:
    """Appendix J (b)(8): each flow is divided by (1 + f i) (1 + i)^t; the rate is i a period."""

    def __init__(self, dates: Sequence[date], nets: Sequence[int]) -> None:
        self.nets = nets
        advances = [on for on, net in zip(dates, nets, strict=True) if net < 0]
        periods = UnitPeriods(advances, [on for on, net in zip(dates, nets, strict=True) if net > 0])
        self.per_year = periods.per_year
        self.times = [periods.count(on) for on in dates]

    @cached_property
    def _float_times(self) -> list[tuple[int, float]]:
        return [(full, float(part)) for full, part in self.times]

    def power_max(self) -> float:
        return math.log1p(RATE_MAX / float(self.per_year))

    def discounts(self, power: float) -> list[float]:
        per_period = math.expm1(power)
        times = self._float_times
        origin = times[-1][0] if power < 0 else 0
        return [math.exp(power * (origin - full)) / (1 + part * per_period) for full, part in times]

    def rate(self, power: float) -> float:
        return math.expm1(power) * float(self.per_year)

    def growths(self, rate: Decimal) -> list[Decimal] | None:
        per_period = rate * self.per_year.denominator / self.per_year.numerator
        if per_period <= -1:
            return None
        base = 1 + per_period
        return [
            base**full * (1 + per_period * part.numerator / part.denominator) for full, part in self.times
        ]


class _YearsEquation:
    """Annex I, part I: each flow is divided by (1 + X)^t, t in years."""

    def __init__(self, dates: Sequence[date], nets: Sequence[int], unit: PeriodUnit) -> None:
        self.nets = nets
        self.times = [years_between(dates[0], on, unit) for on in dates]
        # A root costs much, and most steps are alike: each is taken once.
        steps = [after - before for before, after in pairwise([Fraction(0), *self.times])]
        self._kinds = list(dict.fromkeys(steps))
        places = {step: place for place, step in enumerate(self._kinds)}
        self._steps = [places[step] for step in steps]

    @cached_property
    def _float_times(self) -> list[float]:
        return [float(years) for years in self.times]

    def power_max(self) -> float:
        return math.log1p(RATE_MAX)

    def discounts(self, power: float) -> list[float]:
        origin = self._float_times[-1] if power < 0 else 0
        return [math.exp(power * (origin - years)) for years in self._float_times]

    def rate(self, power: float) -> float:
        return math.expm1(power)

    def growths(self, rate: Decimal) -> list[Decimal] | None:
        if rate <= -1:
            return None
        base = 1 + rate
        factors = [base ** (Decimal(step.numerator) / step.denominator) for step in self._kinds]
        return list(accumulate((factors[place] for place in self._steps), operator.mul))


def _solved(equation: _Equation, decimals: int) -> Decimal:
    assert 0 <= decimals <= 8, "a float leads to at most eight decimals"
    power = _root(lambda at: sum(_worths(equation, at)), equation.power_max())
    _refuse_several(equation, power)
    with localcontext(_EXACT):
        step = Decimal(1).scaleb(-decimals)
        rate = Decimal(equation.rate(power)).quantize(step)
        # The worth falls as the rate rises; its root lies within half a step of the rate that is told.
        while _exact_worth(equation, rate + step / 2) >= 0:
            rate += step
        while _exact_worth(equation, rate - step / 2) < 0:
            rate -= step
        return rate + 0


def _root(worth: Callable[[float], float], power_max: float) -> float:
    at_zero = worth(0.0)
    if at_zero == 0:
        return 0.0
    near, far = 0.0, math.copysign(0.001, at_zero)
    while worth(far) * at_zero > 0:
        if far == power_max:
            raise AprUndefined(why="the rate is above the highest that is stated", rate_max=RATE_MAX)
        if far < _POWER_MIN:
            raise AprUndefined(why="what is paid back is too little for any rate")
        near, far = far, min(2 * far, power_max)
    return _between(worth, near, far)


def _between(worth: Callable[[float], float], low: float, high: float) -> float:
    """False position (Illinois): the secant of two points around the root, with the end that stays halved."""
    at_low, at_high = worth(low), worth(high)
    for _ in range(_ROUNDS_MAX):
        middle = high - at_high * (high - low) / (at_high - at_low)
        at_middle = worth(middle)
        if at_middle == 0 or abs(middle - high) <= _NEAR_ENOUGH * abs(middle):
            return middle
        if at_middle * at_high < 0:
            low, at_low = high, at_high
        else:
            at_low /= 2
        high, at_high = middle, at_middle
    return high


def _worths(equation: _Equation, power: float) -> list[float]:
    return [net * one for net, one in zip(equation.nets, equation.discounts(power), strict=True)]


def _exact_worth(equation: _Equation, rate: Decimal) -> Decimal:
    growths = equation.growths(rate)
    if growths is None:
        return Decimal("Infinity")
    worths = [net / growth for net, growth in zip(equation.nets, growths, strict=True)]
    worth = sum(worths, Decimal(0))
    # Nearer to nothing than 60 digits can tell: exactly between two steps.
    return Decimal(0) if abs(worth) <= max(map(abs, worths)).scaleb(-_EXACT.prec + 15) else worth


def _refuse_several(equation: _Equation, power: float) -> None:
    """A rate is the only one if, at it, the borrower owes the lender all the while (Soper, 1959)."""
    worths = _worths(equation, power)
    if max(accumulate(worths)) > _NEAR_ENOUGH * 1_000 * sum(map(abs, worths)):
        raise AprUndefined(why="for a time the lender would owe the borrower, so that several rates may fit")
