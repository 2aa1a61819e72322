"""Routes of holds: placed, changed, reviewed and lifted by officers, shown to those whose they are."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from services.hardship.api.standing import Body, LenderAsked, Standing, lenders_of
from services.hardship.domain.holds import HoldUnknown
from services.hardship.domain.holds_by_hand import ChangeHold, HoldTaken, LiftHold, PlaceHold, ReviewHold
from services.hardship.domain.standstill import HeldLoan, Hold, Standstill
from services.hardship.store import standstills
from services.hardship.store.standstills import Kind, Listed
from shared.database import transaction
from shared.decision import Actor
from shared.events.base import Day
from shared.events.parts import Freezes, HoldReason
from shared.http import Allow, AuditedRead, Page, Paging, Run
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

MANAGES = Allow(Scope.HOLDS_MANAGE)
READS = Allow(Scope.CASES_READ)
LoanIds = Annotated[tuple[UUID, ...], Field(max_length=200)]


class NewHold(Body):
    """A hold that an officer decided on. What is not said follows from the policy of its reason."""

    person_id: Annotated[UUID | None, Field(description="Whose hold it is")] = None
    loan_id: Annotated[
        UUID | None, Field(description="In place of a person: everyone's who is part of this loan")
    ] = None
    loan_ids: Annotated[LoanIds, Field(description="None named: all that the person owes and you see")] = ()
    reason: HoldReason
    freezes: Freezes | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    review_on: Day | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> "NewHold":
        if (self.person_id is None) == (self.loan_id is None):
            raise ValueError("name a person_id or a loan_id")
        return self

    @property
    def subject_id(self) -> UUID:
        """The person's or the loan's."""
        subject = self.person_id or self.loan_id
        assert subject is not None, "one of them is named"
        return subject


class HoldChange(Body):
    """How a hold stands from now on, as of its start. What is not said stays."""

    revision: Annotated[int, Field(ge=0, description="The highest revision of its loans that you have read")]
    loan_ids: LoanIds = ()
    freezes: Freezes | None = None
    ends_on: Day | None = None
    open_ended: bool = False
    review_on: Day | None = None

    @model_validator(mode="after")
    def _one_end(self) -> "HoldChange":
        if self.open_ended and self.ends_on is not None:
            raise ValueError("a hold has an end, or none")
        return self


class HoldReview(Body):
    """Somebody has looked at the hold, and it goes on."""

    next_review_on: Annotated[Day | None, Field(description="By the policy unless given")] = None


class Taken(BaseModel):
    """Which hold, for which loans."""

    hold_id: UUID
    loan_ids: tuple[UUID, ...]

    @classmethod
    def of(cls, answer: HoldTaken) -> "Taken":
        """As it was decided."""
        return cls(hold_id=answer.hold_id, loan_ids=answer.loan_ids)


class HeldLoanShown(BaseModel):
    """How a hold stands for one loan."""

    loan_id: UUID
    freezes: Freezes
    starts_on: date
    ends_on: Annotated[date | None, Field(description="Its last day; null: until its cause is over")]
    review_on: date | None
    lifted_on: Annotated[date | None, Field(description="From this day on it freezes nothing")]
    disputed: Money | None
    arrears_only: Annotated[
        bool, Field(description="Instalments that fall due are to be paid as they were agreed")
    ]
    noticed_on: Annotated[
        date | None, Field(description="Notice came after the start: who acted before did not know")
    ]
    revision: int

    @classmethod
    def of(cls, one: HeldLoan) -> "HeldLoanShown":
        """As it stands."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class HoldShown(BaseModel):
    """One hold, with those of its loans that are yours to see."""

    hold_id: UUID
    person_id: Annotated[UUID | None, Field(description="Null: everyone's who is part of the loan")]
    reason: HoldReason
    cause: Annotated[str, Field(examples=["dispute:0b7a"])]
    reference: Annotated[str | None, Field(description="What the platform called it")]
    policy: Annotated[str, Field(description="By which version of the policies it was placed")]
    placed_at: datetime
    loans: list[HeldLoanShown]

    @classmethod
    def of(cls, state: Standstill, hold: Hold, actor: Actor) -> "HoldShown":
        """The hold, as far as the actor may see it."""
        return cls(
            hold_id=hold.id,
            person_id=state.person_id,
            reason=hold.reason,
            cause=hold.cause,
            reference=hold.reference,
            policy=hold.policy,
            placed_at=hold.placed_at,
            loans=[HeldLoanShown.of(one) for one in hold.loans if state.concerns(one.loan_id, actor)],
        )


class Review(BaseModel):
    """Something that somebody has to look at by a day."""

    kind: Annotated[Kind, Field(description="What it is")]
    item_id: Annotated[UUID, Field(description="Of the hold, request, dispute or complaint")]
    subject_id: Annotated[UUID, Field(description="Of the person or loan")]
    due_on: date
    overdue: bool


def holds_router(service: Service, standing: Standing) -> APIRouter:
    """Holds of a person or a loan, and what is to be looked at."""
    router = APIRouter(tags=["holds"])

    router.include_router(_managing(standing))
    router.include_router(_reviewing(service))

    @router.get("/holds")
    async def list_holds(
        subject: Annotated[UUID, Query(description="Id of a person, or of a loan")],
        actor: Annotated[Actor, READS],
        seen: AuditedRead,
        active: Annotated[bool, Query(description="Only those that are not over")] = False,
    ) -> list[HoldShown]:
        """All holds of a person, or of a loan as such, the oldest first."""
        state = await standing.found(subject, actor, seen)
        today = state.today(await standing.now())
        shown = [HoldShown.of(state, one, actor) for one in state.holds]
        if active:
            running = {one.id for one in state.holds if any(held.covers(today) for held in one.loans)}
            shown = [one for one in shown if one.hold_id in running]
        return [one for one in shown if one.loans]

    @router.get("/holds/{hold_id}")
    async def show_hold(hold_id: UUID, actor: Annotated[Actor, READS], seen: AuditedRead) -> HoldShown:
        """One hold."""
        unknown = HoldUnknown(hold_id=hold_id)
        state = await standing.read_item(Kind.HOLD, hold_id, actor, seen, unknown)
        return HoldShown.of(state, found_hold(state, hold_id, actor), actor)

    return router


def _managing(standing: Standing) -> APIRouter:
    router = APIRouter()

    async def subject(hold_id: UUID) -> UUID:
        return await standing.of_item(Kind.HOLD, hold_id, HoldUnknown(hold_id=hold_id))

    @router.post("/holds", status_code=201, dependencies=[MANAGES])
    async def place_hold(body: NewHold, run: Run) -> Taken:
        """Place a hold: from its start on, what it freezes stands still."""
        command = PlaceHold(
            await standing.current(body.subject_id),
            body.loan_ids,
            body.reason,
            body.freezes,
            body.starts_on,
            body.ends_on,
            body.review_on,
        )
        return Taken.of(await run(command))

    @router.patch("/holds/{hold_id}", dependencies=[MANAGES])
    async def change_hold(hold_id: UUID, body: HoldChange, run: Run) -> Taken:
        """State a hold anew. What it froze before counts as it is stated now."""
        command = ChangeHold(
            await subject(hold_id),
            hold_id,
            body.revision,
            body.loan_ids,
            body.freezes,
            body.ends_on,
            body.open_ended,
            body.review_on,
        )
        return Taken.of(await run(command))

    @router.delete("/holds/{hold_id}", dependencies=[MANAGES])
    async def lift_hold(
        hold_id: UUID,
        run: Run,
        loan_id: Annotated[list[UUID] | None, Query(description="Only for these", max_length=200)] = None,
    ) -> Taken:
        """End a hold today. What it froze stays frozen for the days that it lasted."""
        return Taken.of(await run(LiftHold(await subject(hold_id), hold_id, tuple(loan_id or ()))))

    @router.post("/holds/{hold_id}/review", dependencies=[MANAGES])
    async def review_hold(hold_id: UUID, body: HoldReview, run: Run) -> Taken:
        """Say that somebody has looked at a hold and that it goes on."""
        return Taken.of(await run(ReviewHold(await subject(hold_id), hold_id, body.next_review_on)))

    return router


def _reviewing(service: Service) -> APIRouter:
    router = APIRouter()

    @router.get("/reviews")
    async def list_reviews(
        paging: Paging,
        actor: Annotated[Actor, MANAGES],
        lender: LenderAsked = None,
        through: Annotated[date | None, Query(description="Due by this day; today unless given")] = None,
    ) -> Page[Review]:
        """What waits for somebody to look at it, the longest due first."""
        async with transaction(service.engine) as connection:
            today = (await service.clock.now(connection)).date()
        day, id_, kind = paging.after or _FIRST
        after = (date.fromisoformat(day), UUID(id_), kind)
        async with transaction(service.engine) as connection:
            rows = await standstills.items_due(
                connection, through or today, lenders_of(actor, lender), after, paging.fetch
            )

        def shown(row: Listed) -> Review:
            return Review(
                kind=Kind(row.kind),
                item_id=row.item_id,
                subject_id=row.subject_id,
                due_on=row.at,
                overdue=row.at < today,
            )

        return paging.page(rows, lambda row: [row.at, row.item_id, row.kind], shown)

    return router


_FIRST = (date.min.isoformat(), str(UUID(int=0)), "")


def found_hold(state: Standstill, hold_id: UUID, actor: Actor) -> Hold:
    """A hold of which the actor may see some loan. Raises HoldUnknown."""
    hold = state.hold(hold_id)
    if hold is None or not any(state.concerns(one.loan_id, actor) for one in hold.loans):
        raise HoldUnknown(hold_id=hold_id)
    return hold
