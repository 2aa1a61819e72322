"""Money in suspense: it has come, and nobody knows yet for which loan. It is its payer's until that is known.

Each such payment is a state of its own. Its amount stands on the journal's account `suspense` until two
people have assigned it to loans, or given it back.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.ledger.domain.consequences import settle
from services.ledger.domain.journal import Account, Posting
from services.ledger.domain.loan import Loan, Pending
from services.ledger.domain.payments import NotAnAmount
from shared.decision import Context, Decision, Key, Need
from shared.errors import Conflict
from shared.events.ledger import PaymentSuspended, SuspenseEnded, SuspenseOutcome
from shared.events.loans import PaymentMethod, UnassignedPaymentReceived
from shared.money import Money
from shared.quick import replace

HOLDS_FOR = timedelta(days=30)
"""So long, from the day it was reported, money in suspense keeps the loans that it may be for from being told
as missed. Its payer has paid; but a hint may be wrong, and a loan that is never looked at again helps nobody.
"""


class SuspenseDiffers(Conflict):
    """This payment was reported before with other contents. Report another under a reference of its own."""


class SuspenseOver(Conflict):
    """This money is not in suspense any more: it was assigned to loans, or given back."""


class SuspenseStatus(StrEnum):
    """Where money that named no loan is now."""

    SUSPENDED = "suspended"
    ASSIGNED = "assigned"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Suspense:
    """A payment that names no loan, or several. `postings` are what has come since it was loaded."""

    id: UUID
    lender: str
    reference: str
    amount: Money
    value_on: date
    method: PaymentMethod
    payer_reference: str | None
    hints: tuple[str, ...]
    received_at: datetime
    status: SuspenseStatus = SuspenseStatus.SUSPENDED
    ended_on: date | None = None
    ended_by: UUID | None = None
    """The proposal that ended it."""
    version: int = 1
    postings: tuple[Posting, ...] = ()

    def is_told_by(self, event: UnassignedPaymentReceived) -> bool:
        """Whether a report says of this payment what is known of it."""
        if self.payer_reference not in (None, event.payer_reference):  # None: perhaps forgotten meanwhile
            return False
        told = (event.amount, event.value_on, event.method, event.hints)
        return told == (self.amount, self.value_on, self.method, self.hints)


def suspend(
    suspense: Suspense | None, event: UnassignedPaymentReceived, context: Context
) -> Decision[Suspense]:
    """Keep money that names no loan until one is found. Raises NotAnAmount, SuspenseDiffers."""
    if suspense is not None:
        if not suspense.is_told_by(event):
            raise SuspenseDiffers(payment_reference=event.payment_reference)
        return Decision(suspense)
    if event.amount.minor <= 0:
        raise NotAnAmount(amount=event.amount)
    cause = f"suspense:{event.payment_reference}"
    new = Suspense(
        event.suspense_id,
        event.lender,
        event.payment_reference,
        event.amount,
        event.value_on,
        event.method,
        event.payer_reference,
        event.hints,
        context.now,
        postings=_moved(cause, event.amount, Account.SUSPENSE, Account.CASH, event.value_on),
    )
    told = PaymentSuspended(
        lender=event.lender,
        payment_id=new.id,
        amount=event.amount,
        value_on=event.value_on,
        reason=_reason(event),
    )
    return Decision(new, [told])


def spare(loan: Loan, event: UnassignedPaymentReceived, context: Context) -> Decision[Loan] | Need:
    """Money in suspense may be for this loan: for some time nothing is told against its borrower."""
    key = Key(Suspense.__name__, event.suspense_id)
    if key not in context.others:
        return Need(keys=[key])
    suspense: Suspense | None = context.others[key]
    if suspense is None or suspense.status is not SuspenseStatus.SUSPENDED or not suspense.is_told_by(event):
        return Decision(loan)
    until = loan.today(suspense.received_at) + HOLDS_FOR
    held = Pending(event.payment_reference, event.amount.minor, until, in_suspense=True)
    if held in loan.pending:
        return Decision(loan)
    return settle(replace(loan, pending=(*loan.pending, held), version=loan.version + 1), context)


def end(
    suspense: Suspense,
    outcome: SuspenseOutcome,
    proposal: UUID,
    context: Context,
    *,
    loans: tuple[UUID, ...] = (),
) -> Decision[Suspense]:
    """The money leaves suspense: assigned it counts from the day it came; returned it is gone from today on.

    Raises SuspenseOver.
    """
    if suspense.status is not SuspenseStatus.SUSPENDED:
        raise SuspenseOver(payment_reference=suspense.reference, status=suspense.status)
    today = context.now.date()
    assigned = outcome is SuspenseOutcome.ASSIGNED
    on = suspense.value_on if assigned else max(today, suspense.value_on)
    cause = f"{outcome}:{suspense.reference}"
    after = replace(
        suspense,
        status=SuspenseStatus(outcome.value),
        ended_on=today,
        ended_by=proposal,
        version=suspense.version + 1,
        postings=(*suspense.postings, *_moved(cause, suspense.amount, Account.CASH, Account.SUSPENSE, on)),
    )
    told = SuspenseEnded(
        lender=suspense.lender,
        payment_id=suspense.id,
        amount=suspense.amount,
        outcome=outcome,
        loan_ids=loans,
    )
    return Decision(after, [told])


def _moved(cause: str, amount: Money, credited: Account, debited: Account, on: date) -> tuple[Posting, ...]:
    return (Posting(cause, debited, amount.minor, on), Posting(cause, credited, -amount.minor, on))


def _reason(event: UnassignedPaymentReceived) -> str:
    if not event.hints:
        return "no_loan_named"
    return "several_loans" if len(event.hints) > 1 else "loan_uncertain"
