"""Setting payments against what is owed."""

from typing import NamedTuple

from services.ledger.domain.loan import Account, Loan, Payment, Posting, Schedule
from shared.decision import Context, Decision
from shared.errors import Conflict, Refused
from shared.events.ledger import PaymentApplied
from shared.events.loans import PaymentReceived
from shared.money import Money


class PaymentDiffers(Conflict):
    """A payment with this reference was reported before with another amount or date. Reverse it, and report
    it anew.
    """


class CurrencyDiffers(Refused):
    """A payment must be in the loan's currency."""


class NotAPayment(Refused):
    """A payment's amount must be above zero. Money that goes back is a reversal."""


class BeforeOpening(Refused):
    """A payment cannot have been made before the loan was opened."""


class Allocation(NamedTuple):
    """How a payment was set against a schedule."""

    schedule: Schedule
    applied: Money
    credit: Money


def allocate(payment: Money, schedule: Schedule) -> Allocation:
    """Set a payment against the oldest unpaid instalment first; what is left over is credit."""
    left, after = payment.minor, list(schedule.unpaid_minor)
    for number, unpaid in enumerate(after):
        if not left:
            break
        part = min(left, unpaid)
        after[number] -= part
        left -= part
    return Allocation(
        schedule=Schedule(schedule.currency, schedule.due_on, schedule.amount_minor, tuple(after)),
        applied=Money(payment.minor - left, payment.currency),
        credit=Money(left, payment.currency),
    )


def receive(loan: Loan, event: PaymentReceived, context: Context) -> Decision[Loan]:
    """Set a payment against what is owed. What is left once nothing is unpaid belongs to the borrower."""
    if event.amount.currency != loan.currency:
        raise CurrencyDiffers(expected=loan.currency, got=event.amount.currency)
    if event.amount <= Money.zero(loan.currency):
        raise NotAPayment(payment_reference=event.payment_reference)
    if event.value_on < loan.opened_on:
        raise BeforeOpening(value_on=event.value_on, opened_on=loan.opened_on)
    payment = Payment(event.payment_id, event.payment_reference, event.amount, event.value_on)
    if (known := loan.payment(payment.reference)) is not None:
        if known != payment:
            raise PaymentDiffers(payment_reference=payment.reference)
        return Decision(loan)
    allocation = allocate(event.amount, loan.schedule)
    cause, value_on = payment.reference, event.value_on
    postings = [
        Posting(cause, Account.CASH, event.amount, value_on),
        Posting(cause, Account.RECEIVABLE, -allocation.applied, value_on),
        Posting(cause, Account.BORROWER_CREDIT, -allocation.credit, value_on),
    ]
    after = loan.changed(
        schedule=allocation.schedule,
        credit=loan.credit + allocation.credit,
        payment=payment,
        postings=[posting for posting in postings if posting.amount],
    )
    applied = PaymentApplied(
        loan_id=loan.id, payment_id=payment.payment_id, applied=allocation.applied, credit=allocation.credit
    )
    return Decision(after, [applied])
