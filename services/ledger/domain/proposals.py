"""What people change takes two of them: one proposes, another approves or refuses. Nobody approves their own.

A proposal's content never changes, so that what is approved is what was proposed. Approved, it counts
at once, for all loans that it concerns or for none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.ledger.domain.loan import Loan
from services.ledger.domain.payments import amount_of
from services.ledger.domain.products import check as check_product
from services.ledger.domain.products import product_id
from services.ledger.domain.suspense import Suspense, SuspenseOver, SuspenseStatus
from shared.decision import Context, Decision, Key, Need
from shared.errors import Conflict, NotFound, Refused, StateChanged
from shared.events.ids import loan_id
from shared.events.loans import (
    CreditGranted,
    FeeCharged,
    FeeWaived,
    PaymentMethod,
    PaymentReceived,
    ProductPublished,
    ReversalReason,
)
from shared.events.parts import SplitPart
from shared.money import Money
from shared.quick import replace


class SecondPersonNeeded(Refused):
    """Whoever proposed it cannot decide on it: another person must."""


class ProposalDecided(Conflict):
    """This proposal was approved or refused before."""


class LoanOfProposalUnknown(NotFound):
    """The proposal names a loan that there is not, or that belongs to another lender."""


class SuspenseUnknown(NotFound):
    """There is no such money in suspense, or it belongs to another lender."""


class PartsDoNotAddUp(Refused):
    """The parts must add up to the payment, each above zero, in its currency and for a loan of its own."""


class NotYourLender(NotFound):
    """This lender is unknown, or is not yours to act for."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Money in suspense is for these loans."""

    lender: str
    suspense_id: UUID
    payment_reference: str
    amount: Money
    value_on: date
    method: PaymentMethod
    payer_reference: str | None
    parts: tuple[SplitPart, ...]
    hints: tuple[str, ...]

    @classmethod
    def of(cls, suspense: Suspense, parts: Sequence[SplitPart]) -> "Assignment":
        """The assignment of all of a suspended payment."""
        return cls(
            suspense.lender,
            suspense.id,
            suspense.reference,
            suspense.amount,
            suspense.value_on,
            suspense.method,
            suspense.payer_reference,
            tuple(parts),
            suspense.hints,
        )

    def payment_for(self, loan_reference: str) -> PaymentReceived | None:
        """The payment as its loan gets it: that it once was in suspense takes no day from the borrower."""
        part = next((one for one in self.parts if one.loan_reference == loan_reference), None)
        if part is None:
            return None
        return PaymentReceived(
            lender=self.lender,
            loan_reference=loan_reference,
            payment_reference=self.payment_reference,
            amount=part.amount,
            value_on=self.value_on,
            method=self.method,
            payer_reference=self.payer_reference,
        )


@dataclass(frozen=True, slots=True)
class Return:
    """Money in suspense goes back to its payer."""

    lender: str
    suspense_id: UUID
    payment_reference: str
    hints: tuple[str, ...]

    @classmethod
    def of(cls, suspense: Suspense) -> "Return":
        """The return of a suspended payment."""
        return cls(suspense.lender, suspense.id, suspense.reference, suspense.hints)


@dataclass(frozen=True, slots=True)
class Reversal:
    """A fact of a loan's file counts no more."""

    lender: str
    loan_reference: str
    reference: str
    reason: ReversalReason


Report = PaymentReceived | CreditGranted | FeeCharged | FeeWaived
"""What the platform should have reported of a loan, and did not."""
Content = Assignment | Return | Reversal | Report | ProductPublished


class ProposalStatus(StrEnum):
    """How far a proposal has come."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits for a second person, or what they said."""

    id: UUID
    lender: str
    content: Content
    proposed_by: str
    proposed_at: datetime
    status: ProposalStatus = ProposalStatus.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """The answer to whoever proposes or decides."""

    proposal_id: UUID
    status: ProposalStatus


@dataclass(frozen=True, slots=True)
class Propose:
    """Propose a change."""

    proposal_id: UUID
    content: Content


@dataclass(frozen=True, slots=True)
class Approve:
    """Approve a proposal. `content` is what was read: None where there was no such proposal."""

    proposal_id: UUID
    content: Content | None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refuse a proposal: nothing of it counts."""

    proposal_id: UUID


def loans_of(content: Content | None) -> tuple[UUID, ...]:
    """The loans that a change is for; those that were hinted at too, which wait no longer."""
    match content:
        case Assignment():
            names = [*(part.loan_reference for part in content.parts), *content.hints]
        case Return():
            names = list(content.hints)
        case None | ProductPublished():
            return ()
        case _:
            names = [content.loan_reference]
    return tuple(dict.fromkeys(loan_id(content.lender, name) for name in names))


def suspense_of(content: Content | None) -> tuple[UUID, ...]:
    """The money in suspense that a change is for."""
    return (content.suspense_id,) if isinstance(content, Assignment | Return) else ()


def products_of(content: Content | None) -> tuple[UUID, ...]:
    """The product that a change is for."""
    if isinstance(content, ProductPublished):
        return (product_id(content.lender, content.product),)
    return ()


def subject_of(content: Content) -> UUID:
    """The one thing that a proposal is about: money in suspense, a product, or a loan."""
    return (*suspense_of(content), *products_of(content), *loans_of(content))[0]


def propose(proposal: Proposal | None, command: Propose, context: Context) -> Decision[Proposal] | Need:
    """Keep a change until a second person has decided. What cannot be right is refused at once.

    Raises NotYourLender, and what speaks against the content.
    """
    content = command.content
    if not context.actor.may_act_for(content.lender):
        raise NotYourLender(lender=content.lender)
    needed = [Key(Suspense.__name__, one) for one in suspense_of(content)]
    needed += [Key(Loan.__name__, loan_id(content.lender, name)) for name in _paid(content)]
    if any(key not in context.others for key in needed):
        return Need(keys=needed)
    _check(content, context)
    if proposal is None:
        proposal = Proposal(command.proposal_id, content.lender, content, context.actor.subject, context.now)
    return Decision(proposal, answer=Proposed(proposal.id, proposal.status))


def approve(proposal: Proposal, command: Approve, context: Context) -> Decision[Proposal]:
    """A second person agrees: the change counts. Raises SecondPersonNeeded, ProposalDecided, StateChanged."""
    if command.content != proposal.content:
        raise StateChanged(proposal_id=proposal.id)
    return _decided(proposal, ProposalStatus.APPROVED, context)


def refuse(proposal: Proposal, command: Refuse, context: Context) -> Decision[Proposal]:
    """A second person does not agree. Raises SecondPersonNeeded, ProposalDecided."""
    return _decided(proposal, ProposalStatus.REFUSED, context)


def _decided(proposal: Proposal, status: ProposalStatus, context: Context) -> Decision[Proposal]:
    if proposal.status is not ProposalStatus.OPEN:
        raise ProposalDecided(status=proposal.status)
    if proposal.proposed_by == context.actor.subject:
        raise SecondPersonNeeded()
    after = replace(proposal, status=status, decided_by=context.actor.subject, decided_at=context.now)
    return Decision(after, answer=Proposed(after.id, status))


def _paid(content: Content) -> list[str]:
    """The loans that must be there."""
    match content:
        case Assignment():
            return [part.loan_reference for part in content.parts]
        case Return() | ProductPublished():
            return []
        case _:
            return [content.loan_reference]


def _check(content: Content, context: Context) -> None:
    if isinstance(content, ProductPublished):
        check_product(content, context.reference)
        return
    if isinstance(content, Assignment | Return):
        suspense: Suspense | None = context.others[Key(Suspense.__name__, content.suspense_id)]
        if suspense is None:
            raise SuspenseUnknown(suspense_id=content.suspense_id)
        if suspense.status is not SuspenseStatus.SUSPENDED:
            raise SuspenseOver(payment_reference=suspense.reference, status=suspense.status)
    if isinstance(content, Assignment):
        _check_parts(content)
    for name in _paid(content):
        loan: Loan | None = context.others[Key(Loan.__name__, loan_id(content.lender, name))]
        if loan is None:
            raise LoanOfProposalUnknown(loan_reference=name)
        _check_amount(loan, content)


def _check_parts(content: Assignment) -> None:
    amounts = [part.amount for part in content.parts]
    names = {part.loan_reference for part in content.parts}
    fits = all(one.currency == content.amount.currency and one.minor > 0 for one in amounts)
    if not fits or len(names) < len(amounts) or sum(one.minor for one in amounts) != content.amount.minor:
        raise PartsDoNotAddUp(amount=content.amount)


def _check_amount(loan: Loan, content: Content) -> None:
    """Raises CurrencyDiffers, NotAnAmount, BeforeOpening."""
    if isinstance(content, Assignment | Report):
        amount_of(loan, content.amount, content.value_on)
