"""What an assessment looks at: plain facts of a loan, as a ledger tells them month by month.

Nothing of who the person is: no sex, age, marital status, education or place. What a model is trained on is
mapped onto these facts, so that what it learned is what it is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

UNUSED, PAID_IN_FULL, MINIMUM_PAID = -2, -1, 0
"""How a month stood, where nothing of it was late. From 1 on it is the number of months that it was late."""
MONTHS_LOOKED_AT = 6
LATE_MONTHS_MAX = 8
"""A longer delay says no more."""


class Month(NamedTuple):
    """One statement of a card, or one month of a loan. Amounts are in minor units of the loan's currency."""

    standing: int
    """UNUSED, PAID_IN_FULL, MINIMUM_PAID, or how many months it was late."""
    balance: int
    """What the statement asked for in all; below zero: the lender owed."""
    paid: int
    """What came since the statement before it."""


UNITS: Mapping[str, float] = {
    "TWD": 100.0,
    "USD": 3.0,
    "EUR": 2.5,
    "GBP": 1.7,
    "CNY": 25.0,
    "KRW": 31.0,
    "JPY": 3.3,
    "AUD": 4.0,
    "HKD": 24.0,
    "SGD": 5.0,
}
"""How many minor units of a currency are worth one New Taiwan dollar of 2005, in which the model of cards has
learned what is much: roughly, at the rates of then. An amount in another currency counts as not known.
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A revolving loan, seen at the end of a month. `months` begins with the newest; `unit` is what a model's
    unit of money is in its minor units (None: not known, and only shares count).
    """

    limit: int
    months: tuple[Month, ...]
    unit: float | None

    @property
    def late_now(self) -> bool:
        """Whether something is past due at the end of the newest month."""
        return bool(self.months) and self.months[0].standing >= 1


class EarlierLoan(NamedTuple):
    """A loan of the same person with the same lender that is over."""

    principal: int
    term_days: int
    first_late_days: int
    """How long after its first due date the first payment came; below zero: before it."""
    open_days: int
    """From its payout to its end."""
    ended_days_ago: int
    """Before the payout of the loan that is asked about."""


@dataclass(frozen=True, slots=True)
class FirstLoan:
    """A short loan that was just paid out, and what came before. `earlier` begins with the newest."""

    principal: int
    total_due: int
    term_days: int
    due_weekday: int
    """Of its first due date, from Monday, 0."""
    due_day: int
    """Of the month."""
    earlier: tuple[EarlierLoan, ...] = ()
