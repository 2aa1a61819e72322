"""The route that shows a card's statements, and what a card's loan shows beside any other's."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.ledger.api.cases import Cases
from services.ledger.domain.book import Billed, Line
from services.ledger.domain.loan import Loan
from services.ledger.domain.revolving import card_on
from shared.decision import Actor
from shared.errors import NotFound
from shared.http import Allow, AuditedRead
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service


class NoCard(NotFound):
    """This loan is not revolving: it has a schedule, and no card statements."""


class CardShown(BaseModel):
    """A card's limit, and what no statement has asked for yet."""

    limit: Money
    available: Annotated[Money, Field(description="What may be drawn within the limit")]
    over_limit: Annotated[Money, Field(description="Drawn beyond the limit; nothing is charged for it")]
    over_limit_since: date | None
    not_yet_asked: Annotated[Money, Field(description="Owed, and asked for by no statement so far")]

    @classmethod
    def of(cls, loan: Loan, on: date) -> "CardShown | None":
        """As of a day; None where the loan is not revolving."""
        if loan.book.card is None:
            return None
        card = card_on(loan.book, on)
        room = card.limit_on(on.toordinal()) - loan.book.balance
        return cls(
            limit=loan.money(card.limit_on(on.toordinal())),
            available=loan.money(0 if loan.book.closed else max(room, 0)),
            over_limit=loan.money(max(-room, 0)),
            over_limit_since=date.fromordinal(card.over_since) if card.over_since else None,
            not_yet_asked=loan.money(loan.book.unpaid(len(loan.book.dues) - 1)),
        )


class CardStatementShown(BaseModel):
    """A statement, by the loan's facts as they are known now."""

    number: int
    reference: Annotated[str, Field(description="The fact's, such as `statement:2026-01-15`")]
    issued_on: date
    due_on: Annotated[date, Field(description="Later than it was told where a relief has moved it")]
    balance: Annotated[Money, Field(description="All that was owed at the end of its day")]
    minimum_payment: Annotated[Money, Field(description="With what earlier statements asked for still")]
    interest: Annotated[Money, Field(description="Charged with it")]
    unpaid: Annotated[Money, Field(description="What is still to be paid of its own minimum payment")]
    settled_on: date | None
    paid_in_full: Annotated[bool, Field(description="Its whole balance was paid by the due date")]


class CardStatements(BaseModel):
    """All statements of a card, the oldest first."""

    loan_id: UUID
    statements: list[CardStatementShown]


def cards_router(service: Service) -> APIRouter:
    """Card statements, for those who may read loans."""
    router, cases = APIRouter(tags=["loans"]), Cases(service)

    @router.get("/loans/{loan_id}/card-statements")
    async def show_card_statements(
        loan_id: UUID, actor: Annotated[Actor, Allow(Scope.LOANS_READ)], seen: AuditedRead
    ) -> CardStatements:
        """A card's statements: balance, minimum payment, due date, and what became of it."""
        loan = await cases.found(loan_id, actor, seen)
        card = loan.book.card
        if card is None:
            raise NoCard(loan_id=loan_id)
        places = map(loan.book.line, loan.book.minimum_places())
        shown = [
            _shown(loan, number, *both)
            for number, both in enumerate(zip(card.statements, places, strict=True), 1)
        ]
        return CardStatements(loan_id=loan_id, statements=shown)

    return router


def _shown(loan: Loan, number: int, one: Billed, line: Line) -> CardStatementShown:
    return CardStatementShown(
        number=number,
        reference=one.reference,
        issued_on=date.fromordinal(one.issued),
        due_on=line.due_on,
        balance=loan.money(one.balance),
        minimum_payment=loan.money(one.minimum),
        interest=loan.money(one.interest),
        unpaid=loan.money(line.unpaid),
        settled_on=line.settled_on,
        paid_in_full=one.paid_in_full,
    )
