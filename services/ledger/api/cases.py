"""What routes share that show a person's case: the loan that was asked for, whose loans a caller may see,
today.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.ledger.api.lookups import find_loan
from services.ledger.domain.loan import Loan
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import NotFound
from shared.http import Seen
from shared.service import Service

LENDER_NAME = "^[a-z0-9][a-z0-9-]{0,39}$"
LenderAsked = Annotated[
    str | None, Query(description="Only what is this lender's", pattern=LENDER_NAME, examples=["acme"])
]


class LenderUnknown(NotFound):
    """There is no such lender, or its loans are not yours to see."""


class Cases:
    """Loans as callers may see them."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def found(self, loan_id: UUID, actor: Actor, seen: Seen) -> Loan:
        """The loan, once the audit has the read. Raises LoanUnknown."""
        loan = await find_loan(self._service, loan_id, actor)
        await seen(Key("Loan", loan_id))
        return loan

    async def today(self, loan: Loan | None = None) -> date:
        """Today where the loan is; without one, in UTC."""
        async with transaction(self._service.engine) as connection:
            now = await self._service.clock.now(connection)
        return now.date() if loan is None else loan.today(now)


def lenders_of(actor: Actor, lender: str | None) -> frozenset[str] | None:
    """Whose loans, money or proposals are shown; None: all. Raises LenderUnknown for a lender that is not
    the caller's.
    """
    if lender is None:
        return actor.lenders
    if not actor.may_act_for(lender):
        raise LenderUnknown(lender=lender)
    return frozenset({lender})
