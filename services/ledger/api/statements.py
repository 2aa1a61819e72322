"""The route of a loan's statement: for programs, for spreadsheets, to print."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from services.ledger.api.cases import Cases
from services.ledger.api.statement_forms import CONTENT_POLICY, as_csv, as_page
from services.ledger.api.statement_models import StatementShown
from services.ledger.domain.statement import statement
from services.ledger.store.loans import load_history
from shared.database import transaction
from shared.decision import Actor
from shared.errors import Refused
from shared.http import Allow, AuditedRead
from shared.scopes import Scope
from shared.service import Service


class StatementEndsEarly(Refused):
    """A statement ends on the day on which it begins, or later, and not before the loan was opened."""


class Form(StrEnum):
    """In which form the statement comes."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"


_FORMS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The statement in the form that was asked for",
        "content": {"text/csv": {"schema": {"type": "string"}}, "text/html": {"schema": {"type": "string"}}},
    }
}


def statements_router(service: Service) -> APIRouter:
    """Statements, for those who may read loans."""
    router = APIRouter(tags=["loans"])
    cases = Cases(service)

    @router.get("/loans/{loan_id}/statement", response_model=StatementShown, responses=_FORMS)
    async def loan_statement(
        loan_id: UUID,
        actor: Annotated[Actor, Allow(Scope.LOANS_READ)],
        seen: AuditedRead,
        as_of: Annotated[
            date | None, Query(description="Its last day; today where the loan is, unless given")
        ] = None,
        from_on: Annotated[
            date | None, Query(alias="from", description="Its first day; that of the opening unless given")
        ] = None,
        form: Annotated[
            Form, Query(alias="format", description="JSON, CSV, or a page to print", examples=["html"])
        ] = Form.JSON,
    ) -> StatementShown | Response:
        """What was owed, what happened, where each payment went, what is unpaid, and why the loan is as
        late as it is: by its facts as they are known now.
        """
        loan = await cases.found(loan_id, actor, seen)
        last = as_of or max(await cases.today(loan), loan.opened_on)
        first = max(from_on or loan.opened_on, loan.opened_on)
        if last < first:
            raise StatementEndsEarly(first=first, last=last)
        async with transaction(service.engine) as connection:
            history = (await load_history(connection, [loan_id]))[loan_id]
        shown = StatementShown.of(loan, statement(loan, history, first, last), first)
        name = f"statement-{last}"
        if form is Form.CSV:
            named = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
            return Response(as_csv(shown), media_type="text/csv", headers=named)
        if form is Form.HTML:
            return HTMLResponse(as_page(shown), headers={"Content-Security-Policy": CONTENT_POLICY})
        return shown

    return router
