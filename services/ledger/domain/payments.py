"""Money that comes, is on its way, does not come, or goes back; fees, credits and what the platform's core
changes.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from services.ledger.domain import facts
from services.ledger.domain.consequences import settle
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Entry, Loan, Pending
from services.ledger.domain.product_terms import check_rate
from services.ledger.domain.provided import CurrencyDiffers, planned
from services.ledger.domain.reallocation import components_of, payment_id, reallocated
from services.ledger.domain.recording import Recorded, record, report_anew, take_back
from services.ledger.domain.terms import Repayment
from shared.decision import Context, Decision, Need, Wait
from shared.errors import Refused
from shared.events.base import Event
from shared.events.ledger import PaymentApplied, PaymentReallocated, ScheduleRevised
from shared.events.loans import (
    AmountDrawn,
    CreditGranted,
    DebitScheduled,
    FeeCharged,
    FeeWaived,
    LimitChanged,
    LoanClosed,
    LoanReopened,
    PaymentFailed,
    PaymentPending,
    PaymentReceived,
    PaymentReversed,
    RateChanged,
    ScheduleChanged,
    StatementIssued,
    full_reference,
)
from shared.events.parts import PlanPart, ScheduledInstalment
from shared.events.servicing import LoanAccelerated, LoanReinstated, LoanWrittenOff, WriteOffReversed
from shared.events.takeover import LoanMigrated
from shared.money import Money
from shared.quick import replace


class NotAnAmount(Refused):
    """An amount must be above zero. Money that goes back is a reversal."""


class BeforeOpening(Refused):
    """Nothing can have happened to a loan before it was opened, or before the cut-over at which it was taken
    over: its opening balances hold all that came before. A person must decide what such a report changes.
    """


class DirectionTooLarge(Refused):
    """The parts that the borrower directs must not exceed the payment."""


class AlreadyReversed(Refused):
    """This payment was reversed before."""


class ScheduleNotProvided(Refused):
    """Only a loan whose schedule the platform provides can get another one."""


CLOSED, WRITTEN_OFF, ACCELERATED = "closed", "write_off", "accelerated"
"""How what ends a loan, or calls it due, is called in the file: each is there once at a time."""
TAKEN_OVER = "takeover"
"""How the file calls what a loan was taken over with."""


def payment_reference(name: str) -> str:
    """How a payment is called in the loan's file."""
    return f"payment:{name}"


def credit_reference(event: CreditGranted) -> str:
    """How a credit is called in the loan's file."""
    return f"credit:{full_reference(event.credit_reference, event.reported_by)}"


def references(message: object) -> tuple[str, ...]:
    """The facts of its loan that a message names, or brings."""
    named = _NAMED.get(type(message))
    return () if named is None else (named(message),)


def _waiver(event: FeeWaived) -> str:
    return f"waiver:{event.fee_reference}:{event.value_on}:{event.amount.minor}"


def receive(loan: Loan, event: PaymentReceived, context: Context) -> Decision[Loan] | Need:
    """Set a payment, or the loan's part of it, against what is owed. What is left over is the borrower's."""
    amount = part_of(loan, event)
    fact = facts.Payment(
        event.value_on,
        payment_reference(event.full_reference),
        amount_of(loan, amount, event.value_on),
        direction=_direction(event, amount),
    )
    recorded = record(loan, fact, context)
    if isinstance(recorded, Need):
        return recorded
    if recorded is None:
        return Decision(loan)
    events: list[Event] = [
        PaymentApplied(
            loan_id=loan.id,
            payment_id=payment_id(loan, event.full_reference),
            applied=loan.money(recorded.went.applied),
            credit=loan.money(recorded.went.credit),
            components=components_of(loan, recorded.went),
            value_on=event.value_on,
        ),
        *reallocated(recorded, "payment_received"),
    ]
    after = recorded.loan
    if after.pending:
        after = replace(after, pending=without(after, event.full_reference))
    return settle(after, context, events)


def reverse(loan: Loan, event: PaymentReversed, context: Context) -> Decision[Loan] | Need | Wait:
    """A payment counts no more, as if it had never been; what it had paid is owed again, from when it was
    due.
    """
    entry = loan.entry(payment_reference(event.full_reference))
    if entry is None:
        return Wait(f"the payment {event.full_reference} has not been reported")
    if entry.reversed_on is not None:
        if entry.reversed_on == event.reversed_on:
            return Decision(loan)
        raise AlreadyReversed(payment_reference=event.full_reference, reversed_on=entry.reversed_on)
    gone = Entry(entry.fact, event.reversed_on, event.reason.value)
    recorded = take_back(loan, gone, context)
    if isinstance(recorded, Need):
        return recorded
    return settle(recorded.loan, context, told_of_reversal(recorded, entry.fact))


def told_of_reversal(recorded: Recorded, fact: Fact) -> list[Event]:
    """What is told of a fact that was taken back, and of the payments that went elsewhere because of it."""
    loan = recorded.loan
    if isinstance(fact, facts.Payment):
        taken = PaymentReallocated(
            loan_id=loan.id,
            payment_id=payment_id(loan, fact.reference.removeprefix("payment:")),
            applied=loan.money(0),
            credit=loan.money(0),
            cause="payment_reversed",
        )
        return [taken, *reallocated(recorded, "payment_reversed")]
    events: list[Event] = []
    if isinstance(fact, facts.ScheduleChange | facts.RateChange | facts.Acceleration):
        events.append(revised(loan, fact.value_on, "corrected"))
    return [*events, *reallocated(recorded, "corrected")]


def expect(loan: Loan, event: PaymentPending | DebitScheduled, context: Context) -> Decision[Loan]:
    """A payment is on its way, or will be drawn: what it covers is not missed meanwhile."""
    on = event.debit_on if isinstance(event, DebitScheduled) else event.expected_on
    coming = Pending(event.full_reference, amount_of(loan, event.amount, loan.opened_on), on)
    if coming in loan.pending or loan.entry(payment_reference(event.full_reference)) is not None:
        return Decision(loan)
    others = (one for one in loan.pending if one.in_suspense or one.reference != coming.reference)
    pending = (*others, coming)
    return settle(replace(loan, pending=pending, version=loan.version + 1), context)


def fail(loan: Loan, event: PaymentFailed, context: Context) -> Decision[Loan]:
    """A payment that was expected did not come; should its instalment be missed, the reason is told
    with it.
    """
    after = replace(
        loan,
        pending=without(loan, event.full_reference),
        failure=event.reason,
        version=loan.version + 1,
    )
    return settle(after, context)


def credit(loan: Loan, event: CreditGranted, context: Context) -> Decision[Loan] | Need:
    """The lender credits the borrower. It settles what is owed, and is no payment of the borrower's."""
    amount = amount_of(loan, event.amount, event.value_on)
    fact = facts.Credit(event.value_on, credit_reference(event), amount, event.reason)
    return _changed(loan, fact, context, "credit_granted")


def charge(loan: Loan, event: FeeCharged, context: Context) -> Decision[Loan] | Need:
    """A fee or penalty is owed."""
    amount = amount_of(loan, event.amount, event.value_on)
    fact = facts.Fee(
        event.value_on, f"fee:{event.fee_reference}", amount, event.value_on, penalty=event.penalty
    )
    return _changed(loan, fact, context, "fee_charged")


def waive(loan: Loan, event: FeeWaived, context: Context) -> Decision[Loan] | Need:
    """A fee is not asked for any more, in whole or in part."""
    amount = amount_of(loan, event.amount, event.value_on)
    name = f"fee:{event.fee_reference}"
    waiver = facts.FeeWaiver(event.value_on, _waiver(event), name, amount)
    return _changed(loan, waiver, context, "fee_waived")


def change_rate(loan: Loan, event: RateChanged, context: Context) -> Decision[Loan] | Need:
    """Another yearly rate holds from a day on. Told again for the same day, the newest report counts.

    Raises RateAboveCap.
    """
    not_before_opening(loan, event.effective_on)
    for cap in (loan.rules.rate_cap, loan.book.terms.cost_cap):
        check_rate(event.annual_rate, cap)
    # A card has no schedule that follows from the rate: known from its opening on, a rate of a day to come
    # does not carry its book there.
    agreed_on = loan.opened_on if loan.book.card else event.effective_on
    fact = facts.RateChange(agreed_on, f"rate:{event.effective_on}", event.annual_rate, event.effective_on)
    return _changed(loan, fact, context, "rate_changed", revises=True)


def change_schedule(loan: Loan, event: ScheduleChanged, context: Context) -> Decision[Loan] | Need:
    """The platform sent a provided schedule anew from a day on; for one day the newest it sent counts."""
    if loan.book.terms.repayment is not Repayment.PROVIDED:
        raise ScheduleNotProvided(loan_id=loan.id)
    not_before_opening(loan, event.effective_on)
    new = planned(event.instalments, loan.currency, event.effective_on)
    fact = facts.ScheduleChange(event.effective_on, f"schedule:{event.effective_on}", new)
    return _changed(loan, fact, context, event.cause, revises=True)


def _changed(
    loan: Loan, fact: Fact, context: Context, cause: str, *, revises: bool = False
) -> Decision[Loan] | Need:
    recorded = report_anew(loan, fact, context) if revises else record(loan, fact, context)
    if isinstance(recorded, Need):
        return recorded
    if recorded is None:
        return Decision(loan)
    events: list[Event] = [revised(recorded.loan, fact.value_on, cause)] if revises else []
    return settle(recorded.loan, context, [*events, *reallocated(recorded, cause)])


def revised(loan: Loan, effective_on: date, cause: str, plan: PlanPart | None = None) -> ScheduleRevised:
    """What is due when from a day on, as it is now."""
    rows = [line for line in loan.book.lines() if line.due_on >= effective_on]
    return ScheduleRevised(
        loan_id=loan.id,
        effective_on=effective_on,
        instalments=tuple(
            ScheduledInstalment(number=line.number, due_on=line.due_on, amount=loan.money(sum(line.owed)))
            for line in rows
        ),
        cause=cause,
        plan=plan,
    )


def part_of(loan: Loan, event: PaymentReceived) -> Money:
    """What of a payment is for this loan."""
    if not event.split:
        return event.amount
    parts = [one.amount for one in event.split if one.loan_reference == loan.reference]
    return sum(parts[1:], parts[0])


def _direction(event: PaymentReceived, amount: Money) -> tuple[int, int, int, int] | None:
    given = event.direction
    if given is None:
        return None
    parts = [one.minor if one else 0 for one in (given.penalty, given.fees, given.interest, given.principal)]
    if sum(parts) > amount.minor or min(parts) < 0:
        raise DirectionTooLarge(payment_reference=event.full_reference)
    penalty, fees, interest, principal = parts
    return penalty, fees, interest, principal


def amount_of(loan: Loan, amount: Money, value_on: date) -> int:
    """An amount that counts for the loan from a day. Raises CurrencyDiffers, NotAnAmount, BeforeOpening."""
    if amount.currency != loan.currency:
        raise CurrencyDiffers(expected=loan.currency, got=amount.currency)
    if amount.minor <= 0:
        raise NotAnAmount(amount=amount)
    not_before_opening(loan, value_on)
    return amount.minor


def not_before_opening(loan: Loan, on: date) -> None:
    """Raises BeforeOpening."""
    if on < loan.opened_on:
        raise BeforeOpening(on=on, opened_on=loan.opened_on)


def without(loan: Loan, reference: str) -> tuple[Pending, ...]:
    """What else is on its way: of this payment, in suspense or not, it is known what became of it."""
    return tuple(one for one in loan.pending if one.reference != reference)


_NAMED: Mapping[type, Callable[[Any], str]] = {
    PaymentReceived: lambda event: payment_reference(event.full_reference),
    PaymentReversed: lambda event: payment_reference(event.full_reference),
    PaymentPending: lambda event: payment_reference(event.full_reference),
    CreditGranted: credit_reference,
    FeeCharged: lambda event: f"fee:{event.fee_reference}",
    FeeWaived: _waiver,
    RateChanged: lambda event: f"rate:{event.effective_on}",
    LoanMigrated: lambda _: TAKEN_OVER,
    LoanClosed: lambda _: CLOSED,
    LoanReopened: lambda _: CLOSED,
    LoanWrittenOff: lambda _: WRITTEN_OFF,
    WriteOffReversed: lambda _: WRITTEN_OFF,
    AmountDrawn: lambda event: f"draw:{event.draw_reference}",
    StatementIssued: lambda event: f"statement:{event.statement_reference}",
    LimitChanged: lambda event: f"limit:{event.effective_on}",
    ScheduleChanged: lambda event: f"schedule:{event.effective_on}",
    LoanAccelerated: lambda _: ACCELERATED,
    LoanReinstated: lambda _: ACCELERATED,
    DebitScheduled: lambda event: payment_reference(event.full_reference),
}
