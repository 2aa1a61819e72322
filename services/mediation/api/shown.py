"""How contents and offers are shown."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.mediation.domain.case import (
    Audience,
    Content,
    ContentKind,
    Offer,
    OfferStatus,
    Outlook,
    Seat,
)
from shared.events.hardship import PlanLoan
from shared.events.mediation import Side
from shared.money import Money


class ContentShown(BaseModel):
    """That something was handed in."""

    content_id: UUID
    kind: ContentKind
    by: Seat
    audience: Audience
    at: datetime
    media_type: str
    size_bytes: int

    @classmethod
    def of(cls, one: Content) -> "ContentShown":
        """Without what it says."""
        return cls(
            content_id=one.id,
            kind=one.kind,
            by=one.by,
            audience=one.audience,
            at=one.at,
            media_type=one.media_type,
            size_bytes=one.size_bytes,
        )


class OutlookShown(BaseModel):
    """What is to come."""

    monthly: Annotated[Money, Field(description="The most that falls due in one calendar month")]
    total: Money
    cost: Annotated[Money, Field(description="Interest, fees and penalties among the total")]
    ends_on: date | None
    present_value: Annotated[Money, Field(description="To the lender, at the loans' own rates")]

    @classmethod
    def of(cls, one: Outlook) -> "OutlookShown":
        """As the ledger reckoned it."""
        return cls(
            monthly=one.monthly,
            total=one.total,
            cost=one.cost,
            ends_on=one.ends_on,
            present_value=one.present_value,
        )


class LoanFiguresShown(BaseModel):
    """A loan as it is, and as the offer would make it."""

    loan_id: UUID
    version: Annotated[int, Field(description="Of the loan that was priced")]
    before: OutlookShown
    after: OutlookShown


class AnswerShown(BaseModel):
    """What a side said."""

    side: Side
    accepted: bool
    at: datetime


class OfferShown(BaseModel):
    """An offer with what it costs each side."""

    offer_id: UUID
    by: Seat
    status: OfferStatus
    loans: list[PlanLoan]
    figures: list[LoanFiguresShown]
    after: Annotated[OutlookShown, Field(description="Over all its loans")]
    capacity_known: Annotated[
        bool, Field(description="Whether it is known what the person can pay in a month")
    ]
    capacity: Annotated[
        Money | None, Field(description="What the person can pay in a month; never shown to the lender")
    ]
    doubt: Annotated[str, Field(description="Why the mediator had to look first, or empty")]
    made_at: datetime
    answer_by: date
    answers: list[AnswerShown]
    ended_at: datetime | None
    reason: Annotated[str, Field(description="Why it could not be put into force once agreed, or empty")]

    @classmethod
    def to(cls, one: Offer, seat: Seat) -> "OfferShown":
        """The offer as it is shown to whoever sits there."""
        return cls(
            offer_id=one.id,
            by=one.by,
            status=one.status,
            loans=list(one.loans),
            figures=[
                LoanFiguresShown(
                    loan_id=each.loan_id,
                    version=each.version,
                    before=OutlookShown.of(each.before),
                    after=OutlookShown.of(each.after),
                )
                for each in one.figures
            ],
            after=OutlookShown.of(one.after),
            capacity_known=one.capacity is not None,
            capacity=one.capacity if seat in (Seat.BORROWER, Seat.MEDIATOR) else None,
            doubt=one.doubt,
            made_at=one.made_at,
            answer_by=one.answer_by,
            answers=[AnswerShown(side=a.side, accepted=a.accepted, at=a.at) for a in one.answers],
            ended_at=one.ended_at,
            reason=one.reason,
        )
