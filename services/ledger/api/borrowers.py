"""The route that shows the loans of a borrower."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from services.ledger.api.cases import LENDER_NAME, Cases, lenders_of
from services.ledger.api.loans import LoanShown
from services.ledger.store import parties
from services.ledger.store.erasures import borrower_id
from services.ledger.store.parties import LoanOfBorrower
from shared.database import transaction
from shared.decision import Actor, Key
from shared.events.parts import PartyRole
from shared.http import Allow, AuditedRead, Page, Paging
from shared.scopes import Scope
from shared.service import Service

NO_ID = UUID(int=0)


class BorrowerLoan(LoanShown):
    """A loan that a person is part of."""

    roles: Annotated[list[PartyRole], Field(description="What the person is to the loan today")]


def borrowers_router(service: Service) -> APIRouter:
    """What a lender's borrowers owe, for those who may read loans."""
    router = APIRouter(tags=["loans"])
    cases = Cases(service)

    @router.get("/borrowers/{lender}/{borrower_reference}/loans")
    async def loans_of_borrower(
        paging: Paging,
        actor: Annotated[Actor, Allow(Scope.LOANS_READ)],
        seen: AuditedRead,
        lender: Annotated[str, Path(pattern=LENDER_NAME, description="The lender's name", examples=["acme"])],
        borrower_reference: Annotated[
            str,
            Path(
                pattern="^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$",
                description="The lender's own name for the person",
                examples=["C-77"],
            ),
        ],
    ) -> Page[BorrowerLoan]:
        """All loans of which a person is part today, as a borrower or in another role, in the order of
        their ids.
        """
        lenders_of(actor, lender)
        await seen(Key("Borrower", borrower_id(lender, borrower_reference)))
        after = UUID(paging.after[0]) if paging.after else NO_ID
        today = await cases.today()
        async with transaction(service.engine) as connection:
            person = parties.Person(lender, borrower_reference)
            rows = await parties.loans_of(connection, person, today, after, paging.fetch)
        return paging.page(rows, lambda row: [row.loan.id], _shown)

    return router


def _shown(row: LoanOfBorrower) -> BorrowerLoan:
    return BorrowerLoan(**LoanShown.of(row.loan).model_dump(), roles=list(row.roles))
