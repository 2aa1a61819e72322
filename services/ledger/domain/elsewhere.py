"""What still comes to a loan that is in another's books now. Money, holds and plans go on to where it is;
what its former lender has no say in any more is kept by itself and changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from services.ledger.domain import facts, journal, payments, reporting
from services.ledger.domain.course import Gone
from services.ledger.domain.feed import DayDue, Feed, feed_id
from services.ledger.domain.last_record import in_doubt, slept
from services.ledger.domain.loan import Entry, Loan
from services.ledger.domain.plan_end import ENDS
from services.ledger.domain.proposals import Approve, Assignment, Return
from services.ledger.domain.suspense import HOLDS_FOR
from services.ledger.domain.transfers import REPLACED, TRANSFERRED, passed_on
from shared.decision import Context, Decision, Key, Need, Wait
from shared.errors import Conflict, DomainError, NotHere
from shared.events.base import Event
from shared.events.hardship import PlanAccepted
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced, HoldRefused
from shared.events.ids import loan_id
from shared.events.loans import (
    BalanceReported,
    CreditGranted,
    DebitScheduled,
    LoanClosed,
    LoanOpened,
    LoanReplaced,
    PaymentFailed,
    PaymentPending,
    PaymentReceived,
    PaymentReversed,
    UnassignedPaymentReceived,
)
from shared.events.servicing import HoldRequested, LoanTransferred
from shared.quick import replace


class LoanElsewhere(NotHere):
    """This loan is in the books as another one now: what happens to it is told there."""


class CorrectedElsewhere(Conflict):
    """This loan is in the books as another one now: put that one's file right."""


_ENDS_OF_PLANS = tuple(ENDS)


def guard(loan: Loan, message: Any, context: Context) -> Decision[Loan] | Need | Wait | None:
    """What a loan that has gone says to a message; None where the message is decided as ever."""
    gone = loan.course.gone
    if gone is None or isinstance(message, LoanOpened | BalanceReported):
        return None
    if isinstance(message, Approve):
        return in_doubt(loan, _approved(loan, gone, message), context)
    if isinstance(message, DayDue):
        return _look(loan, context)
    try:
        return _answer(loan, gone, message, context)
    except NotHere:
        raise
    except DomainError as refused:
        # It must not stop the payments that come after it.
        raise LoanElsewhere(**_where(gone), reason=refused.code) from refused


def _answer(loan: Loan, gone: Gone, message: Any, context: Context) -> Decision[Loan] | Wait:
    if isinstance(message, PaymentReceived | CreditGranted):
        return in_doubt(loan, _money(loan, gone, message), context)
    if isinstance(message, PaymentReversed):
        reversed_ = _reversal(loan, gone, message)
        return reversed_ if isinstance(reversed_, Wait) else in_doubt(loan, reversed_, context)
    known = isinstance(message, LoanTransferred | LoanReplaced) and _successor(message) == gone.loan_id
    if known or isinstance(message, LoanClosed):
        return Decision(loan)
    return Decision(loan, hands_on=[_handed_on(loan, gone, message, context)])


def _look(loan: Loan, context: Context) -> Decision[Loan] | Need:
    """Its day has come: nothing is left to tell of it but the end of its credit record."""
    if (key := Key(Feed.__name__, feed_id(loan.lender))) not in context.others:
        return Need(keys=[key])
    feed: Feed | None = context.others[key]
    reported = reporting.report(loan, context, feed.complete_through(loan.product) if feed else None)
    if isinstance(reported, Need):
        return reported
    after, timers = slept(reported[0], context)
    return Decision(after, reported[1], timers)


def _handed_on(loan: Loan, gone: Gone, message: Any, context: Context) -> Event:
    """What neither moves money nor changes anything here, as it is told where the loan is now."""
    changes: dict[str, Any]
    match message:
        case PaymentPending() | DebitScheduled() | PaymentFailed():
            changes = _there(loan, gone, message)
        case UnassignedPaymentReceived():
            return _hinted(loan, gone, message, context)
        case HoldRequested():
            # A person's name at the former lender may be another person's at the new one.
            changes = {**_names(gone), "borrower_reference": None}
        case HoldPlaced() | HoldChanged() | HoldLifted() | HoldRefused():
            changes = {"loan_id": gone.loan_id}
        case PlanAccepted():
            mine = [one for one in message.loans if one.loan_id == loan.id]
            changes = {"loans": tuple(one.model_copy(update={"loan_id": gone.loan_id}) for one in mine)}
        case _ if isinstance(message, _ENDS_OF_PLANS):
            changes = {"loan_ids": (gone.loan_id,)}
        case _:
            raise LoanElsewhere(**_where(gone))
    return _retold(message, changes)


def _money(loan: Loan, gone: Gone, event: PaymentReceived | CreditGranted) -> Decision[Loan]:
    """Money for the loan where it is now; its former lender, who got it, owes it to the new one."""
    changes = _there(loan, gone, event)
    if isinstance(event, PaymentReceived):
        name, amount = payments.payment_reference(event.full_reference), payments.part_of(loan, event)
        changes |= {"amount": amount, "split": (), "direction": None if event.split else event.direction}
        changes["payer_reference"] = None
    else:
        name, amount = payments.credit_reference(event), event.amount
    minor = payments.amount_of(loan, amount, event.value_on)
    on = _retold(event, changes)
    known = loan.entry(name)
    if known is not None:
        # Told again: whoever has it already takes it as that.
        return Decision(loan, hands_on=[on] if isinstance(known.fact, facts.PassedOn) else [])
    fact = facts.PassedOn(event.value_on, name, minor)
    after = replace(loan, added=(*loan.added, Entry(fact)), version=loan.version + 1)
    if _sold(loan, gone):
        kind = (
            facts.Credit(event.value_on, name, minor, event.reason)
            if isinstance(event, CreditGranted)
            else fact
        )
        after = replace(after, postings=(*after.postings, *journal.postings(passed_on(loan, kind))))
    return Decision(after, hands_on=[on])


def _reversal(loan: Loan, gone: Gone, event: PaymentReversed) -> Decision[Loan] | Wait:
    """A payment is taken back that was set against the loan before it went, or passed on since."""
    entry = loan.entry(payments.payment_reference(event.full_reference))
    if entry is None:
        return Wait(f"the payment {event.full_reference} has not been reported")
    handed = isinstance(entry.fact, facts.PassedOn) or entry.reversal in (TRANSFERRED, REPLACED)
    if entry.reversed_on is None and not handed and not _sold(loan, gone):
        # What it had paid was paid off by the new loan: people say who owes it now.
        raise LoanElsewhere(**_where(gone), payment_reference=event.full_reference)
    on = _retold(event, _there(loan, gone, event))
    if entry.reversed_on is not None and entry.reversal != TRANSFERRED:
        # Told again; or it is the new loan's affair since the day on which that took this one's place.
        return Decision(loan, hands_on=[on] if handed else [])
    taken = Entry(entry.fact, event.reversed_on, event.reason.value)
    after = replace(loan, reversed=(*loan.reversed, taken), version=loan.version + 1)
    if _sold(loan, gone):
        after = replace(after, postings=(*after.postings, *journal.postings(passed_on(loan, entry.fact, -1))))
    return Decision(after, hands_on=[on])


def _hinted(loan: Loan, gone: Gone, event: UnassignedPaymentReceived, context: Context) -> PaymentPending:
    """Money in suspense may be for the loan: where it is now, that is a payment on its way."""
    return PaymentPending(
        **_there(loan, gone, event),
        payment_reference=event.payment_reference,
        amount=event.amount,
        expected_on=loan.today(context.now) + HOLDS_FOR,
    )


def _approved(loan: Loan, gone: Gone, command: Approve) -> Decision[Loan]:
    """What two people agreed on: money for the loan goes on to it. Raises CorrectedElsewhere."""
    content = command.content
    if isinstance(content, Assignment) and (payment := content.payment_for(loan.reference)) is not None:
        return _money(loan, gone, payment)
    if isinstance(content, Assignment | Return):
        return Decision(loan)
    raise CorrectedElsewhere(**_where(gone))


def _retold(event: Event, changes: Mapping[str, Any]) -> Event:
    """The event with other contents: a new one, which keeps no id that was worked out from the old ones."""
    fields = {name: getattr(event, name) for name in type(event).model_fields}
    return type(event)(**{**fields, **changes})


def _sold(loan: Loan, gone: Gone) -> bool:
    return gone.lender != loan.lender


def _successor(event: LoanTransferred | LoanReplaced) -> Any:
    if isinstance(event, LoanReplaced):
        return loan_id(event.lender, event.replaced_by)
    return loan_id(event.to_lender, event.to_loan_reference)


def _names(gone: Gone) -> dict[str, Any]:
    return {"lender": gone.lender, "loan_reference": gone.loan_reference}


def _there(loan: Loan, gone: Gone, event: Event) -> dict[str, Any]:
    """What says of an event for which loan it is now, and by which former lenders it came."""
    former = getattr(event, "reported_by", ())
    return {**_names(gone), "reported_by": (loan.lender, *former) if _sold(loan, gone) else former}


def _where(gone: Gone) -> dict[str, Any]:
    return {"loan_id": gone.loan_id, "since": gone.on}
