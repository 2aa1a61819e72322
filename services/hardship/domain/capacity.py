"""What a person can pay a month: from what comes in and goes out, never below what a household needs.

The categories are those of the Standard Financial Statement (UK); none is added, dropped or renamed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from services.hardship.domain.case_policy import CasePolicy
from shared.errors import Refused
from shared.money import Money


class CurrenciesMixed(Refused):
    """All amounts of a statement must be in one currency."""


class Frequency(StrEnum):
    """How often an amount comes or goes."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    FOUR_WEEKLY = "four_weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"

    @property
    def per_month(self) -> Fraction:
        """How often a month on average, exactly: a year has 52 weeks in these conversions."""
        return _PER_YEAR[self] / 12


_PER_YEAR = {
    Frequency.WEEKLY: Fraction(52),
    Frequency.FORTNIGHTLY: Fraction(26),
    Frequency.FOUR_WEEKLY: Fraction(13),
    Frequency.MONTHLY: Fraction(12),
    Frequency.QUARTERLY: Fraction(4),
    Frequency.YEARLY: Fraction(1),
}


class Income(StrEnum):
    """What comes in."""

    WAGES = "wages"
    BENEFITS = "benefits"
    PENSIONS = "pensions"
    OTHER = "other"


class Spending(StrEnum):
    """What goes out: fixed costs first, then the three flexible ones, then savings."""

    HOME_AND_CONTENTS = "home_and_contents"
    UTILITIES = "utilities"
    WATER = "water"
    CARE_AND_HEALTH = "care_and_health"
    TRANSPORT = "transport"
    SCHOOL = "school"
    PENSIONS_AND_INSURANCE = "pensions_and_insurance"
    PROFESSIONAL = "professional"
    OTHER_ESSENTIAL = "other_essential"
    COMMUNICATIONS_AND_LEISURE = "communications_and_leisure"
    FOOD_AND_HOUSEKEEPING = "food_and_housekeeping"
    PERSONAL = "personal"
    SAVINGS = "savings"


class IncomeLine(NamedTuple):
    """One amount that comes in."""

    category: Income
    amount: Money
    frequency: Frequency


class SpendingLine(NamedTuple):
    """One amount that goes out."""

    category: Spending
    amount: Money
    frequency: Frequency


class Household(NamedTuple):
    """Who lives of it."""

    adults: int
    children: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Income and spending, as the person has stated them."""

    income: tuple[IncomeLine, ...]
    spending: tuple[SpendingLine, ...]
    household: Household
    currency: str
    share: Fraction = Fraction(1)
    """What part of the spending is this person's to bear: in a joint household the others bear the rest.
    The income is this person's own.
    """
    lump_sum: Money | None = None
    """What could be paid at once, to settle."""
    recovers_on: date | None = None
    """From this day on the person expects to be able to pay as before."""


class Capacity(NamedTuple):
    """What is left over a month, and what of it is asked for at most. In minor units, by the month."""

    income: int
    spending: int
    """As stated, or what a household needs where that is more."""
    left_over: int
    monthly: int
    """What all creditors together are paid."""
    currency: str


def capacity_of(statement: Statement, policy: CasePolicy) -> Capacity:
    """What the person can pay a month. All sums are exact fractions until the end, where income is rounded
    down, spending up, and what is asked for down. Raises CurrenciesMixed, CurrencyWithoutPolicy.
    """
    currencies = {amount.currency for _, amount, _ in (*statement.income, *statement.spending)}
    if statement.lump_sum is not None:
        currencies.add(statement.lump_sum.currency)
    if currencies - {statement.currency}:
        raise CurrenciesMixed(currencies=", ".join(sorted(currencies | {statement.currency})))
    need = policy.protected_of(statement.currency).of(*statement.household)
    income = _monthly(statement.income)
    spending = max(_monthly(statement.spending), Fraction(need)) * statement.share
    left_over = max(income - spending, Fraction(0))
    return Capacity(
        income=int(income),
        spending=-int(-spending // 1),
        left_over=int(left_over),
        monthly=int(left_over * policy.capacity_share),
        currency=statement.currency,
    )


def _monthly(lines: Iterable[tuple[object, Money, Frequency]]) -> Fraction:
    return sum((amount.minor * frequency.per_month for _, amount, frequency in lines), Fraction(0))
