"""Routes of disputes: filed, shown to be right or wrong, decided, appealed."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.hardship.api.standing import (
    Body,
    LenderAsked,
    ResolutionShown,
    Standing,
    TextShown,
    Words,
    lenders_of,
    of_own_only,
    own_id,
)
from services.hardship.domain.disputes import (
    AddText,
    AppealDispute,
    BooksCorrected,
    DisputeTaken,
    DisputeUnknown,
    FileDispute,
    ResolveDispute,
)
from services.hardship.domain.standstill import Dispute, Standstill
from services.hardship.store import standstills
from services.hardship.store.standstills import Kind
from shared.database import transaction
from shared.decision import Actor
from shared.events.hardship import Finding
from shared.events.loans import Code
from shared.http import Allow, AuditedRead, Page, Paging, Run
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

OPENS, DECIDES = Allow(Scope.CASES_OPEN), Allow(Scope.CASES_DECIDE)
READS = Allow(Scope.CASES_READ)
START = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


class NewDispute(Body):
    """The person says that a loan, or a part of it, is not owed."""

    person_id: UUID
    loan_id: UUID
    reason: Code
    disputed: Annotated[Money | None, Field(description="Null: all of it")] = None
    words: Words | None = None


class NewText(Body):
    """Evidence, or more of what the person says."""

    words: Words


class DisputeDecision(Body):
    """How a dispute, or its appeal, is decided."""

    outcome: Finding
    books_are_right: Annotated[bool, Field(description="The lender has put right already what has to be")] = (
        False
    )
    reasons: Words | None = None


class DisputeAppeal(Body):
    """The person does not accept that it was rejected."""

    words: Words | None = None


class DisputeStands(BaseModel):
    """What became of a dispute."""

    dispute_id: UUID
    outcome: Finding | None

    @classmethod
    def of(cls, answer: DisputeTaken) -> "DisputeStands":
        """As it was decided."""
        return cls(dispute_id=answer.dispute_id, outcome=answer.outcome)


class DisputeListed(BaseModel):
    """A dispute without its texts."""

    dispute_id: UUID
    person_id: UUID
    loan_id: UUID
    reason: str
    disputed: Money | None
    raised_at: datetime
    answer_by: date
    evidence_by: Annotated[date, Field(description="Until when the lender shows what is owed")]
    evidence_given: bool
    resolution: ResolutionShown | None
    appeal_by: date | None
    appealed_at: datetime | None
    first_resolution: Annotated[ResolutionShown | None, Field(description="What was appealed")]
    correct_by: Annotated[date | None, Field(description="Until when the lender puts its books right")]

    @classmethod
    def of(cls, person_id: UUID, one: Dispute) -> "DisputeListed":
        """As it stands."""
        return cls(**_fields(person_id, one))


class DisputeShown(DisputeListed):
    """A dispute with all that was said of it."""

    texts: list[TextShown]


def _fields(person_id: UUID, one: Dispute) -> dict[str, Any]:
    return {
        "dispute_id": one.id,
        "person_id": person_id,
        "loan_id": one.loan_id,
        "reason": one.reason,
        "disputed": one.disputed,
        "raised_at": one.raised_at,
        "answer_by": one.answer_by,
        "evidence_by": one.evidence_by,
        "evidence_given": one.evidence_given,
        "resolution": ResolutionShown.of(one.resolution),
        "appeal_by": one.appeal_by,
        "appealed_at": one.appealed_at,
        "first_resolution": ResolutionShown.of(one.first),
        "correct_by": one.correct_by,
    }


def disputes_router(service: Service, standing: Standing) -> APIRouter:
    """Disputes, from their beginning to the last decision."""
    router = APIRouter(tags=["disputes"])
    router.include_router(_deciding(standing))

    @router.post("/disputes", status_code=201)
    async def file_dispute(body: NewDispute, run: Run, actor: Annotated[Actor, OPENS]) -> DisputeStands:
        """Say that a loan, or a part of it, is not owed: it rests until that is decided."""
        person = await standing.current(body.person_id)
        text = await standing.sealed(run, person, "statement", body.words, actor)
        command = FileDispute(person, body.loan_id, body.reason, body.disputed, text)
        return DisputeStands.of(await run(command))

    router.include_router(_listing(service, standing))

    @router.get("/disputes/{dispute_id}")
    async def show_dispute(
        dispute_id: UUID, actor: Annotated[Actor, READS], seen: AuditedRead
    ) -> DisputeShown:
        """One dispute, with all that was said of it."""
        unknown = DisputeUnknown(dispute_id=dispute_id)
        state = await standing.read_item(Kind.DISPUTE, dispute_id, actor, seen, unknown)
        one = _found(state, dispute_id, actor)
        return DisputeShown(**_fields(state.id, one), texts=await standing.opened(one.texts))

    return router


def _listing(service: Service, standing: Standing) -> APIRouter:
    router = APIRouter()

    @router.get("/disputes")
    async def list_disputes(
        paging: Paging,
        actor: Annotated[Actor, READS],
        seen: AuditedRead,
        person_id: Annotated[UUID | None, Query(description="Only this person's")] = None,
        lender: LenderAsked = None,
        is_open: bool | None = None,
    ) -> Page[DisputeListed]:
        """Disputes of a person (a borrower sees their own), or of your lenders, the oldest first."""
        if person_id is not None or of_own_only(actor):
            state = await standing.found(own_id(actor, person_id), actor, seen)
            mine = [
                one
                for one in state.disputes
                if state.concerns(one.loan_id, actor) and is_open in (None, one.resolution is None)
            ]
            return Page(data=[DisputeListed.of(state.id, one) for one in mine], has_more=False)
        await seen(None)
        after = (datetime.fromisoformat(paging.after[0]), UUID(paging.after[1])) if paging.after else START
        async with transaction(service.engine) as connection:
            rows = await standstills.items_of_kind(
                connection, Kind.DISPUTE, is_open, lenders_of(actor, lender), after, paging.fetch
            )
        states = await standing.states([row.subject_id for row in rows])
        found = {one.id: one for state in states.values() for one in state.disputes}
        return paging.page(
            [row for row in rows if row.item_id in found],
            lambda row: [row.at.isoformat(), row.item_id],
            lambda row: DisputeListed.of(row.subject_id, found[row.item_id]),
        )

    return router


def _deciding(standing: Standing) -> APIRouter:
    router = APIRouter()

    async def subject(dispute_id: UUID) -> UUID:
        return await standing.of_item(Kind.DISPUTE, dispute_id, DisputeUnknown(dispute_id=dispute_id))

    @router.post("/disputes/{dispute_id}/texts", status_code=201)
    async def add_dispute_text(
        dispute_id: UUID, body: NewText, run: Run, actor: Annotated[Actor, OPENS]
    ) -> DisputeStands:
        """Add what the person says, or, as the lender's people, evidence that it is owed."""
        person = await subject(dispute_id)
        about = "statement" if of_own_only(actor) else "evidence"
        text = await standing.sealed(run, person, about, body.words, actor)
        assert text is not None, "the request has words"
        return DisputeStands.of(await run(AddText(person, dispute_id, text)))

    @router.post("/disputes/{dispute_id}/resolve")
    async def resolve_dispute(
        dispute_id: UUID, body: DisputeDecision, run: Run, actor: Annotated[Actor, DECIDES]
    ) -> DisputeStands:
        """Decide. Where the person was right, nothing is demanded until the lender's books say so too."""
        person = await subject(dispute_id)
        reasons = await standing.sealed(run, person, "reasons", body.reasons, actor)
        command = ResolveDispute(person, dispute_id, body.outcome, reasons, body.books_are_right)
        return DisputeStands.of(await run(command))

    @router.post("/disputes/{dispute_id}/corrected", dependencies=[DECIDES])
    async def confirm_correction(dispute_id: UUID, run: Run) -> DisputeStands:
        """Say that the lender has put its books right: the hold has done its work."""
        return DisputeStands.of(await run(BooksCorrected(await subject(dispute_id), dispute_id)))

    @router.post("/disputes/{dispute_id}/appeal")
    async def appeal_dispute(
        dispute_id: UUID, body: DisputeAppeal, run: Run, actor: Annotated[Actor, OPENS]
    ) -> DisputeStands:
        """Do not accept that it was rejected: somebody else looks at it, once."""
        person = await subject(dispute_id)
        text = await standing.sealed(run, person, "appeal", body.words, actor)
        return DisputeStands.of(await run(AppealDispute(person, dispute_id, text)))

    return router


def _found(state: Standstill, dispute_id: UUID, actor: Actor) -> Dispute:
    one = next((one for one in state.disputes if one.id == dispute_id), None)
    if one is None or not state.concerns(one.loan_id, actor):
        raise DisputeUnknown(dispute_id=dispute_id)
    return one
