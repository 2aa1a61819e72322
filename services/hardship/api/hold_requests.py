"""Routes of holds that platforms ask for and officers decide on."""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.hardship.api.standing import Body, LenderAsked, Standing, lenders_of
from services.hardship.domain.hold_requests import GrantRequest, RefuseRequest, RequestTaken, RequestUnknown
from services.hardship.domain.standstill import Request, RequestStatus
from services.hardship.store import standstills
from services.hardship.store.standstills import Kind
from shared.database import transaction
from shared.decision import Actor
from shared.events.loans import Code
from shared.events.parts import Freezes, HoldReason
from shared.http import Allow, Page, Paging, Run
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

MANAGES = Allow(Scope.HOLDS_MANAGE)
START = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


class RequestRefusal(Body):
    """Why a request is refused."""

    reason: Code


class RequestShown(BaseModel):
    """What a platform asks for."""

    request_id: UUID
    subject_id: UUID
    loan_id: UUID
    lender: str
    hold_reference: str
    reason: HoldReason
    freezes: Freezes | None
    starts_on: date
    ends_on: date | None
    disputed: Money | None
    decide_by: date
    status: RequestStatus
    decided_by: str | None

    @classmethod
    def of(cls, subject_id: UUID, one: Request) -> "RequestShown":
        """As it stands."""
        return cls(
            request_id=one.id,
            subject_id=subject_id,
            loan_id=one.loan_id,
            lender=one.lender,
            hold_reference=one.reference,
            reason=one.reason,
            freezes=one.freezes,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            disputed=one.disputed,
            decide_by=one.decide_by,
            status=one.status,
            decided_by=one.decided_by,
        )


class RequestDecidedOn(BaseModel):
    """What became of a request."""

    request_id: UUID
    status: RequestStatus

    @classmethod
    def of(cls, answer: RequestTaken) -> "RequestDecidedOn":
        """As it was decided."""
        return cls(request_id=answer.request_id, status=answer.status)


def requests_router(service: Service, standing: Standing) -> APIRouter:
    """Requests that wait, and decisions on them."""
    router = APIRouter(tags=["holds"])

    @router.get("/hold-requests")
    async def list_hold_requests(
        paging: Paging,
        actor: Annotated[Actor, MANAGES],
        lender: LenderAsked = None,
        is_open: bool | None = None,
    ) -> Page[RequestShown]:
        """Holds that platforms have asked for, the oldest first."""
        after = (datetime.fromisoformat(paging.after[0]), UUID(paging.after[1])) if paging.after else START
        async with transaction(service.engine) as connection:
            rows = await standstills.items_of_kind(
                connection, Kind.REQUEST, is_open, lenders_of(actor, lender), after, paging.fetch
            )
        states = await standing.states([row.subject_id for row in rows])
        found = {one.id: one for state in states.values() for one in state.requests}
        return paging.page(
            [row for row in rows if row.item_id in found],
            lambda row: [row.at.isoformat(), row.item_id],
            lambda row: RequestShown.of(row.subject_id, found[row.item_id]),
        )

    @router.post("/hold-requests/{request_id}/grant", dependencies=[MANAGES])
    async def grant_hold_request(request_id: UUID, run: Run) -> RequestDecidedOn:
        """Place the hold that was asked for."""
        unknown = RequestUnknown(request_id=request_id)
        subject = await standing.of_item(Kind.REQUEST, request_id, unknown)
        return RequestDecidedOn.of(await run(GrantRequest(subject, request_id)))

    @router.post("/hold-requests/{request_id}/refuse", dependencies=[MANAGES])
    async def refuse_hold_request(request_id: UUID, body: RequestRefusal, run: Run) -> RequestDecidedOn:
        """Do not place it: what was obeyed meanwhile ends today."""
        unknown = RequestUnknown(request_id=request_id)
        subject = await standing.of_item(Kind.REQUEST, request_id, unknown)
        return RequestDecidedOn.of(await run(RefuseRequest(subject, request_id, body.reason)))

    return router
