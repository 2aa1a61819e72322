"""Routes of credit records, and of what of a joint loan may be asked of whom."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.ledger.api.cases import Cases
from services.ledger.domain.credit_record.history import MonthShown, months_shown
from services.ledger.domain.credit_record.record import HISTORY
from services.ledger.domain.liability import liabilities
from services.ledger.domain.loan import Loan
from services.ledger.store.loans import load_history
from services.ledger.store.records import months_reported
from shared.database import transaction
from shared.decision import Actor
from shared.http import Allow, AuditedRead
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

_READERS = Allow(Scope.LOANS_READ)
Codes = Annotated[dict[str, str], Field(description="By scheme; empty: the scheme shows nothing")]


class MonthOfRecord(BaseModel):
    """How a loan stood at the end of a month."""

    month: Annotated[date, Field(description="Its first day")]
    reported: Annotated[Codes, Field(description="As it was first reported")]
    reported_at: Annotated[
        datetime | None,
        Field(description="Null: it ended as the month before it, and no report of it was made"),
    ]
    corrected: Annotated[Codes | None, Field(description="As it was corrected last; null: it never was")]
    corrected_at: datetime | None

    @classmethod
    def of(cls, month: MonthShown) -> "MonthOfRecord":
        """The month as the record has it."""
        return cls(
            month=month.first_on,
            reported=month.reported,
            reported_at=month.reported_at,
            corrected=month.corrected,
            corrected_at=month.corrected_at,
        )


class CreditRecord(BaseModel):
    """A loan in the credit records and risk classes that its product names."""

    loan_id: UUID
    schemes: list[str]
    as_of: Annotated[date | None, Field(description="The day for which it was told last; null: not yet")]
    codes: Annotated[Codes, Field(description="As they were told last")]
    months: Annotated[list[MonthOfRecord], Field(description="The newest first")]


class LiabilityShown(BaseModel):
    """What may be asked of someone."""

    person_id: Annotated[UUID | None, Field(description="Who has a hold of his own; null: all others")]
    owed: Annotated[Money, Field(description="What would have to be paid on the day so that nothing is owed")]
    arrears: Money
    days_past_due: int


class Liabilities(BaseModel):
    """What may be asked of whom on a day. What is demanded is never more than what all of them owe."""

    loan_id: UUID
    on: date
    liabilities: list[LiabilityShown]


def records_router(service: Service) -> APIRouter:
    """A loan's credit record and its borrowers' liability, for those who may read loans."""
    router = APIRouter(tags=["loans"])
    cases = Cases(service)

    @router.get("/loans/{loan_id}/credit-record")
    async def show_credit_record(
        loan_id: UUID, actor: Annotated[Actor, _READERS], seen: AuditedRead
    ) -> CreditRecord:
        """How a loan stands in credit records: as it was told last, and month by month as it was reported
        and as it was corrected.
        """
        loan = await cases.found(loan_id, actor, seen)
        async with transaction(service.engine) as connection:
            rows = await months_reported(connection, loan_id)
        credit = loan.told.credit
        told = credit is not None and bool(credit.codes)
        closed = credit.carried.closed if credit else None
        return CreditRecord(
            loan_id=loan_id,
            schemes=list(loan.rules.credit_schemes),
            as_of=credit.carried.through if credit and told else None,
            codes=_codes(loan),
            months=[MonthOfRecord.of(one) for one in months_shown(rows, closed)],
        )

    @router.get("/loans/{loan_id}/liability")
    async def show_liability(
        loan_id: UUID,
        actor: Annotated[Actor, _READERS],
        seen: AuditedRead,
        on: Annotated[date | None, Query(description="Today in the loan's zone unless given")] = None,
    ) -> Liabilities:
        """What of a loan may be asked of whom, where one of its people has a hold of his own."""
        loan = await cases.found(loan_id, actor, seen)
        day = on or await cases.today(loan)
        async with transaction(service.engine) as connection:
            history = (await load_history(connection, [loan_id]))[loan_id]
        shown = [
            LiabilityShown(
                person_id=one.person,
                owed=loan.money(one.owed),
                arrears=loan.money(one.arrears),
                days_past_due=one.days_past_due,
            )
            for one in liabilities(loan, history, day)
        ]
        return Liabilities(loan_id=loan_id, on=day, liabilities=shown)

    return router


def _codes(loan: Loan) -> dict[str, str]:
    credit = loan.told.credit
    if credit is None or not credit.codes:
        return {}
    by_scheme = dict(zip(loan.rules.credit_schemes, credit.codes, strict=True))
    return {scheme: code for scheme, code in by_scheme.items() if scheme != HISTORY}
