"""The ledger's routes: events handed in by HTTP, loans, their journal."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.ledger import store
from services.ledger.adapters.lenders import Lenders
from services.ledger.domain.loan import Account, Loan
from services.ledger.flow import INGESTED
from shared.access import Scope
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import NotFound
from shared.events.base import LenderName
from shared.events.ids import name_id
from shared.events.wire import event_of
from shared.fold import NotYours
from shared.http import Allow, AuditedRead, Exactly, Page, Paging, Run, Versioned
from shared.money import Money
from shared.service import Service

NO_ID = UUID(int=0)
LENDER_ASKED = Query(description="Only loans of this lender", pattern="^[a-z0-9][a-z0-9-]{0,39}$")


class LoanUnknown(NotFound):
    """There is no such loan, or it belongs to another lender."""


class NewEvent(BaseModel):
    """An event of a platform, as it would be published to its topic."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "PaymentReceived",
                    "data": {
                        "lender": "acme",
                        "loan_reference": "L-1001",
                        "payment_reference": "P-1",
                        "amount": {"amount": "120.00", "currency": "CNY"},
                        "value_on": "2026-03-02",
                    },
                }
            ]
        }
    )

    type: Annotated[
        str,
        Field(description="The event's name", json_schema_extra={"enum": sorted(INGESTED)}, max_length=100),
    ]
    data: Annotated[dict[str, Any], Field(description="Its data; see the event's JSON Schema")]


class EventTaken(BaseModel):
    """What became of the event."""

    status: Annotated[
        str, Field(description="applied; waiting (its loan has not come yet); queued (behind a parked one)")
    ]
    loan_id: UUID | None = None


class InstalmentShown(BaseModel):
    """One amount due on a date."""

    due_on: date
    amount: Money
    unpaid: Money


class LoanShown(BaseModel):
    """A loan as it stands."""

    loan_id: UUID
    lender: str
    loan_reference: str
    opened_on: date
    unpaid: Annotated[Money, Field(description="All that is still to be paid, due or not")]
    credit: Annotated[Money, Field(description="Paid beyond what was owed; it belongs to the borrower")]
    version: int

    @classmethod
    def of(cls, loan: Loan) -> "LoanShown":
        """The loan without its schedule."""
        return cls(
            loan_id=loan.id,
            lender=loan.lender,
            loan_reference=loan.reference,
            opened_on=loan.opened_on,
            unpaid=loan.schedule.unpaid,
            credit=loan.credit,
            version=loan.version,
        )


class LoanWithSchedule(LoanShown):
    """A loan and what is due when."""

    instalments: list[InstalmentShown]


class PostingShown(BaseModel):
    """One side of a change."""

    cause: Annotated[str, Field(description="`opening`, or the reference of the payment")]
    account: Account
    amount: Annotated[Money, Field(description="Above zero: a debit")]
    value_on: date
    recorded_at: datetime


class Journal(BaseModel):
    """All that was ever posted for a loan. Postings of one cause add up to zero."""

    loan_id: UUID
    postings: list[PostingShown]


class NewLender(BaseModel):
    """A lender to be added."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "acme"}]})

    name: Annotated[LenderName, Field(description="As it will stand in topics")]


class LenderAdded(BaseModel):
    """What the lender's platform needs to publish."""

    lender: str
    topics: Annotated[list[str], Field(description="The platform may write these and nothing else")]
    kafka_user: str
    kafka_password: Annotated[
        str | None,
        Field(description="Told once: null when the request is repeated; adding it again makes a new one"),
    ]
    token: Annotated[
        str | None,
        Field(description="For the HTTP API, where this ledger may sign tokens; told once like the password"),
    ]


def without_secrets(added: LenderAdded) -> LenderAdded:
    """What may be kept of the answer."""
    return added.model_copy(update={"kafka_password": None, "token": None})


def ledger_router(service: Service, lenders: Lenders) -> APIRouter:
    """The ledger's routes over one running service."""
    router = APIRouter()
    router.include_router(_lenders(lenders))
    router.include_router(_events())
    router.include_router(_loans(service))
    return router


def _lenders(lenders: Lenders) -> APIRouter:
    router = APIRouter(tags=["lenders"], dependencies=[Allow(Scope.LENDERS_MANAGE)])

    @router.post("/lenders", status_code=201)
    async def add_lender(body: NewLender, seen: AuditedRead, once: Exactly) -> LenderAdded:
        """Add a lender: its topics, a Kafka user that may write only these, and a token for a start."""

        async def add() -> LenderAdded:
            await seen(Key("Lender", name_id("lender", body.name)))
            added = await lenders.add(body.name)
            return LenderAdded(
                lender=body.name,
                topics=added.topics,
                kafka_user=added.kafka_user,
                kafka_password=added.kafka_password,
                token=added.token,
            )

        return await once(add, LenderAdded, without_secrets)

    return router


def _events() -> APIRouter:
    router = APIRouter(tags=["events"])

    @router.post("/events", status_code=202)
    async def publish_event(
        body: NewEvent, run: Run, actor: Annotated[Actor, Allow(Scope.EVENTS_PUBLISH)]
    ) -> EventTaken:
        """Hand in one event by HTTP instead of Kafka. It enters by the same door and has the same effects."""
        event = event_of(body.type, body.data, INGESTED)
        if not actor.may_act_for(event.lender_name):
            raise NotYours(lender=event.lender_name)
        taken = await run(event)
        return EventTaken(status=taken.status, loan_id=getattr(event, "loan_id", None))

    return router


def _loans(service: Service) -> APIRouter:
    router = APIRouter(tags=["loans"])

    async def found(loan_id: UUID, actor: Actor) -> Loan:
        async with transaction(service.engine) as connection:
            loan = (await store.load_loans(connection, {loan_id: ()})).get(loan_id)
        if loan is None or not actor.may_act_for(loan.lender):
            raise LoanUnknown(loan_id=loan_id)
        return loan

    @router.get("/loans")
    async def list_loans(
        paging: Paging,
        actor: Annotated[Actor, Allow(Scope.LOANS_READ)],
        lender: Annotated[str | None, LENDER_ASKED] = None,
    ) -> Page[LoanShown]:
        """Loans of your lenders, in the order of their ids."""
        lenders = actor.lenders
        if lender is not None:
            lenders = frozenset({lender}) if actor.may_act_for(lender) else frozenset()
        after = UUID(paging.after[0]) if paging.after else NO_ID
        async with transaction(service.engine) as connection:
            rows = await store.loans_page(connection, lenders, after, paging.fetch)
        return paging.page(rows, lambda loan: [loan.id], LoanShown.of)

    @router.get("/loans/{loan_id}")
    async def show_loan(
        loan_id: UUID, actor: Annotated[Actor, Allow(Scope.LOANS_READ)], tag: Versioned, seen: AuditedRead
    ) -> LoanWithSchedule:
        """One loan with its schedule."""
        loan = await found(loan_id, actor)
        await seen(Key("Loan", loan_id))
        tag(loan.version)
        schedule = [InstalmentShown(due_on=i.due_on, amount=i.amount, unpaid=i.unpaid) for i in loan.schedule]
        return LoanWithSchedule(**LoanShown.of(loan).model_dump(), instalments=schedule)

    @router.get("/loans/{loan_id}/journal")
    async def show_journal(
        loan_id: UUID, actor: Annotated[Actor, Allow(Scope.LOANS_READ)], seen: AuditedRead
    ) -> Journal:
        """All postings of a loan, by value date."""
        await found(loan_id, actor)
        await seen(Key("Loan", loan_id))
        async with transaction(service.engine) as connection:
            rows = await store.postings_of(connection, loan_id)
        postings = [PostingShown(**row.posting._asdict(), recorded_at=row.recorded_at) for row in rows]
        return Journal(loan_id=loan_id, postings=postings)

    return router
