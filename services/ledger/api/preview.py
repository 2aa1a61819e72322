"""The route that prices reliefs."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.ledger.api.lookups import LoanUnknown
from services.ledger.domain.loan import Loan
from services.ledger.domain.outlook import Outlook
from services.ledger.domain.preview import Preview, outlook_of, preview
from services.ledger.store.loans import load_history, load_loans
from shared.database import transaction
from shared.decision import Actor, Context, Key
from shared.events.parts import ReliefPhase
from shared.http import Allow, AuditedRead
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

LOANS_MAX, CANDIDATES_MAX = 50, 50


class Candidate(BaseModel):
    """One relief that may be offered: phases that take effect on their days."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=60, description="Yours, to find the answer by")]
    phases: Annotated[list[ReliefPhase], Field(min_length=1, max_length=50)]


class Asked(BaseModel):
    """The candidates for one loan."""

    model_config = ConfigDict(extra="forbid")

    loan_id: UUID
    candidates: Annotated[list[Candidate], Field(min_length=1, max_length=CANDIDATES_MAX)]


class Question(BaseModel):
    """Which reliefs to price."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "loans": [
                        {
                            "loan_id": "b5070bb5-2fe4-5f75-a382-d7544da5491d",
                            "candidates": [
                                {
                                    "name": "three months later",
                                    "phases": [
                                        {
                                            "kind": "deferral_interest_frozen",
                                            "effective_on": "2026-03-01",
                                            "ends_on": "2026-05-31",
                                        }
                                    ],
                                }
                            ],
                        }
                    ]
                }
            ]
        },
    )

    loans: Annotated[list[Asked], Field(min_length=1, max_length=LOANS_MAX)]
    apr: Annotated[bool, Field(description="Whether rates of charge are wanted: half the work")] = True


class DueShown(BaseModel):
    """What is to be paid on a date."""

    due_on: date
    amount: Money
    principal: Money
    interest: Money
    fees: Money
    penalty: Money


class OutlookShown(BaseModel):
    """What is still to come of a loan."""

    dues: list[DueShown]
    total: Money
    cost: Annotated[Money, Field(description="Interest, fees and penalties among the total")]
    ends_on: date | None
    apr: Annotated[Decimal | None, Field(description="A yearly rate: 0.12 is 12 %")]
    present_value: Annotated[Money, Field(description="To the lender, at the loan's own rate")]


class CandidatePriced(BaseModel):
    """A candidate with what it would make of the loan, or why it cannot be."""

    name: str
    after: OutlookShown | None
    refused: str | None


class LoanPriced(BaseModel):
    """A loan as it is, and with each candidate. `version` is that of the loan that was priced."""

    loan_id: UUID
    version: int
    before: OutlookShown
    candidates: list[CandidatePriced]


class Priced(BaseModel):
    """The answer to a question, loan by loan, in its order."""

    loans: list[LoanPriced]


def preview_router(service: Service) -> APIRouter:
    """Pricing reliefs: it changes nothing."""
    router = APIRouter(tags=["reliefs"])

    @router.post("/preview")
    async def price(
        body: Question, actor: Annotated[Actor, Allow(Scope.LOANS_READ)], seen: AuditedRead
    ) -> Priced:
        """What reliefs would make of loans: schedule, total, cost, end and rate before and after."""
        ids = [one.loan_id for one in body.loans]
        async with transaction(service.engine) as connection:
            loans = await load_loans(connection, dict.fromkeys(ids, ()))
            files = await load_history(connection, ids)
            now = await service.clock.now(connection)
        for asked in body.loans:
            loan = loans.get(asked.loan_id)
            if loan is None or not actor.may_act_for(loan.lender):
                raise LoanUnknown(loan_id=asked.loan_id)
        await asyncio.gather(*(seen(Key(Loan.__name__, one)) for one in ids))
        answers = []
        for asked in body.loans:
            loan = loans[asked.loan_id]
            context = Context(now, actor, history=files[loan.id])
            before = outlook_of(loan, loan.today(now), with_apr=body.apr)
            priced = [
                (one.name, preview(loan, one.phases, context, before, with_apr=body.apr))
                for one in asked.candidates
            ]
            answers.append(_loan(loan, priced))
        return Priced(loans=answers)

    return router


def _loan(loan: Loan, priced: list[tuple[str, Preview]]) -> LoanPriced:
    return LoanPriced(
        loan_id=loan.id,
        version=loan.version,
        before=_outlook(loan, priced[0][1].before),
        candidates=[
            CandidatePriced(
                name=name,
                after=None if one.after is None else _outlook(loan, one.after),
                refused=one.refused,
            )
            for name, one in priced
        ],
    )


def _outlook(loan: Loan, one: Outlook) -> OutlookShown:
    return OutlookShown(
        dues=[
            DueShown(
                due_on=due.on,
                amount=loan.money(due.total),
                principal=loan.money(due.principal),
                interest=loan.money(due.interest),
                fees=loan.money(due.fees),
                penalty=loan.money(due.penalty),
            )
            for due in one.dues
        ],
        total=loan.money(one.total),
        cost=loan.money(one.cost),
        ends_on=one.ends_on,
        apr=one.apr,
        present_value=loan.money(one.present_value),
    )
