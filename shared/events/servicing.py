"""What platforms tell of a loan beside payments: reliefs confirmed, owners, agencies, courts, people."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.events.base import Day, Instant, LenderName, Reference
from shared.events.loans import Code, LoanEvent
from shared.events.parts import Freezes, HoldReason, LenderShare, Party, Purpose, ScheduledInstalment
from shared.money import Money


class ReliefApplied(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The core that is master has done what it was instructed to do."""

    instruction_id: UUID
    applied_on: Day
    instalments: Annotated[tuple[ScheduledInstalment, ...], Field(max_length=2_000)] = ()


class ReliefRejected(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The core that is master refuses an instruction."""

    instruction_id: UUID
    rejected_on: Day
    reason: Code


class LoanTransferred(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The loan belongs to another lender from a date on; plans, holds and disputes go with it.

    It is told on that day or later. The new lender's platform does not open the loan: it is there.
    """

    to_lender: LenderName
    to_loan_reference: Reference
    effective_on: Day
    parties: Annotated[tuple[Party, ...], Field(max_length=20)] = ()
    """The persons, by the new lender's own references; where they are missing, it tells them itself."""


class LoanTakenOver(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The loan was another lender's until a day. The ledger tells it itself, of a LoanTransferred; from
    elsewhere it counts only once that has come.
    """

    from_lender: LenderName
    from_loan_reference: Reference
    effective_on: Day
    parties: Annotated[tuple[Party, ...], Field(max_length=20)] = ()


class SharesChanged(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """From a date on the loan belongs to these lenders in these shares: one has sold a share to another."""

    effective_on: Day
    shares: Annotated[tuple[LenderShare, ...], Field(min_length=1, max_length=1_000)]
    """All holders from that day on, not only those whose share has changed: they add up to one."""

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        if sum(one.share for one in self.shares) != 1:
            raise ValueError("the lenders' shares must add up to exactly 1")
        return self


class LoanAccelerated(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The whole debt was called due."""

    effective_on: Day
    amount: Money


class LoanReinstated(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The debt is no longer called due as a whole: the schedule holds again, as if it never had been."""

    reinstated_on: Day
    reason: Code


class WriteOffKind(StrEnum):
    """What a write-off means to the borrower."""

    ACCOUNTING = "accounting"
    FORGIVEN = "forgiven"


class LoanWrittenOff(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The lender has written the loan off: in its accounts only, or truly forgiven."""

    written_off_on: Day
    amount: Money
    kind: WriteOffKind


class WriteOffReversed(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A write-off is undone."""

    reversed_on: Day


class LoanPlaced(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """An agency collects for the lender."""

    agency: Code
    placed_on: Day


class LoanRecalled(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The agency collects no more."""

    agency: Code
    recalled_on: Day


class LegalActionStarted(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The lender has gone to court."""

    action_reference: Reference
    started_on: Day
    kind: Code


class LegalActionEnded(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A court action is over."""

    action_reference: Reference
    ended_on: Day
    outcome: Code


class PartyChange(StrEnum):
    """What happened to a person's part in a loan."""

    ADDED = "added"
    REMOVED = "removed"


class PartyChanged(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A person became, or is no longer, part of a loan (joint borrower, guarantor, executor, carer …)."""

    party: Party
    change: PartyChange
    effective_on: Day


class HoldRequested(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """The platform asks for a hold: hardship decides on it, and every service obeys at once."""

    hold_reference: Reference
    borrower_reference: Reference | None = None
    """Whose hold it is; missing means everyone's who is part of the loan."""
    reason: HoldReason
    freezes: Freezes | None = None
    starts_on: Day
    ends_on: Day | None = None
    disputed: Money | None = None
    """What part of the loan is disputed; missing, where the reason is a dispute, means all of it."""


class ContactDirection(StrEnum):
    """Who contacted whom."""

    TO_BORROWER = "to_borrower"
    FROM_BORROWER = "from_borrower"


class ContactReported(LoanEvent, topic="loan-events", key="loan_id", version=1, per_lender=True):
    """A contact that was made outside; it counts toward the borrower's caps."""

    contact_reference: Reference
    borrower_reference: Reference
    medium: Code
    purpose: Purpose
    direction: ContactDirection = ContactDirection.TO_BORROWER
    made_at: Instant
    reached: bool = True
