"""Routes of cases: opened, consented to, led, and over."""

from asyncio import gather
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from services.mediation.adapters.certificate_page import page
from services.mediation.api.desk import Body, CaseTaken, Desk
from services.mediation.api.shown import ContentShown, OfferShown
from services.mediation.domain.appointing import ReplaceMediator, StepBack, TakeUp
from services.mediation.domain.case import Case, Seat
from services.mediation.domain.certificate import Certificate, certify
from services.mediation.domain.course import (
    BeginNegotiation,
    GiveConsent,
    GiveUp,
    Withdraw,
)
from services.mediation.domain.machine import Stage
from services.mediation.domain.persons import OpenCase
from services.mediation.domain.seats import offers_seen, own_id, readable
from services.mediation.store import cases
from services.mediation.store.cases import Listed
from shared.database import transaction
from shared.decision import Actor, Key, Role
from shared.events.loans import Code
from shared.events.mediation import Side
from shared.http import Allow, AuditedRead, Page, Paging, Run
from shared.scopes import Scope

READS, OPENS = Allow(Scope.MEDIATION_READ), Allow(Scope.MEDIATION_OPEN)
TAKES_PART, MEDIATES = Allow(Scope.MEDIATION_TAKE_PART), Allow(Scope.MEDIATION_MEDIATE)
MANAGES = Allow(Scope.MEDIATORS_MANAGE)
_FIRST = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


class NewCase(Body):
    """What mediation is asked for."""

    person_id: UUID
    loan_ids: Annotated[
        tuple[UUID, ...], Field(max_length=200, description="Empty: all that you may speak of")
    ] = ()


class CasesOpened(BaseModel):
    """One case for each lender."""

    case_ids: list[UUID]


class ConsentGiven(Body):
    """Whether one takes part."""

    agreed: bool


class Reason(Body):
    """Why, as a code."""

    reason: Annotated[Code, Field(examples=["conflict_of_interest"])]


class ConsentShown(BaseModel):
    """A side takes part."""

    side: Side
    at: datetime


class ServiceShown(BaseModel):
    """A mediator's time with the case."""

    mediator_id: UUID
    appointed_at: datetime
    took_up_at: datetime | None
    left_at: datetime | None
    reason: Annotated[str, Field(description="Why they left; empty: they did not")]


class CaseHead(BaseModel):
    """A case in a list."""

    case_id: UUID
    person_id: UUID
    lender: str
    loan_ids: list[UUID]
    stage: Stage
    asked_by: str
    opened_at: datetime
    answer_by: Annotated[date, Field(description="Until when both sides say whether they take part")]
    mediator_id: UUID | None
    search_until: Annotated[date | None, Field(description="Until when a mediator is looked for")]
    outcome: Annotated[str, Field(description="Empty as long as it is open")]
    closed_at: datetime | None
    version: int

    @classmethod
    def of(cls, case: Case) -> "CaseHead":
        """The case without what was said in it."""
        return cls(
            case_id=case.id,
            person_id=case.person_id,
            lender=case.lender,
            loan_ids=list(case.loan_ids),
            stage=case.stage,
            asked_by=case.asked_by,
            opened_at=case.opened_at,
            answer_by=case.answer_by,
            mediator_id=case.mediator_id,
            search_until=case.search_until,
            outcome=case.outcome,
            closed_at=case.closed_at,
            version=case.version,
        )


class CaseShown(CaseHead):
    """A case as somebody in it may see it."""

    you_are: Seat
    consents: list[ConsentShown]
    mediators: list[ServiceShown]
    contents: Annotated[list[ContentShown], Field(description="What you may read")]
    offers: Annotated[list[OfferShown], Field(description="What you may see")]
    certificate_id: UUID | None

    @classmethod
    def to(cls, case: Case, seat: Seat) -> "CaseShown":
        """The case as it is shown to whoever sits there."""
        services = case.services
        return cls(
            **CaseHead.of(case).model_dump(),
            you_are=seat,
            consents=[ConsentShown(side=one.side, at=one.at) for one in case.consents],
            mediators=[
                ServiceShown(
                    mediator_id=one.mediator_id,
                    appointed_at=one.appointed_at,
                    took_up_at=one.took_up_at,
                    left_at=one.left_at,
                    reason=one.reason,
                )
                for one in services
            ],
            contents=[ContentShown.of(one) for one in readable(case, seat)],
            offers=[OfferShown.to(one, seat) for one in offers_seen(case, seat)],
            certificate_id=case.certificate_id,
        )


def cases_router(desk: Desk) -> APIRouter:
    """Cases, for those who have a part in them."""
    router = APIRouter(tags=["mediation"])
    router.include_router(_reading(desk))
    router.include_router(_sides())
    router.include_router(_leading())
    return router


def _reading(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.get("/cases")
    async def list_cases(
        paging: Paging, actor: Annotated[Actor, READS], seen: AuditedRead, stage: Stage | None = None
    ) -> Page[CaseHead]:
        """Your cases, the oldest first: a borrower's own, a mediator's own, a lender's."""
        listed = _listed(actor, stage, _place(paging.after), paging.fetch)
        async with transaction(desk.service.engine) as connection:
            rows = await cases.cases_page(connection, listed)
        await gather(*(seen(Key(Case.__name__, one.id)) for one in rows[: paging.limit]))
        return paging.page(rows, lambda one: [one.opened_at.isoformat(), one.id], CaseHead.of)

    @router.get("/cases/{case_id}")
    async def show_case(case_id: UUID, actor: Annotated[Actor, READS], seen: AuditedRead) -> CaseShown:
        """A case, with what you may see of it."""
        return CaseShown.to(*await desk.seen(case_id, actor, seen))

    @router.get("/cases/{case_id}/certificate")
    async def show_certificate(
        case_id: UUID, actor: Annotated[Actor, READS], seen: AuditedRead
    ) -> Certificate:
        """That mediation was tried, once the case is over. Never what was said or offered."""
        case, _ = await desk.seen(case_id, actor, seen)
        return certify(case)

    @router.get("/cases/{case_id}/certificate.html", response_class=HTMLResponse)
    async def print_certificate(
        case_id: UUID, actor: Annotated[Actor, READS], seen: AuditedRead
    ) -> HTMLResponse:
        """The certificate as a page to print."""
        case, _ = await desk.seen(case_id, actor, seen)
        return HTMLResponse(page(certify(case)))

    return router


def _sides() -> APIRouter:
    router = APIRouter()

    @router.post("/cases", status_code=201, dependencies=[OPENS])
    async def open_mediation(body: NewCase, run: Run) -> CasesOpened:
        """Ask for mediation: one case for each lender of the loans. What a borrower or a lender asks for,
        they take part in; the other side is asked.
        """
        origin = await run.origin()
        answer = await run(OpenCase(body.person_id, origin.message_id, body.loan_ids))
        return CasesOpened(case_ids=list(answer.case_ids))

    @router.post("/cases/{case_id}/consent", dependencies=[TAKES_PART])
    async def give_consent(case_id: UUID, body: ConsentGiven, run: Run) -> CaseTaken:
        """Say for your side whether it takes part."""
        return CaseTaken.of(await run(GiveConsent(case_id, body.agreed)))

    @router.post("/cases/{case_id}/withdraw", dependencies=[TAKES_PART])
    async def withdraw_from_case(case_id: UUID, run: Run) -> CaseTaken:
        """Leave: the case is over. You may until both sides have agreed."""
        return CaseTaken.of(await run(Withdraw(case_id)))

    return router


def _leading() -> APIRouter:
    router = APIRouter()

    @router.post("/cases/{case_id}/take-up", dependencies=[MEDIATES])
    async def take_up_case(case_id: UUID, run: Run) -> CaseTaken:
        """Declare, as the mediator, that nothing ties you to either side, and begin."""
        return CaseTaken.of(await run(TakeUp(case_id)))

    @router.post("/cases/{case_id}/step-back", dependencies=[MEDIATES])
    async def step_back_from_case(case_id: UUID, body: Reason, run: Run) -> CaseTaken:
        """Give the case back, as the mediator: another is looked for."""
        return CaseTaken.of(await run(StepBack(case_id, body.reason)))

    @router.post("/cases/{case_id}/replace-mediator", dependencies=[MANAGES])
    async def replace_mediator(case_id: UUID, body: Reason, run: Run) -> CaseTaken:
        """Take the case from its mediator: another is looked for."""
        return CaseTaken.of(await run(ReplaceMediator(case_id, body.reason)))

    @router.post("/cases/{case_id}/negotiation", dependencies=[MEDIATES])
    async def begin_negotiation(case_id: UUID, run: Run) -> CaseTaken:
        """Go on to offers, as the mediator, before both sides have stated their views."""
        return CaseTaken.of(await run(BeginNegotiation(case_id)))

    @router.post("/cases/{case_id}/give-up", dependencies=[MEDIATES])
    async def give_up_case(case_id: UUID, run: Run) -> CaseTaken:
        """End the case, as the mediator, without an agreement."""
        return CaseTaken.of(await run(GiveUp(case_id)))

    return router


def _listed(actor: Actor, stage: Stage | None, after: tuple[datetime, UUID], limit: int) -> Listed:
    if actor.role is Role.BORROWER:
        return Listed(None, own_id(actor), None, stage, after, limit)
    if actor.role is Role.MEDIATOR:
        return Listed(None, None, own_id(actor), stage, after, limit)
    return Listed(actor.lenders, None, None, stage, after, limit)


def _place(after: list[str] | None) -> tuple[datetime, UUID]:
    return _FIRST if after is None else (datetime.fromisoformat(after[0]), UUID(after[1]))
