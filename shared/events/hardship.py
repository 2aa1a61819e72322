"""What hardship tells of plans: agreed, broken, completed. No circumstances and no names: these are nobody
else's.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.base import Day, Event
from shared.events.parts import Part, ReliefKind, ReliefPhase
from shared.money import Money


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
