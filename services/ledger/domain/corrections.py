"""What an approved proposal does: to the money in suspense, to each loan that it names, to a product."""

from services.ledger.domain import acceleration, payments, products
from services.ledger.domain.consequences import settle
from services.ledger.domain.loan import Entry, Loan
from services.ledger.domain.opening import OPENING
from services.ledger.domain.products import Product
from services.ledger.domain.proposals import Approve, Assignment, Return, Reversal
from services.ledger.domain.recording import signed, take_back
from services.ledger.domain.suspense import Suspense, end
from shared.decision import Context, Decision, Need, Wait
from shared.errors import Conflict, NotFound, Refused
from shared.events.ids import loan_id
from shared.events.ledger import SuspenseOutcome
from shared.events.loans import CreditGranted, FeeCharged, FeeWaived, PaymentReceived, ProductPublished
from shared.quick import replace


class FactUnknown(NotFound):
    """The loan's file has no such fact."""


class AlreadyTakenBack(Conflict):
    """This fact counts no more already."""


class OpeningStands(Refused):
    """That a loan's money was paid out when it was opened cannot be taken back: close the loan instead."""


class NothingToCorrect(Conflict):
    """The loan's file says this already."""


def references(message: object) -> tuple[str, ...]:
    """The facts of its loan that a message, or an approved proposal, names or brings."""
    if not isinstance(message, Approve):
        return payments.references(message)
    match message.content:
        case Assignment() as assigned:
            return (payments.payment_reference(assigned.payment_reference),)
        case Reversal() as reversal:
            return (reversal.reference,)
    return payments.references(message.content)


def end_suspense(suspense: Suspense, command: Approve, context: Context) -> Decision[Suspense]:
    """Money in suspense is assigned, or goes back. Raises SuspenseOver."""
    content = command.content
    assert isinstance(content, Assignment | Return), "no other proposal is about money in suspense"
    if isinstance(content, Return):
        return end(suspense, SuspenseOutcome.RETURNED, command.proposal_id, context)
    loans = tuple(loan_id(content.lender, part.loan_reference) for part in content.parts)
    return end(suspense, SuspenseOutcome.ASSIGNED, command.proposal_id, context, loans=loans)


def correct(loan: Loan | None, command: Approve, context: Context) -> Decision[Loan | None] | Need:
    """A loan gets what was approved for it; its file says by which proposal.

    Raises FactUnknown, AlreadyTakenBack, OpeningStands, NothingToCorrect, and what a platform's report would.
    """
    # Hinted at and never opened: loans that get money were there when it was proposed.
    if loan is None:
        return Decision(None)
    content = command.content
    decided: Decision[Loan] | Need | Wait
    match content:
        case Assignment() | Return():
            decided = _release(loan, content, context)
        case Reversal():
            decided = _take_back(loan, content, context)
        case PaymentReceived():
            decided = acceleration.receive(loan, content, context)
        case CreditGranted():
            decided = acceleration.credit(loan, content, context)
        case FeeCharged():
            decided = payments.charge(loan, content, context)
        case FeeWaived():
            decided = payments.waive(loan, content, context)
        case _:
            raise AssertionError("no other proposal is about a loan")
    if isinstance(decided, Need):
        return decided
    assert isinstance(decided, Decision), "a report by hand waits for nothing"
    if decided.state is loan and not isinstance(content, Assignment | Return):
        raise NothingToCorrect(loan_id=loan.id)
    return Decision(
        signed(loan, decided.state, command.proposal_id), decided.events, decided.timers, decided.sends
    )


def publish(product: Product | None, command: Approve, context: Context) -> Decision[Product]:
    """An approved product counts as one that its platform has published. Raises VersionDiffers."""
    assert isinstance(command.content, ProductPublished), "no other proposal is about a product"
    return products.publish(product, command.content, context)


def _release(loan: Loan, content: Assignment | Return, context: Context) -> Decision[Loan] | Need:
    """The loan waits for this money no longer, and gets the part that is its own."""
    payment = content.payment_for(loan.reference) if isinstance(content, Assignment) else None
    left = payments.without(loan, content.payment_reference)
    freed = replace(loan, pending=left, version=loan.version + 1) if left != loan.pending else loan
    if payment is None:
        return settle(freed, context) if freed is not loan else Decision(loan)
    known = loan.entry(payments.payment_reference(content.payment_reference))
    if known is not None and known.reversed_on is not None:
        raise AlreadyTakenBack(reference=known.fact.reference, reversed_on=known.reversed_on)
    decided = acceleration.receive(freed, payment, context)
    # The platform may have told of it meanwhile: then the loan has this payment, and only waits no longer.
    if isinstance(decided, Decision) and decided.state is freed and freed is not loan:
        return settle(freed, context)
    return decided


def _take_back(loan: Loan, content: Reversal, context: Context) -> Decision[Loan] | Need:
    entry = loan.entry(content.reference)
    if entry is None:
        raise FactUnknown(reference=content.reference)
    if entry.reversed_on is not None:
        raise AlreadyTakenBack(reference=content.reference, reversed_on=entry.reversed_on)
    if entry.fact.reference in (OPENING, payments.TAKEN_OVER):
        raise OpeningStands(reference=content.reference)
    gone = Entry(entry.fact, loan.today(context.now), content.reason.value)
    recorded = take_back(loan, gone, context)
    if isinstance(recorded, Need):
        return recorded
    after = recorded.loan
    if content.reference == payments.ACCELERATED:
        after = acceleration.marked(after, None)
    return settle(after, context, payments.told_of_reversal(recorded, entry.fact))
