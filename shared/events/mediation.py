"""What mediation tells of its cases: by ids and codes. What a side has said is known to the case alone."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.base import Day, Event, Instant, LenderName
from shared.events.hardship import PlanLoan
from shared.events.ids import name_id
from shared.events.loans import Code


class Side(StrEnum):
    """Who of the two."""

    BORROWER = "borrower"
    LENDER = "lender"


class CaseEvent(Event):
    """Base of what is told of one case; the key keeps a case's events in order."""

    case_id: UUID
    person_id: UUID


class MediationOpened(CaseEvent, topic="mediation-events", key="case_id", version=1):
    """A case is open: both sides are asked whether they take part, and what is open between them rests."""

    lender: LenderName
    loan_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]
    opened_at: Instant
    asked_by: Code
    """`borrower`, `lender`, `adviser` or `hardship`."""
    answer_by: Day
    request_id: UUID | None = None
    """Of the request (MediationRequested) that it follows from."""


class MediationDeclined(CaseEvent, topic="mediation-events", key="case_id", version=1):
    """A side does not take part, or did not answer in time: silence is no consent."""

    side: Side
    reason: Code
    declined_at: Instant


class MediatorAppointed(CaseEvent, topic="mediation-events", key="case_id", version=1):
    """A mediator, in conflict with neither side, has the case; another one before is replaced."""

    mediator_id: UUID
    appointed_at: Instant
    replaces: UUID | None = None


class StatementSubmitted(CaseEvent, topic="mediation-events", key="case_id", version=1):
    """A side has stated its view."""

    statement_id: UUID
    side: Side
    submitted_at: Instant


class OfferMade(CaseEvent, topic="mediation-events", key="case_id", version=1):
    """An offer lies before both sides: it was checked against capacity and priced before anyone saw it."""

    offer_id: UUID
    by: Code
    """`borrower`, `lender` or `mediator`."""
    made_at: Instant
    answer_by: Day


class OfferAnswered(CaseEvent, topic="mediation-events", key="case_id", version=1):
    """A side has answered an offer."""

    offer_id: UUID
    side: Side
    accepted: bool
    answered_at: Instant


class SettlementReached(CaseEvent, topic="mediation-events", key="case_id", version=1):
    """Both sides have agreed on an offer: hardship makes it the plan `plan_of_settlement(settlement_id)`."""

    settlement_id: UUID
    offer_id: UUID
    lender: LenderName
    loans: Annotated[tuple[PlanLoan, ...], Field(min_length=1, max_length=200)]
    settled_at: Instant


def plan_of_settlement(settlement_id: UUID) -> UUID:
    """The id of the plan that a settlement becomes."""
    return name_id("plan", f"settlement\n{settlement_id}")


class MediationClosed(CaseEvent, topic="mediation-events", key="case_id", version=1):
    """The case is over."""

    outcome: Code
    """`settled`, `declined`, `no_agreement`, `withdrawn`, `out_of_scope` …"""
    closed_at: Instant
    certificate_id: UUID | None = None
    """Of the paper that says that mediation was tried."""
