"""A loan as the ledger knows it: its schedule, what was paid, and the postings that each change leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.money import Money


class Account(StrEnum):
    """The sides of the loan's journal. Every change is posted with a sum of zero."""

    RECEIVABLE = "receivable"
    DISBURSED = "disbursed"
    CASH = "cash"
    BORROWER_CREDIT = "borrower_credit"


class Instalment(NamedTuple):
    """One amount due on a date, and what of it is unpaid."""

    due_on: date
    amount: Money
    unpaid: Money


@dataclass(frozen=True, slots=True)
class Schedule:
    """All instalments of a loan by due date, packed: most messages touch one of them, so the others stay
    numbers.
    """

    currency: str
    due_on: tuple[date, ...]
    amount_minor: tuple[int, ...]
    unpaid_minor: tuple[int, ...]

    def __iter__(self) -> Iterator[Instalment]:
        for due_on, amount, unpaid in zip(self.due_on, self.amount_minor, self.unpaid_minor, strict=True):
            yield Instalment(due_on, Money(amount, self.currency), Money(unpaid, self.currency))

    @property
    def unpaid(self) -> Money:
        """What is still to be paid, due or not."""
        return Money(sum(self.unpaid_minor), self.currency)


class Posting(NamedTuple):
    """One side of a change: positive amounts are debits. `cause` is the loan event's reference (a payment,
    the opening).
    """

    cause: str
    account: Account
    amount: Money
    value_on: date


class Payment(NamedTuple):
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
    schedule: Schedule
    credit: Money
    version: int = 0
    payments: tuple[Payment, ...] = ()
    new_payments: tuple[Payment, ...] = ()
    new_postings: tuple[Posting, ...] = ()

    def payment(self, reference: str) -> Payment | None:
        """The payment with this reference, if it was taken into account before."""
        return next((p for p in (*self.payments, *self.new_payments) if p.reference == reference), None)

    def changed(
        self, *, schedule: Schedule, credit: Money, payment: Payment, postings: Sequence[Posting]
    ) -> "Loan":
        """The loan after a payment."""
        # Every field by hand: `replace` costs four times as much, and this is done for every payment.
        return Loan(
            self.id,
            self.lender,
            self.reference,
            self.currency,
            self.opened_on,
            schedule,
            credit,
            self.version + 1,
            self.payments,
            (*self.new_payments, payment),
            (*self.new_postings, *postings),
        )
