"""Holds: what stands still for a person's loan, why, and from when to when. One event for each loan."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.base import Day, Event, Reference
from shared.events.loans import Code
from shared.events.parts import Freezes, HoldReason
from shared.money import Money


class HoldEvent(Event):
    """Base of what is told of a hold on one loan."""

    loan_id: UUID
    hold_id: UUID
    person_id: UUID | None = None
    """Whose hold it is; missing: everyone's who is part of the loan."""


class _HoldStated(HoldEvent):
    reason: HoldReason
    freezes: Freezes
    starts_on: Day
    ends_on: Day | None = None
    review_on: Day | None = None
    hold_reference: Reference | None = None
    """What the platform called the hold, where it was the one that asked for it (`HoldRequested`)."""
    disputed: Money | None = None
    """What part of the loan is disputed; missing, where the reason is a dispute, means all of it."""
    arrears_only: bool = False
    """Interest, penalties and ageing stand still for what was past due at the start alone; what falls due
    from then on falls due, bears interest and ages (a mortgage in a moratorium: SI 2020/1311, reg. 5).
    """


class HoldPlaced(_HoldStated, topic="holds", key="loan_id", version=1):
    """A hold is in force from its start on."""


class HoldRefused(Event, topic="holds", key="loan_id", version=1):
    """A hold that the platform asked for is not placed: what was obeyed of it meanwhile ends on this day."""

    loan_id: UUID
    hold_reference: Reference
    refused_on: Day
    reason: Code


class HoldChanged(_HoldStated, topic="holds", key="loan_id", version=1):
    """The hold stands as stated now, from its start on."""

    revision: Annotated[int, Field(ge=1, le=100_000)]
    """The how-manieth change it is: an older one never replaces a newer one."""


class HoldLifted(HoldEvent, topic="holds", key="loan_id", version=1):
    """The hold is over: from this day on it freezes nothing."""

    lifted_on: Day
