"""Routes of money in suspense: the queue, and how it is assigned or given back."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.ledger.api.cases import LenderAsked, lenders_of
from services.ledger.api.lookups import find_suspense
from services.ledger.api.proposals import PROPOSES, READS, ProposalTaken, propose
from services.ledger.domain.proposals import Assignment, Return
from services.ledger.domain.suspense import Suspense, SuspenseStatus
from services.ledger.store import pending
from shared.database import transaction
from shared.decision import Actor, Key
from shared.events.base import Reference
from shared.events.loans import PaymentMethod
from shared.events.parts import SplitPart
from shared.http import AuditedRead, Page, Paging, Run, Versioned
from shared.money import Money
from shared.service import Service


class SuspenseShown(BaseModel):
    """Money that named no loan."""

    suspense_id: UUID
    lender: str
    payment_reference: str
    amount: Money
    value_on: date
    method: PaymentMethod
    payer_reference: str | None
    hints: Annotated[list[str], Field(description="Loans that may be meant, by the lender's references")]
    received_at: datetime
    status: SuspenseStatus
    ended_on: date | None
    proposal_id: Annotated[UUID | None, Field(description="The approved proposal that ended it")]

    @classmethod
    def of(cls, suspense: Suspense) -> "SuspenseShown":
        """As it stands."""
        return cls(
            suspense_id=suspense.id,
            lender=suspense.lender,
            payment_reference=suspense.reference,
            amount=suspense.amount,
            value_on=suspense.value_on,
            method=suspense.method,
            payer_reference=suspense.payer_reference,
            hints=list(suspense.hints),
            received_at=suspense.received_at,
            status=suspense.status,
            ended_on=suspense.ended_on,
            proposal_id=suspense.ended_by,
        )


class Assign(BaseModel):
    """For which loan money in suspense is, or how it is split."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"loan_reference": "L-1001"}]},
    )

    loan_reference: Annotated[Reference | None, Field(description="All of it is for this loan")] = None
    parts: Annotated[list[SplitPart], Field(max_length=100, description="Or in parts that add up to it")] = []

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.loan_reference is None) != bool(self.parts):
            raise ValueError("name one loan, or parts")
        return self


def suspense_router(service: Service) -> APIRouter:
    """The suspense queue."""
    router = APIRouter(tags=["suspense"])

    @router.get("/suspense")
    async def list_suspense(
        paging: Paging,
        actor: Annotated[Actor, READS],
        lender: LenderAsked = None,
        status: SuspenseStatus = SuspenseStatus.SUSPENDED,
    ) -> Page[SuspenseShown]:
        """Money that names no loan, or several, the longest waiting first."""
        asked = pending.Asked(lenders_of(actor, lender), pending.place(paging.after), paging.fetch)
        async with transaction(service.engine) as connection:
            rows = await pending.suspense_page(connection, asked, status)
        return paging.page(rows, lambda one: [one.received_at.isoformat(), one.id], SuspenseShown.of)

    @router.get("/suspense/{suspense_id}")
    async def show_suspense(
        suspense_id: UUID, actor: Annotated[Actor, READS], tag: Versioned, seen: AuditedRead
    ) -> SuspenseShown:
        """One payment that names no loan, and what became of it."""
        suspense = await find_suspense(service, suspense_id, actor)
        await seen(Key(Suspense.__name__, suspense_id))
        tag(suspense.version)
        return SuspenseShown.of(suspense)

    @router.post("/suspense/{suspense_id}/assign", status_code=202)
    async def propose_assignment(
        suspense_id: UUID, body: Assign, run: Run, actor: Annotated[Actor, PROPOSES]
    ) -> ProposalTaken:
        """Propose for which loan the money is: approved, the loan gets it with the day on which it came."""
        suspense = await find_suspense(service, suspense_id, actor)
        parts = body.parts
        if body.loan_reference is not None:
            parts = [SplitPart(loan_reference=body.loan_reference, amount=suspense.amount)]
        return await propose(run, Assignment.of(suspense, parts))

    @router.post("/suspense/{suspense_id}/return", status_code=202)
    async def propose_return(suspense_id: UUID, run: Run, actor: Annotated[Actor, PROPOSES]) -> ProposalTaken:
        """Propose to give the money back to its payer."""
        return await propose(run, Return.of(await find_suspense(service, suspense_id, actor)))

    return router
