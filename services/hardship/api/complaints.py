"""Routes of complaints: filed, read, and answered by somebody whom they are not about."""

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
from services.hardship.domain.complaints import (
    ComplaintTaken,
    ComplaintUnknown,
    FileComplaint,
    ResolveComplaint,
    SayAbout,
    concerns,
)
from services.hardship.domain.standstill import Complaint, Standstill
from services.hardship.store import standstills
from services.hardship.store.standstills import Kind
from shared.database import transaction
from shared.decision import Actor
from shared.events.base import Reference
from shared.events.hardship import Finding
from shared.events.loans import Code
from shared.http import Allow, AuditedRead, Page, Paging, Run
from shared.scopes import Scope
from shared.service import Service

OPENS, DECIDES = Allow(Scope.CASES_OPEN), Allow(Scope.CASES_DECIDE)
READS = Allow(Scope.CASES_READ)
START = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
Subject = Annotated[Reference, Field(description="The subject of whoever is complained about")]


class NewComplaint(Body):
    """The person complains about how they are treated."""

    person_id: UUID
    loan_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    reason: Code
    about: Subject | None = None
    words: Words | None = None


class ComplaintSubject(Body):
    """Whom a complaint is about."""

    about: Subject


class ComplaintAnswer(Body):
    """How a complaint is answered."""

    outcome: Finding
    reasons: Words | None = None


class ComplaintStands(BaseModel):
    """What became of a complaint."""

    complaint_id: UUID
    outcome: Finding | None

    @classmethod
    def of(cls, answer: ComplaintTaken) -> "ComplaintStands":
        """As it was decided."""
        return cls(complaint_id=answer.complaint_id, outcome=answer.outcome)


class ComplaintListed(BaseModel):
    """A complaint without its texts."""

    complaint_id: UUID
    person_id: UUID
    loan_ids: Annotated[tuple[UUID, ...], Field(description="Empty: about no loan in particular")]
    reason: str
    raised_at: datetime
    answer_by: date
    resolution: ResolutionShown | None

    @classmethod
    def of(cls, state: Standstill, one: Complaint, actor: Actor) -> "ComplaintListed":
        """As it stands, with those of its loans that the actor may see."""
        return cls(**_fields(state, one, actor))


class ComplaintShown(ComplaintListed):
    """A complaint with all that was said of it."""

    about: str | None
    texts: list[TextShown]


def _fields(state: Standstill, one: Complaint, actor: Actor) -> dict[str, Any]:
    return {
        "complaint_id": one.id,
        "person_id": state.id,
        "loan_ids": tuple(loan for loan in one.loan_ids if state.concerns(loan, actor)),
        "reason": one.reason,
        "raised_at": one.raised_at,
        "answer_by": one.answer_by,
        "resolution": ResolutionShown.of(one.resolution),
    }


def complaints_router(service: Service, standing: Standing) -> APIRouter:
    """Complaints, from their beginning to the answer."""
    router = APIRouter(tags=["complaints"])
    router.include_router(_answering(standing))

    @router.post("/complaints", status_code=201)
    async def file_complaint(body: NewComplaint, run: Run, actor: Annotated[Actor, OPENS]) -> ComplaintStands:
        """Complain: nothing is demanded until it is answered."""
        person = await standing.current(body.person_id)
        text = await standing.sealed(run, person, "statement", body.words, actor)
        command = FileComplaint(person, body.loan_ids, body.reason, body.about, text)
        return ComplaintStands.of(await run(command))

    router.include_router(_listing(service, standing))

    @router.get("/complaints/{complaint_id}")
    async def show_complaint(
        complaint_id: UUID, actor: Annotated[Actor, READS], seen: AuditedRead
    ) -> ComplaintShown:
        """One complaint, with all that was said of it."""
        unknown = ComplaintUnknown(complaint_id=complaint_id)
        state = await standing.read_item(Kind.COMPLAINT, complaint_id, actor, seen, unknown)
        one = next((one for one in state.complaints if one.id == complaint_id), None)
        if one is None or not concerns(state, one, actor):
            raise unknown
        texts = await standing.opened(one.texts)
        return ComplaintShown(**_fields(state, one, actor), about=one.about, texts=texts)

    return router


def _listing(service: Service, standing: Standing) -> APIRouter:
    router = APIRouter()

    @router.get("/complaints")
    async def list_complaints(
        paging: Paging,
        actor: Annotated[Actor, READS],
        seen: AuditedRead,
        person_id: Annotated[UUID | None, Query(description="Only this person's")] = None,
        lender: LenderAsked = None,
        is_open: bool | None = None,
    ) -> Page[ComplaintListed]:
        """Complaints of a person (a borrower sees their own), or of your lenders, the oldest first."""
        if person_id is not None or of_own_only(actor):
            state = await standing.found(own_id(actor, person_id), actor, seen)
            mine = [
                one
                for one in state.complaints
                if concerns(state, one, actor) and is_open in (None, one.resolution is None)
            ]
            return Page(data=[ComplaintListed.of(state, one, actor) for one in mine], has_more=False)
        await seen(None)
        after = (datetime.fromisoformat(paging.after[0]), UUID(paging.after[1])) if paging.after else START
        async with transaction(service.engine) as connection:
            rows = await standstills.items_of_kind(
                connection, Kind.COMPLAINT, is_open, lenders_of(actor, lender), after, paging.fetch
            )
        states = await standing.states([row.subject_id for row in rows])
        found = {one.id: (state, one) for state in states.values() for one in state.complaints}
        return paging.page(
            [row for row in rows if row.item_id in found],
            lambda row: [row.at.isoformat(), row.item_id],
            lambda row: ComplaintListed.of(*found[row.item_id], actor),
        )

    return router


def _answering(standing: Standing) -> APIRouter:
    router = APIRouter()

    async def subject(complaint_id: UUID) -> UUID:
        unknown = ComplaintUnknown(complaint_id=complaint_id)
        return await standing.of_item(Kind.COMPLAINT, complaint_id, unknown)

    @router.post("/complaints/{complaint_id}/about", dependencies=[DECIDES])
    async def say_about(complaint_id: UUID, body: ComplaintSubject, run: Run) -> ComplaintStands:
        """Say whom a complaint is about: they do not answer it."""
        command = SayAbout(await subject(complaint_id), complaint_id, body.about)
        return ComplaintStands.of(await run(command))

    @router.post("/complaints/{complaint_id}/resolve")
    async def resolve_complaint(
        complaint_id: UUID, body: ComplaintAnswer, run: Run, actor: Annotated[Actor, DECIDES]
    ) -> ComplaintStands:
        """Answer a complaint, as somebody whom it is not about."""
        person = await subject(complaint_id)
        reasons = await standing.sealed(run, person, "reasons", body.reasons, actor)
        return ComplaintStands.of(await run(ResolveComplaint(person, complaint_id, body.outcome, reasons)))

    return router
