"""What the ledger tells: what is owed, missed, paid, late, cured, and how the record stands."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.base import Day, Event, LenderName, Reference
from shared.events.loans import Code, FailureReason
from shared.events.parts import BucketAmount, Components, Freeze, PlanPart, ReliefPhase, ScheduledInstalment
from shared.money import Money

InstalmentNumber = Annotated[int, Field(ge=1, le=2_000)]


class LedgerEvent(Event):
    """Base of what the ledger tells of one loan."""

    loan_id: UUID


class LoanRegistered(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """A loan is in the books."""

    lender: LenderName
    loan_reference: Reference
    owed: Money
    """All that is still to be paid, due or not."""
    opened_on: Day
    cut_over_on: Day | None = None
    """It was taken over from another system, with what was owed at the beginning of this day."""
    standing: BucketAmount | None = None
    """How late it was then. This is no news to its borrower: only what comes later is told."""
    came_from: UUID | None = None
    """The loan that it was with its former lender: whose it is and what was agreed go with it."""


class LoanMoved(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """The loan is in the books as another one from a day on: nobody is asked for anything here any more."""

    to_loan_id: UUID
    to_lender: LenderName
    to_loan_reference: Reference
    moved_on: Day
    reason: Code
    """`transferred` to another lender, or `replaced` by a new loan of the same one."""


class InstalmentDueSoon(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """An instalment falls due in some days and is not paid yet."""

    instalment: InstalmentNumber
    due_on: Day
    unpaid: Money


class PaymentMissed(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """An instalment was not paid when its grace ended, and the platform's reports cover that day.

    It is told once for each instalment.
    """

    instalment: InstalmentNumber
    due_on: Day
    grace_ended_on: Day
    unpaid: Money
    days_past_due: Annotated[int, Field(ge=0)]
    failure: FailureReason | None = None
    late_fee: Money | None = None
    """What the ledger has charged for it, due with the next instalment."""


class PaymentMissedRetracted(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """The instalment was not missed after all (a payment came to light). Its late fee is taken back too."""

    instalment: InstalmentNumber
    missed_event_id: UUID


class PaymentApplied(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """A reported payment has been set against what is owed."""

    payment_id: UUID
    applied: Money
    credit: Money
    """Left over once nothing is unpaid. It belongs to the borrower."""
    components: Components | None = None
    value_on: Day | None = None
    """When it counts from; older records do not tell."""


class PaymentReallocated(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """An earlier payment is now set against other amounts, since the history changed. No money moved."""

    payment_id: UUID
    applied: Money
    credit: Money
    components: Components | None = None
    cause: Code


class PaymentSuspended(Event, topic="ledger-events", key="lender", version=1):
    """Money came that names no loan, or several: it waits to be assigned, and its payer is not dunned."""

    lender: LenderName
    payment_id: UUID
    amount: Money
    value_on: Day
    reason: Code


class SuspenseOutcome(StrEnum):
    """What became of money in suspense."""

    ASSIGNED = "assigned"
    RETURNED = "returned"


class SuspenseEnded(Event, topic="ledger-events", key="lender", version=1):
    """Money that had been suspended was assigned to loans, or given back to its payer."""

    lender: LenderName
    payment_id: UUID
    amount: Money
    outcome: SuspenseOutcome
    loan_ids: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()
    """The loans that it was assigned to: each tells its own part as PaymentApplied."""


class DelinquencyChanged(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """A loan has moved to another stage of lateness."""

    before: BucketAmount
    after: BucketAmount
    as_of: Day


class ArrearsCured(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """Nothing is past due any more, from this day on (which may lie in the past)."""

    cured_on: Day


class ArrearsCuredRetracted(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """The arrears were not cured after all (a payment was reversed)."""

    cured_event_id: UUID
    arrears: Money


class ScheduleRevised(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """What is due when has changed: by a plan, by the platform, or by a correction."""

    effective_on: Day
    instalments: Annotated[tuple[ScheduledInstalment, ...], Field(max_length=2_000)]
    cause: Code
    plan: PlanPart | None = None


class ReliefInstructed(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """The core that is master must apply a relief, or obey a hold. Nothing is demanded until it answers."""

    instruction_id: UUID
    phases: Annotated[tuple[ReliefPhase, ...], Field(max_length=50)]
    """Of a plan; a hold has none."""
    plan: PlanPart | None = None
    freeze: Freeze | None = None


class ReliefRefused(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """A relief cannot be applied as it is."""

    plan: PlanPart
    reason: Code


class FreezeRefused(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """The core that is master does not obey a hold. An alarm: nothing is demanded until it does, or until
    people change or lift the hold.
    """

    hold_id: UUID
    instruction_id: UUID
    reason: Code


class AccelerationRefused(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """The whole debt cannot be called due now: a hold or a plan stands against it. The schedule goes on."""

    effective_on: Day
    reason: Code


class BalanceDiffers(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """The platform's balance is not ours. An alarm: never a demand, never a silent overwrite."""

    as_of: Day
    reported: Money
    computed: Money
    reported_components: Components | None = None
    computed_components: Components | None = None
    """Where the platform said what its balance is made of."""


class StatementMade(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """A card's statement stands in the books: made by the ledger, or taken from the platform's core."""

    statement_reference: Reference
    by_ledger: bool
    issued_on: Day
    due_on: Day
    balance: Money
    """All that is owed at the end of its day; below zero: the borrower has so much to good."""
    minimum_payment: Money
    past_due: Money
    """What of the minimum payment earlier statements asked for already."""
    interest: Money
    """Charged with this statement."""
    components: Components | None = None
    """What the balance is made of."""


class LimitExceeded(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """More was drawn than the limit allows. Nothing is charged for it, and nothing falls due by it."""

    limit: Money
    principal: Money
    exceeded_on: Day


class LimitRestored(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """What was drawn is within the limit again, from this day on."""

    exceeded_event_id: UUID
    restored_on: Day


class LimitExceededRetracted(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """The limit was not exceeded then after all (a payment came to light, a draw was reversed)."""

    exceeded_event_id: UUID


class FeedSuspicion(StrEnum):
    """Why a lender's feed is not believed."""

    SILENT = "silent"
    INCOMPLETE = "incomplete"
    TOO_MANY_MISSED = "too_many_missed"


class FeedLate(Event, topic="ledger-events", key="lender", version=1):
    """A lender's reports are late or unlikely: meanwhile nobody is told of missed instalments there."""

    lender: LenderName
    complete_through: Day | None
    reason: FeedSuspicion


class HoldUnanswered(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """A hold that the platform asked for is obeyed, and nobody has placed or refused it within a week. It
    goes on until somebody does.
    """

    hold_reference: Reference
    requested_on: Day


class LoanRepaid(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """Nothing is owed any more."""

    repaid_on: Day
    credit: Money


class LoanRepaidRetracted(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """Something is owed again (a payment was reversed)."""

    repaid_event_id: UUID
    owed: Money


class CreditStatusChanged(LedgerEvent, topic="ledger-events", key="loan_id", version=1):
    """How the loan stands in credit records has changed, by which rule; a correction says that it is one."""

    scheme: Code
    before: Annotated[str, Field(max_length=30)]
    after: Annotated[str, Field(max_length=30)]
    rule: Code
    as_of: Day
    correction: bool = False
