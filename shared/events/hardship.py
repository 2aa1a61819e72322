"""What hardship tells of cases and plans: asked for, proposed, agreed, kept, broken, completed. No
circumstances and no names: these are nobody else's.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.base import Day, Event, Instant
from shared.events.loans import Code
from shared.events.parts import Part, ReliefKind, ReliefPhase
from shared.money import Money

LoanIds = Annotated[tuple[UUID, ...], Field(max_length=200)]


class PlanLoan(Part):
    """What a plan does to one loan."""

    loan_id: UUID
    part: Annotated[int, Field(ge=1, le=1_000)]
    phases: Annotated[tuple[ReliefPhase, ...], Field(max_length=50)] = ()
    forgiven_on_completion: Money | None = None
    """So much of the principal is forgiven once the plan was kept to its end, and not before."""
    returned_on_break: Annotated[tuple[ReliefKind, ...], Field(max_length=10)] = ()
    """What the plan takes back should it be broken: a lower rate holds no longer from that day on; fees,
    interest and principal that were given up are owed as if they had not been. All else stands.
    """


class PlanEvent(Event):
    """Base of what is told of one plan; the key keeps a person's plans in order."""

    person_id: UUID
    plan_id: UUID


class PlanAccepted(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """Borrower and lender have agreed: the ledger applies each loan's part, or says why it cannot."""

    accepted_on: Day
    loans: Annotated[tuple[PlanLoan, ...], Field(min_length=1, max_length=200)]


class PlanBroken(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """A plan was not kept. What it granted so far stands, but for what its terms take back; what was to come,
    or to be forgiven at its end, is not.
    """

    broken_on: Day
    loan_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]


class PlanCompleted(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """A plan was kept to its end."""

    completed_on: Day
    loan_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]


class PlanBrokenRetracted(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """The plan was not broken after all (a payment came to light): it runs on as agreed."""

    broken_event_id: UUID
    loan_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]


class PlanCompletedRetracted(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """The plan was not kept to its end after all (a payment was reversed): it runs on."""

    completed_event_id: UUID
    loan_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]


# -- from the request to the agreement -----------------------------------------------------------------------


class PlanRequested(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """The person has chosen an option: a proposal is being written."""

    case_id: UUID
    loan_ids: LoanIds


class PlanProposed(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """A plan lies before the person, with its cost and effect in their language, until a day."""

    case_id: UUID
    loan_ids: LoanIds
    expires_on: Day
    text_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the agreement's text: whoever accepts it accepts this text."""


class PlanDeclined(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """The person does not want this plan."""

    declined_at: Instant


class PlanExpired(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """Nobody answered the proposal in time: silence is no consent, and no refusal either."""

    expired_on: Day


class PlanWithdrawn(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """The person has thought better of it while they might (cooling-off)."""

    withdrawn_on: Day
    loan_ids: LoanIds


class PlanActivated(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """All parts of the plan are confirmed: it runs."""

    loan_ids: LoanIds
    activated_on: Day


class PlanReplaced(PlanEvent, topic="hardship-events", key="person_id", version=1):
    """Another plan takes the place of this one."""

    by: UUID
    loan_ids: LoanIds


class PlanInstalment(PlanEvent):
    """Base of what is told of one instalment of a plan."""

    loan_id: UUID
    due_on: Day


class PlanInstalmentKept(PlanInstalment, topic="hardship-events", key="person_id", version=1):
    """An instalment of the plan is paid, in its grace at the latest."""

    kept_on: Day


class PlanInstalmentKeptRetracted(PlanInstalment, topic="hardship-events", key="person_id", version=1):
    """The instalment was not paid after all (a payment was reversed)."""

    kept_event_id: UUID


class PlanInstalmentMissed(PlanInstalment, topic="hardship-events", key="person_id", version=1):
    """The grace of the plan's instalment is over and it is unpaid: the person is asked why, first."""

    unpaid: Money
    missed_in_a_row: Annotated[int, Field(ge=1)]


class PlanInstalmentMissedRetracted(PlanInstalment, topic="hardship-events", key="person_id", version=1):
    """The instalment was paid after all (a payment came to light)."""

    missed_event_id: UUID


# -- cases ---------------------------------------------------------------------------------------------------


class CaseEvent(Event):
    """Base of what is told of one case of a person."""

    person_id: UUID
    case_id: UUID


class HardshipOpened(CaseEvent, topic="hardship-events", key="person_id", version=1):
    """Hardship is looked at, for these loans of the person."""

    loan_ids: LoanIds
    opened_at: Instant
    answer_by: Day


class HardshipRefused(CaseEvent, topic="hardship-events", key="person_id", version=1):
    """No relief is granted, for this reason; the person may appeal until a day."""

    reason: Code
    appeal_by: Day


class AppealDecided(CaseEvent, topic="hardship-events", key="person_id", version=1):
    """Somebody else has looked at the refusal."""

    upheld: bool
    """The refusal stands; otherwise the case is open again."""
    reason: Code
    decided_at: Instant


class HardshipClosed(CaseEvent, topic="hardship-events", key="person_id", version=1):
    """The case is over."""

    outcome: Code
    closed_on: Day


class NothingAffordable(CaseEvent, topic="hardship-events", key="person_id", version=1):
    """No relief of the whole vocabulary is affordable now: token payments or mediation remain."""

    loan_ids: LoanIds
    next_step: Code
    """`token_payments`, `breathing_space` or `mediation`."""


class Finding(StrEnum):
    """Whether the person was right."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class DisputeResolved(Event, topic="hardship-events", key="person_id", version=1):
    """What was disputed is settled between the two."""

    person_id: UUID
    dispute_id: UUID
    loan_id: UUID
    outcome: Finding
    resolved_at: Instant


class ComplaintResolved(Event, topic="hardship-events", key="person_id", version=1):
    """A complaint is answered."""

    person_id: UUID
    complaint_id: UUID
    outcome: Finding
    resolved_at: Instant
