"""What an offer makes of loans, as the ledger reckons it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.mediation.domain.case import LoanFigures, Outlook
from shared.errors import Refused
from shared.money import Money


class ReliefNotPossible(Refused):
    """The ledger could not apply this to the loan."""


class Due(NamedTuple):
    """What falls due on a day."""

    on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What is to come of a loan, as the ledger said."""

    dues: tuple[Due, ...]
    total: Money
    cost: Money
    ends_on: date | None
    present_value: Money


@dataclass(frozen=True, slots=True)
class PricedLoan:
    """A loan as it is and as the offer would make it, or why it cannot be (`refused`)."""

    loan_id: UUID
    version: int
    before: Reckoned
    after: Reckoned | None
    refused: str | None


def outlook_of(loans: Sequence[Reckoned]) -> Outlook:
    """Of one loan, or of several together."""
    zero = Money.zero(loans[0].total.currency)
    by_month: dict[tuple[int, int], Money] = {}
    for loan in loans:
        for due in loan.dues:
            month = (due.on.year, due.on.month)
            by_month[month] = by_month.get(month, zero) + due.amount
    return Outlook(
        monthly=max(by_month.values(), default=zero),
        total=sum((one.total for one in loans), zero),
        cost=sum((one.cost for one in loans), zero),
        ends_on=max((one.ends_on for one in loans if one.ends_on is not None), default=None),
        present_value=sum((one.present_value for one in loans), zero),
    )


def figures_of(priced: Sequence[PricedLoan]) -> tuple[LoanFigures, ...]:
    """What an offer shows of each loan. Raises ReliefNotPossible."""
    return tuple(
        LoanFigures(one.loan_id, one.version, outlook_of([one.before]), outlook_of([outcome_of(one)]))
        for one in priced
    )


def outcome_of(one: PricedLoan) -> Reckoned:
    """The loan as the offer would make it. Raises ReliefNotPossible."""
    if one.after is None:
        raise ReliefNotPossible(loan_id=one.loan_id, reason=one.refused)
    return one.after
