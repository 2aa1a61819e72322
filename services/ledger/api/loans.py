"""Routes that show loans: how they stand and why, what happened to them, their journal."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.ledger.api.cards import CardShown
from services.ledger.api.cases import Cases, LenderAsked, lenders_of
from services.ledger.api.course import CourseShown
from services.ledger.domain import facts
from services.ledger.domain.explaining import why_due
from services.ledger.domain.journal import Account
from services.ledger.domain.loan import Loan
from services.ledger.domain.standing import explain_lateness
from services.ledger.store import reads
from services.ledger.store.reads import Agreed, FiledFact
from shared.database import transaction
from shared.decision import Actor
from shared.events.parts import Components
from shared.http import Allow, AuditedRead, Page, Paging, Versioned
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

NO_ID = UUID(int=0)
BUCKET_ASKED = Query(
    description="Only loans in this bucket, as it was told last", pattern="^[A-Za-z0-9_+-]{1,20}$"
)
REFERENCE_ASKED = Query(description="Only the loan that its lender calls so", max_length=100)


class InstalmentShown(BaseModel):
    """One amount due on a date."""

    number: int
    due_on: date
    amount: Money
    unpaid: Money
    components: Annotated[Components | None, Field(description="What the amount is for")] = None
    settled_on: date | None = None
    why_due: Annotated[
        str | None, Field(description="Why it does not fall due on the day of its rhythm; null: it does")
    ] = None


class LoanShown(BaseModel):
    """A loan as it stands."""

    loan_id: UUID
    lender: str
    loan_reference: str
    product: Annotated[str | None, Field(description="Its terms: `GET /v1/loans/{loan_id}/terms`")]
    product_version: int | None
    opened_on: date
    unpaid: Annotated[Money, Field(description="All that is still to be paid, due or not")]
    principal: Annotated[Money, Field(description="Principal that is owed, due or not")]
    credit: Annotated[Money, Field(description="Paid beyond what was owed; it belongs to the borrower")]
    bucket: Annotated[str | None, Field(description="The bucket that was told last; null: never late so far")]
    oldest_unpaid_due_on: Annotated[date | None, Field(description="Due date of the first unpaid instalment")]
    version: int

    @classmethod
    def of(cls, loan: Loan) -> "LoanShown":
        """The loan without its schedule."""
        return cls(
            loan_id=loan.id,
            lender=loan.lender,
            loan_reference=loan.reference,
            product=loan.product,
            product_version=loan.product_version,
            opened_on=loan.opened_on,
            unpaid=loan.money(loan.book.outstanding),
            principal=loan.money(loan.book.balance),
            credit=loan.money(loan.book.credit),
            bucket=None if loan.course.gone else loan.told.bucket or None,
            oldest_unpaid_due_on=loan.open_due_on,
            version=loan.version,
        )


class LoanWithSchedule(LoanShown):
    """A loan, what is due when, and what became of it."""

    instalments: list[InstalmentShown]
    course: CourseShown
    card: Annotated[CardShown | None, Field(description="Of a revolving loan")] = None


class TwoPeople(BaseModel):
    """Who proposed a change, and who approved it."""

    proposal_id: UUID
    proposed_by: str
    approved_by: str

    @classmethod
    def of(cls, agreed: Agreed | None) -> "TwoPeople | None":
        """None where nobody did: it came from the platform."""
        return None if agreed is None else cls(**agreed._asdict())


class FactShown(BaseModel):
    """Something that happened to a loan."""

    kind: str
    reference: str
    value_on: date
    amount: Money | None = None
    recorded_at: datetime
    reversed_on: date | None = None
    reversal: Annotated[str | None, Field(description="Why it was reversed")] = None
    added_by: Annotated[TwoPeople | None, Field(description="Where people put it into the file")] = None
    reversed_by: Annotated[TwoPeople | None, Field(description="Where people took it back")] = None


class File(BaseModel):
    """All that happened to a loan, by value date. What was reversed stays, marked."""

    loan_id: UUID
    facts: list[FactShown]


class Lateness(BaseModel):
    """Why a loan is as late as it is."""

    loan_id: UUID
    on: date
    days_past_due: int
    arrears: Money
    bucket: str
    reason: str
    instalment: int | None
    due_on: date | None


class PostingShown(BaseModel):
    """One side of a change."""

    cause: Annotated[str, Field(description="The reference of the fact, such as `payment:P-1`")]
    account: Account
    amount: Annotated[Money, Field(description="Above zero: a debit")]
    value_on: date
    recorded_at: datetime


class Journal(BaseModel):
    """All that was ever posted for a loan. Postings of one cause add up to zero."""

    loan_id: UUID
    postings: list[PostingShown]


def loans_router(service: Service) -> APIRouter:
    """Loans, for those who may read them."""
    router = APIRouter(tags=["loans"])
    _lists(router, service)
    _shows(router, service)
    _files(router, service)
    return router


_READERS = Allow(Scope.LOANS_READ)


def _lists(router: APIRouter, service: Service) -> None:
    @router.get("/loans")
    async def list_loans(
        paging: Paging,
        actor: Annotated[Actor, _READERS],
        lender: LenderAsked = None,
        bucket: Annotated[str | None, BUCKET_ASKED] = None,
        reference: Annotated[str | None, REFERENCE_ASKED] = None,
    ) -> Page[LoanShown]:
        """Loans of your lenders, in the order of their ids."""
        after = UUID(paging.after[0]) if paging.after else NO_ID
        async with transaction(service.engine) as connection:
            wanted = reads.Wanted(lenders_of(actor, lender), bucket, reference)
            rows = await reads.loans_page(connection, wanted, after, paging.fetch)
        return paging.page(rows, lambda loan: [loan.id], LoanShown.of)


def _shows(router: APIRouter, service: Service) -> None:
    cases = Cases(service)

    @router.get("/loans/{loan_id}")
    async def show_loan(
        loan_id: UUID, actor: Annotated[Actor, _READERS], tag: Versioned, seen: AuditedRead
    ) -> LoanWithSchedule:
        """One loan with its schedule."""
        loan = await cases.found(loan_id, actor, seen)
        tag(loan.version)
        card = CardShown.of(loan, await cases.today(loan)) if loan.book.card else None
        return LoanWithSchedule(
            **LoanShown.of(loan).model_dump(),
            instalments=_instalments(loan),
            course=CourseShown.of(loan),
            card=card,
        )

    @router.get("/loans/{loan_id}/lateness")
    async def explain_lateness_of_loan(
        loan_id: UUID,
        actor: Annotated[Actor, _READERS],
        seen: AuditedRead,
        on: Annotated[date | None, Query(description="Today in the loan's zone unless given")] = None,
    ) -> Lateness:
        """How late a loan is on a day, by its facts as they are known now, and why."""
        loan = await cases.found(loan_id, actor, seen)
        day = on or await cases.today(loan)
        why, bucket = explain_lateness(loan, day)
        return Lateness(
            loan_id=loan_id,
            on=day,
            days_past_due=why.days_past_due,
            arrears=why.arrears,
            bucket=bucket,
            reason=why.text,
            instalment=why.number,
            due_on=why.due_on,
        )


def _files(router: APIRouter, service: Service) -> None:
    cases = Cases(service)

    @router.get("/loans/{loan_id}/facts")
    async def show_facts(loan_id: UUID, actor: Annotated[Actor, _READERS], seen: AuditedRead) -> File:
        """All that happened to a loan, by value date."""
        loan = await cases.found(loan_id, actor, seen)
        async with transaction(service.engine) as connection:
            rows = await reads.file_of(connection, loan_id)
        return File(loan_id=loan_id, facts=[_fact(loan, row) for row in rows])

    @router.get("/loans/{loan_id}/journal")
    async def show_journal(loan_id: UUID, actor: Annotated[Actor, _READERS], seen: AuditedRead) -> Journal:
        """All postings of a loan, by value date."""
        await cases.found(loan_id, actor, seen)
        async with transaction(service.engine) as connection:
            rows = await reads.postings_of(connection, loan_id)
        return Journal(loan_id=loan_id, postings=[PostingShown(**row._asdict()) for row in rows])


def _instalments(loan: Loan) -> list[InstalmentShown]:
    shown = []
    for line in loan.book.lines():
        penalty, fees, interest, principal = (loan.money(part) if part else None for part in line.owed)
        shown.append(
            InstalmentShown(
                number=line.number,
                due_on=line.due_on,
                amount=loan.money(sum(line.owed)),
                unpaid=loan.money(line.unpaid),
                components=Components(principal=principal, interest=interest, fees=fees, penalty=penalty),
                settled_on=line.settled_on,
                why_due=why_due(line, loan.book.terms),
            )
        )
    return shown


def _fact(loan: Loan, row: FiledFact) -> FactShown:
    fact = row.fact
    amount = None if isinstance(fact, facts.Dispute) else getattr(fact, "amount", None)
    return FactShown(
        kind=type(fact).__name__,
        reference=fact.reference,
        value_on=fact.value_on,
        amount=None if amount is None else loan.money(amount),
        recorded_at=row.recorded_at,
        reversed_on=row.reversed_on,
        reversal=row.reversal,
        added_by=TwoPeople.of(row.added_by),
        reversed_by=TwoPeople.of(row.reversed_by),
    )
