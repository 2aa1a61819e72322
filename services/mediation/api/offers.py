"""Routes of offers: priced by the ledger and held against what the person can pay before anyone sees them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.mediation.api.desk import Body, CaseTaken, Desk
from services.mediation.domain.machine import Stage
from services.mediation.domain.offers import AnswerOffer, ConfirmOffer, MakeOffer, WithdrawOffer
from shared.decision import Actor
from shared.events.hardship import PlanLoan
from shared.events.parts import ReliefKind, ReliefPhase
from shared.http import Allow, Run, Runner
from shared.money import Money
from shared.scopes import Scope

TAKES_PART, MEDIATES = Allow(Scope.MEDIATION_TAKE_PART), Allow(Scope.MEDIATION_MEDIATE)


class OfferedLoan(Body):
    """What is offered for one loan."""

    loan_id: UUID
    phases: Annotated[tuple[ReliefPhase, ...], Field(min_length=1, max_length=50)]
    forgiven_on_completion: Annotated[
        Money | None, Field(description="So much of the principal is forgiven once all was kept")
    ] = None
    returned_on_break: Annotated[
        tuple[ReliefKind, ...], Field(max_length=10, description="What is taken back should it be broken")
    ] = ()


class NewOffer(Body):
    """What is offered."""

    loans: Annotated[list[OfferedLoan], Field(min_length=1, max_length=50)]

    def plan(self) -> tuple[PlanLoan, ...]:
        """As parts of a plan."""
        return tuple(
            PlanLoan(
                loan_id=one.loan_id,
                part=number,
                phases=one.phases,
                forgiven_on_completion=one.forgiven_on_completion,
                returned_on_break=one.returned_on_break,
            )
            for number, one in enumerate(self.loans, 1)
        )


class OfferTaken(BaseModel):
    """The offer, and how the case stands."""

    offer_id: UUID
    case_id: UUID
    stage: Stage
    version: int


class Look(Body):
    """What the mediator says of an offer of which it is not known whether it can be afforded."""

    confirmed: bool


class NewAnswer(Body):
    """Yes or no."""

    accepted: bool


def offers_router(desk: Desk) -> APIRouter:
    """Offers of a case."""
    router = APIRouter(tags=["mediation"])
    router.include_router(_answering(desk))

    async def offer(run: Runner, case_id: UUID, body: NewOffer, actor: Actor) -> OfferTaken:
        offer_id, loans = (await run.origin()).message_id, body.plan()
        priced, capacity = await desk.priced(case_id, loans, actor)
        answer = await run(MakeOffer(case_id, offer_id, loans, priced, capacity))
        return OfferTaken(
            offer_id=offer_id, case_id=answer.case_id, stage=answer.stage, version=answer.version
        )

    @router.post("/cases/{case_id}/offers", status_code=201)
    async def make_offer(
        case_id: UUID, body: NewOffer, run: Run, actor: Annotated[Actor, TAKES_PART]
    ) -> OfferTaken:
        """Offer reliefs, as a side: you have accepted what you offer. Where it is not known whether the
        person can afford it, the mediator looks first.
        """
        return await offer(run, case_id, body, actor)

    @router.post("/cases/{case_id}/mediator-offers", status_code=201)
    async def make_mediator_offer(
        case_id: UUID, body: NewOffer, run: Run, actor: Annotated[Actor, MEDIATES]
    ) -> OfferTaken:
        """Offer reliefs, as the mediator: both sides answer."""
        return await offer(run, case_id, body, actor)

    return router


def _answering(desk: Desk) -> APIRouter:
    router = APIRouter()

    @router.post("/cases/{case_id}/offers/{offer_id}/confirm", dependencies=[MEDIATES])
    async def confirm_offer(case_id: UUID, offer_id: UUID, body: Look, run: Run) -> CaseTaken:
        """Lay an offer before both sides, or not, as the mediator."""
        return CaseTaken.of(await run(ConfirmOffer(case_id, offer_id, body.confirmed)))

    @router.post("/cases/{case_id}/offers/{offer_id}/answer")
    async def answer_offer(
        case_id: UUID,
        offer_id: UUID,
        body: NewAnswer,
        run: Run,
        actor: Annotated[Actor, TAKES_PART],
    ) -> CaseTaken:
        """Answer an offer, for your side. With both sides' yes it is settled; silence is no yes."""
        priced = await desk.priced_again(case_id, offer_id, actor) if body.accepted else ()
        return CaseTaken.of(await run(AnswerOffer(case_id, offer_id, body.accepted, priced)))

    @router.post("/cases/{case_id}/offers/{offer_id}/withdraw", dependencies=[TAKES_PART])
    async def withdraw_offer(case_id: UUID, offer_id: UUID, run: Run) -> CaseTaken:
        """Take your side's offer back, as long as it waits for an answer."""
        return CaseTaken.of(await run(WithdrawOffer(case_id, offer_id)))

    @router.post("/cases/{case_id}/mediator-offers/{offer_id}/withdraw", dependencies=[MEDIATES])
    async def withdraw_mediator_offer(case_id: UUID, offer_id: UUID, run: Run) -> CaseTaken:
        """Take your offer back, as the mediator."""
        return CaseTaken.of(await run(WithdrawOffer(case_id, offer_id)))

    return router
