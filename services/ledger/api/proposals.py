"""Routes by which two people change something together: one proposes, another approves or refuses."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.ledger.api.cases import LenderAsked, lenders_of
from services.ledger.api.lookups import ProposalUnknown, find_loan, find_proposal
from services.ledger.domain.loan import Loan
from services.ledger.domain.proposals import (
    Approve,
    Content,
    Proposal,
    ProposalStatus,
    Propose,
    Proposed,
    Refuse,
    Reversal,
    subject_of,
)
from services.ledger.store import pending
from shared.database import transaction
from shared.decision import Actor, Key
from shared.events.base import Day, Reference
from shared.events.loans import (
    Code,
    CreditGranted,
    FeeCharged,
    FeeWaived,
    PaymentMethod,
    PaymentReceived,
    ProductPublished,
    ReversalReason,
)
from shared.http import Allow, AuditedRead, Page, Paging, Run
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

PROPOSES = Allow(Scope.CORRECTIONS_PROPOSE)
READS = Allow(Scope.CORRECTIONS_READ)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AddPayment(_Body):
    """A payment that the platform has not reported."""

    kind: Literal["add_payment"]
    payment_reference: Reference
    amount: Money
    value_on: Day
    method: PaymentMethod = PaymentMethod.OTHER
    payer_reference: Reference | None = None


class ChargeFee(_Body):
    """A fee or penalty that the platform has not reported."""

    kind: Literal["charge_fee"]
    fee_reference: Reference
    fee: Code
    amount: Money
    value_on: Day
    penalty: bool = False


class WaiveFee(_Body):
    """A fee is not asked for any more, in whole or in part."""

    kind: Literal["waive_fee"]
    fee_reference: Reference
    amount: Money
    value_on: Day


class GrantCredit(_Body):
    """The lender credits the borrower."""

    kind: Literal["grant_credit"]
    credit_reference: Reference
    amount: Money
    value_on: Day
    reason: Code


class TakeBack(_Body):
    """A fact of the loan's file counts no more, as if it had never been."""

    kind: Literal["take_back"]
    reference: Annotated[
        str, Field(max_length=200, description="As the file calls it", examples=["payment:P-1"])
    ]
    reason: ReversalReason


Correction = Annotated[
    AddPayment | ChargeFee | WaiveFee | GrantCredit | TakeBack, Field(discriminator="kind")
]
_EVENTS: dict[type[_Body], type[PaymentReceived | FeeCharged | FeeWaived | CreditGranted]] = {
    AddPayment: PaymentReceived,
    ChargeFee: FeeCharged,
    WaiveFee: FeeWaived,
    GrantCredit: CreditGranted,
}


class ProposalTaken(BaseModel):
    """What became of a proposal."""

    proposal_id: UUID
    status: ProposalStatus

    @classmethod
    def of(cls, answer: Proposed) -> "ProposalTaken":
        """As it was decided."""
        return cls(proposal_id=answer.proposal_id, status=answer.status)


class ProposalShown(BaseModel):
    """A change that waits for a second person, or what they said."""

    proposal_id: UUID
    lender: str
    kind: Annotated[str, Field(description="What would change", examples=["Assignment"])]
    subject: Annotated[UUID, Field(description="Id of the loan, the money in suspense or the product")]
    content: dict[str, Any]
    status: ProposalStatus
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalShown":
        """The proposal with all that it says."""
        return cls(
            proposal_id=proposal.id,
            lender=proposal.lender,
            kind=pending.kind_of(proposal.content),
            subject=subject_of(proposal.content),
            content=pending.shown(proposal.content),
            status=proposal.status,
            proposed_by=proposal.proposed_by,
            proposed_at=proposal.proposed_at,
            decided_by=proposal.decided_by,
            decided_at=proposal.decided_at,
        )


async def propose(run: Run, content: Content) -> ProposalTaken:
    """Hand a proposal in; its id comes from the request, so that a repeated one is the same proposal."""
    origin = await run.origin()
    return ProposalTaken.of(await run(Propose(origin.message_id, content)))


def proposals_router(service: Service) -> APIRouter:
    """Proposals, and the corrections and products that are made by them."""
    router = APIRouter(tags=["corrections"])
    router.include_router(_making(service))

    @router.get("/proposals")
    async def list_proposals(
        paging: Paging,
        actor: Annotated[Actor, READS],
        lender: LenderAsked = None,
        status: ProposalStatus | None = None,
        subject: Annotated[
            UUID | None, Query(description="Only those about this loan, money or product")
        ] = None,
    ) -> Page[ProposalShown]:
        """What people of your lenders have proposed, the oldest first."""
        asked = pending.Asked(lenders_of(actor, lender), pending.place(paging.after), paging.fetch)
        async with transaction(service.engine) as connection:
            rows = await pending.proposals_page(connection, asked, status, subject)
        return paging.page(rows, lambda one: [one.proposed_at.isoformat(), one.id], ProposalShown.of)

    @router.get("/proposals/{proposal_id}")
    async def show_proposal(
        proposal_id: UUID, actor: Annotated[Actor, READS], seen: AuditedRead
    ) -> ProposalShown:
        """One proposal: what would change, who proposed it, and who decided."""
        proposal = await find_proposal(service, proposal_id, actor)
        await seen(Key(Proposal.__name__, proposal_id))
        return ProposalShown.of(proposal)

    @router.post("/proposals/{proposal_id}/approve")
    async def approve_proposal(
        proposal_id: UUID, run: Run, actor: Annotated[Actor, Allow(Scope.CORRECTIONS_APPROVE)]
    ) -> ProposalTaken:
        """Agree, as a second person: the change counts at once, for all that it concerns or for nothing."""
        try:
            content: Content | None = (await find_proposal(service, proposal_id, actor)).content
        except ProposalUnknown:
            content = None
        return ProposalTaken.of(await run(Approve(proposal_id, content)))

    @router.post("/proposals/{proposal_id}/refuse", dependencies=[Allow(Scope.CORRECTIONS_APPROVE)])
    async def refuse_proposal(proposal_id: UUID, run: Run) -> ProposalTaken:
        """Disagree, as a second person: nothing changes."""
        return ProposalTaken.of(await run(Refuse(proposal_id)))

    return router


def _making(service: Service) -> APIRouter:
    router = APIRouter()

    @router.post("/loans/{loan_id}/corrections", status_code=202)
    async def propose_correction(
        loan_id: UUID, body: Correction, run: Run, actor: Annotated[Actor, PROPOSES]
    ) -> ProposalTaken:
        """Propose to put a loan's file right: it counts once a second person has approved it."""
        loan = await find_loan(service, loan_id, actor)
        return await propose(run, _content(body, loan))

    @router.post("/products", status_code=202, dependencies=[PROPOSES])
    async def propose_product(body: ProductPublished, run: Run) -> ProposalTaken:
        """Propose a product, or a new version of one: approved, it counts as one that was published."""
        return await propose(run, body)

    return router


def _content(body: _Body, loan: Loan) -> Content:
    names = {"lender": loan.lender, "loan_reference": loan.reference}
    if isinstance(body, TakeBack):
        return Reversal(**names, reference=body.reference, reason=body.reason)
    fields = {name: getattr(body, name) for name in type(body).model_fields if name != "kind"}
    return _EVENTS[type(body)](**names, **fields)
