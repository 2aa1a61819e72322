"""The route that shows a card's risk, in words."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.hardship.api.help import Help
from services.hardship.domain.loan import Loan
from services.hardship.domain.risk.assessing import WORDS, Assessment, Opens, Reason
from services.hardship.domain.risk.watching import NOT_ASSESSED
from services.hardship.store import cards, persons
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import NotFound
from shared.http import Allow, AuditedRead
from shared.scopes import Scope

Reader = Annotated[Actor, Allow(Scope.CASES_READ)]


class CardUnknown(NotFound):
    """There is no such card, or it is not yours to see."""


class ReasonShown(BaseModel):
    """A reason, in words."""

    code: Reason
    en: str
    zh: str


class RiskShown(BaseModel):
    """How probable it is that the next payment is missed. It opens help and early contact, nothing else."""

    loan_id: UUID
    basis: str
    model: str
    misses_next: float | None
    cures_alone: float | None
    reasons: list[ReasonShown]
    opens: list[Opens]

    @classmethod
    def of(cls, loan_id: UUID, one: Assessment) -> "RiskShown":
        """As it stands."""
        return cls(
            loan_id=loan_id,
            basis=one.basis.value,
            model=one.model,
            misses_next=one.misses_next,
            cures_alone=one.cures_alone,
            reasons=[ReasonShown(code=code, en=WORDS[code][0], zh=WORDS[code][1]) for code in one.reasons],
            opens=sorted(one.opens),
        )


def risk_router(help_: Help) -> APIRouter:
    """Risk."""
    router = APIRouter(tags=["risk"])

    @router.get("/loans/{loan_id}/risk")
    async def show_risk(loan_id: UUID, actor: Reader, seen: AuditedRead) -> RiskShown:
        """The newest assessment of a card, with its reasons."""
        async with transaction(help_.service.engine) as connection:
            card = (await cards.load_cards(connection, {loan_id: ()})).get(loan_id)
            loan = (await persons.load_loans(connection, {loan_id: ()})).get(loan_id)
        theirs = loan is not None and loan.lender is not None and _sees(actor, loan, loan.lender)
        if card is None or not card.limit or not theirs:
            raise CardUnknown(loan_id=loan_id)
        await seen(Key(Loan.__name__, loan_id))
        found = help_.reference.risk(card.account) if card.months else NOT_ASSESSED
        return RiskShown.of(loan_id, found)

    return router


def _sees(actor: Actor, loan: Loan, lender: str) -> bool:
    return actor.subject in map(str, loan.persons) or actor.may_act_for(lender)
