"""Hardship plans and settlements of a peer-to-peer platform, 2017 to 2019: what was agreed, and whether it
was kept.

What is reconstructed: all of them begin on one day, each as a loan of the balance that it was about. A
hardship plan asked for three months of interest; its loan has as many months left as its instalment needs. A
settlement asked for a part of what was left, in so many monthly parts (one where the data says none), and no
interest ran any more; the rest was forgiven once it was paid. Where the data does not say how one ended, it
is taken as kept. One that was broken is kept to its half.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from pathlib import Path

from cli.replay.feed import Row, cents, take_each
from cli.stack.process import StackError
from services.ledger.domain.due_dates import add_months
from shared.events.base import Event
from shared.events.borrowers import Address, BorrowerRegistered, Medium
from shared.events.care import Circumstance
from shared.events.loans import Channel, LoanKind, LoanOpened, ProductPublished
from shared.events.parts import Party, PartyRole
from shared.events.product_terms import ProductTerms
from shared.money import Money

LENDER, CURRENCY, ZONE, PRODUCT = "club", "USD", "America/New_York", "loan"
OPENED_ON = date(2019, 1, 1)
PLANS, SETTLEMENTS = "hardship_plans.csv", "settlement_plans_sample.csv"
PLAN_MONTHS = 3
_SETTLED_LOAN_MONTHS = 36
_REASONS = {
    "NATURAL_DISASTER": Circumstance.DISASTER,
    "EXCESSIVE_OBLIGATIONS": Circumstance.DEBTS,
    "UNEMPLOYMENT": Circumstance.JOB_LOSS,
    "INCOME_CURTAILMENT": Circumstance.REDUCED_INCOME,
    "MEDICAL": Circumstance.ILLNESS,
    "DISABILITY": Circumstance.ILLNESS,
    "DIVORCE": Circumstance.FAMILY,
}


class Kind(StrEnum):
    """What was agreed."""

    PLAN = "plan"
    SETTLEMENT = "settlement"


@dataclass(frozen=True, slots=True)
class Case:
    """One of them; amounts in cents."""

    kind: Kind
    reference: str
    """The loan's, and its borrower's."""
    balance: int
    annual_rate: Decimal
    months: int
    """Of the loan."""
    amount: int
    """Of a plan what a month asked for, of a settlement all that it asked for."""
    parts: int
    """In so many months."""
    broken: bool
    reason: Circumstance = Circumstance.DEBTS

    @property
    def kept_parts(self) -> int:
        """How many of its parts are paid."""
        return self.parts // 2 if self.broken else self.parts

    def dues(self) -> list[date]:
        """When its parts fall due."""
        return [add_months(OPENED_ON, n) for n in range(1, self.parts + 1)]

    def agreed(self) -> list[int]:
        """A settlement's parts: level, the last takes what is left."""
        level = self.amount // self.parts
        return [level] * (self.parts - 1) + [self.amount - level * (self.parts - 1)]

    def opening(self) -> list[Event]:
        """The borrower and the loan."""
        return [
            BorrowerRegistered(
                lender=LENDER,
                borrower_reference=self.reference,
                name=f"Sample {self.reference}",
                addresses=(
                    Address(medium=Medium.MAIL, value=f"{self.reference}@example.com", established=True),
                ),
                languages=("en",),
                time_zone=ZONE,
                country="US",
                region="US-NY",
            ),
            LoanOpened(
                lender=LENDER,
                loan_reference=self.reference,
                kind=LoanKind.TERM,
                channel=Channel.PEER_TO_PEER,
                principal=usd(self.balance),
                opened_on=OPENED_ON,
                time_zone=ZONE,
                product=PRODUCT,
                product_version=1,
                annual_rate=self.annual_rate,
                first_due_on=add_months(OPENED_ON, 1),
                instalment_count=self.months,
                parties=(Party(borrower_reference=self.reference, role=PartyRole.BORROWER),),
            ),
        ]


@dataclass
class Cases:
    """All of them, and the lines that could not be read."""

    every: list[Case] = field(default_factory=list)
    bad: list[tuple[str, int, str]] = field(default_factory=list)

    def of(self, kind: Kind) -> list[Case]:
        """Those of a kind."""
        return [one for one in self.every if one.kind is kind]


def read(folder: Path, most: int | None = None) -> Cases:
    """The cases of a folder: all, or the first so many of each kind. Raises StackError."""
    found = Cases()
    for name, make in ((PLANS, _plan), (SETTLEMENTS, _settlement)):
        path = folder / name
        if not path.is_file():
            raise StackError(f"{path} is not there: give the folder that holds {PLANS} and {SETTLEMENTS}")
        found.bad += [(name, number, reason) for number, reason in _read(path, most, make, found.every)]
    return found


def _read(
    path: Path, most: int | None, make: Callable[[Row], Case], into: list[Case]
) -> list[tuple[int, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(enumerate(csv.DictReader(lines), 2))[:most]
    return take_each(rows, lambda _, row: into.append(make(row)))


def product() -> ProductPublished:
    """What these loans have in common: level instalments, months of thirty days."""
    return ProductPublished(
        lender=LENDER,
        product=PRODUCT,
        product_version=1,
        effective_on=OPENED_ON,
        kind=LoanKind.TERM,
        channel=Channel.PEER_TO_PEER,
        terms=ProductTerms(annual_rate=Decimal(0), day_count="thirty_e_360"),
    )


def _plan(row: Row) -> Case:
    rate, balance = Decimal(row["int_rate"]) / 100, cents(row["hardship_payoff_balance_amount"])
    return Case(
        Kind.PLAN,
        f"plan-{int(row['case_no'])}",
        balance,
        rate,
        max(_months_left(balance, rate, cents(row["installment"])), PLAN_MONTHS + 1),
        cents(row["hardship_amount"]),
        PLAN_MONTHS,
        row["hardship_status"] == "BROKEN",
        _REASONS[row["hardship_reason"]],
    )


def _settlement(row: Row) -> Case:
    amount, share = cents(row["settlement_amount"]), Decimal(row["settlement_percentage"]) / 100
    if not 0 < share < 1:
        raise ValueError(f"settlement_percentage: {row['settlement_percentage']}")
    return Case(
        Kind.SETTLEMENT,
        f"settlement-{int(row['case_no'])}",
        int((amount / share).to_integral_value(ROUND_HALF_EVEN)),
        Decimal(0),
        _SETTLED_LOAN_MONTHS,
        amount,
        max(int(Decimal(row["settlement_term"] or "0")), 1),
        row["settlement_status"] == "BROKEN",
    )


def _months_left(balance: int, rate: Decimal, instalment: int) -> int:
    """How many instalments repay a balance with its interest."""
    months, left = 0, Decimal(balance)
    while left > 0:
        left += left * rate / 12 - instalment
        months += 1
        if left >= balance:
            raise ValueError("the instalment does not pay the interest")
    return months


def usd(cents: int) -> Money:
    """An amount."""
    return Money(cents, CURRENCY)
