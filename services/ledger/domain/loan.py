"""A loan as the ledger knows it: its schedule, what was paid, and the postings that each change leaves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.money import Money


class Account(StrEnum):
    """The sides of the loan's journal. Every change is posted with a sum of zero."""

    RECEIVABLE = "receivable"
    DISBURSED = "disbursed"
    CASH = "cash"
    BORROWER_CREDIT = "borrower_credit"


@dataclass(frozen=True, slots=True)
class Instalment:
    """One amount due on a date, and what of it is unpaid."""

    due_on: date
    amount: Money
    unpaid: Money


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a change: positive amounts are debits. `cause` is the loan event's reference (a payment, the opening)."""

    cause: str
    account: Account
    amount: Money
    value_on: date


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that was taken into account."""

    payment_id: UUID
    reference: str
    amount: Money
    value_on: date


@dataclass(frozen=True, slots=True)
class Loan:
    """One debt. `payments` holds those that this batch's messages name or add, not all there ever were.

    `new_payments` and `new_postings` are what was added since the loan was loaded.
    """

    id: UUID
    lender: str
    reference: str
    currency: str
    opened_on: date
    schedule: tuple[Instalment, ...]
    credit: Money
    version: int = 0
    payments: tuple[Payment, ...] = ()
    new_payments: tuple[Payment, ...] = ()
    new_postings: tuple[Posting, ...] = ()

    @property
    def unpaid(self) -> Money:
        """What is still to be paid, due or not."""
        return sum((i.unpaid for i in self.schedule), Money.zero(self.currency))

    def payment(self, reference: str) -> Payment | None:
        """The payment with this reference, if it was taken into account before."""
        return next((p for p in (*self.payments, *self.new_payments) if p.reference == reference), None)

    def changed(
        self,
        *,
        schedule: tuple[Instalment, ...],
        credit: Money,
        payment: Payment,
        postings: Sequence[Posting],
    ) -> "Loan":
        """The loan after a payment."""
        return replace(
            self,
            schedule=schedule,
            credit=credit,
            version=self.version + 1,
            new_payments=(*self.new_payments, payment),
            new_postings=(*self.new_postings, *postings),
        )
