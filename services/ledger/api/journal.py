"""Routes of the journal: trial balance, a loan's accounts on any day as known on any day, and the whole of
it as text.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from services.ledger.api.cases import Cases, LenderAsked, lenders_of
from services.ledger.domain import export
from services.ledger.domain.journal import Account
from services.ledger.store import journal
from services.ledger.store.journal import AccountTotal, Asked
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import Refused
from shared.events.ids import name_id
from shared.http import Allow, AuditedRead
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service


class PeriodBackwards(Refused):
    """A period must not end before it begins."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant must lie between the years 1 and 9999") from None


KnownAt = Annotated[
    Annotated[AwareDatetime, AfterValidator(_in_utc)] | None,
    Query(
        description="As it was known at this instant: what was recorded later is not in it. Now unless given",
        examples=["2026-03-31T23:59:59Z"],
    ),
]
AsOf = Annotated[
    date | None,
    Query(description="Value dates through this day; today unless given", examples=["2026-03-31"]),
]


class AccountShown(BaseModel):
    """One account in one currency."""

    account: Account
    name: Annotated[str, Field(description="As exports call it", examples=["Assets:Loans:Principal"])]
    debit: Money
    credit: Money
    balance: Annotated[Money, Field(description="Debits less credits")]


class TotalShown(BaseModel):
    """All accounts of a currency: debits and credits are equal."""

    debit: Money
    credit: Money


class TrialBalance(BaseModel):
    """What stands in each account."""

    as_of: date
    known_at: datetime | None
    accounts: list[AccountShown]
    totals: list[TotalShown]


class AccountBalance(BaseModel):
    """What stands in one account of a loan."""

    account: Account
    name: str
    balance: Annotated[Money, Field(description="Above zero: a debit")]


class LoanBalance(BaseModel):
    """A loan's accounts. They add up to zero."""

    loan_id: UUID
    as_of: date
    known_at: datetime | None
    owed: Annotated[
        Money, Field(description="Principal, interest, fees and penalties that were posted and not paid")
    ]
    credit: Annotated[Money, Field(description="The borrower's")]
    accounts: list[AccountBalance]


def journal_router(service: Service) -> APIRouter:
    """The journal, for those who may read the books."""
    router = APIRouter(tags=["journal"])
    readers = Allow(Scope.BOOKS_READ)
    cases = Cases(service)

    @router.get("/journal/trial-balance")
    async def trial_balance(
        actor: Annotated[Actor, readers],
        as_of: AsOf = None,
        known_at: KnownAt = None,
        lender: LenderAsked = None,
    ) -> TrialBalance:
        """Every account of your lenders' loans, by currency, as of any value date and as known at any
        instant.
        """
        lenders, day = lenders_of(actor, lender), as_of or await cases.today()
        async with transaction(service.engine) as connection:
            rows = await journal.trial_balance(connection, lenders, day, known_at)
        return TrialBalance(
            as_of=day, known_at=known_at, accounts=[_account(row) for row in rows], totals=_totals(rows)
        )

    @router.get("/loans/{loan_id}/balance")
    async def loan_balance(
        loan_id: UUID,
        actor: Annotated[Actor, readers],
        seen: AuditedRead,
        as_of: AsOf = None,
        known_at: KnownAt = None,
    ) -> LoanBalance:
        """A loan's accounts, as of any value date and as known at any instant."""
        loan = await cases.found(loan_id, actor, seen)
        day = as_of or await cases.today(loan)
        async with transaction(service.engine) as connection:
            minor = await journal.balances_of(connection, loan_id, day, known_at)
        return LoanBalance(
            loan_id=loan_id,
            as_of=day,
            known_at=known_at,
            owed=loan.money(sum(minor.get(account, 0) for account in _OWED)),
            credit=loan.money(-minor.get(Account.BORROWER_CREDIT, 0)),
            accounts=[
                AccountBalance(account=account, name=export.NAMES[account], balance=loan.money(amount))
                for account, amount in minor.items()
            ],
        )

    router.include_router(_export_router(service))
    return router


def _export_router(service: Service) -> APIRouter:
    router = APIRouter()

    @router.get(
        "/journal/export",
        response_class=PlainTextResponse,
        responses={200: {"description": "The journal, as text; it ends with the last transaction"}},
    )
    async def export_journal(
        actor: Annotated[Actor, Allow(Scope.BOOKS_READ)],
        seen: AuditedRead,
        format_: Annotated[
            export.Format, Query(alias="format", description="Whose text it is", examples=["beancount"])
        ],
        lender: LenderAsked = None,
        from_on: Annotated[
            date, Query(alias="from", description="The first value date", examples=["2026-01-01"])
        ] = date.min,
        through: Annotated[
            date, Query(alias="to", description="The last value date", examples=["2026-03-31"])
        ] = date.max,
    ) -> StreamingResponse:
        """The journal of your lenders' loans as plain text for hledger or beancount: one transaction per
        loan, cause, value date and instant of recording. What is recorded after the request is not in it.
        """
        if through < from_on:
            raise PeriodBackwards(first=from_on, last=through)
        lenders = lenders_of(actor, lender)
        await seen(None if lender is None else Key("Lender", name_id("lender", lender)))
        async with transaction(service.engine) as connection:
            head = export.head(format_, await journal.currencies_of(connection, lenders))
        asked = Asked(lenders, from_on, through)

        async def text() -> AsyncIterator[str]:
            yield head
            async for lot in journal.transactions(service.engine, asked):
                yield "".join(export.write(format_, lot))

        name = f'attachment; filename="journal.{format_.value}"'
        return StreamingResponse(text(), media_type="text/plain", headers={"Content-Disposition": name})

    return router


_OWED = (
    Account.PRINCIPAL,
    Account.INTEREST_RECEIVABLE,
    Account.FEES_RECEIVABLE,
    Account.PENALTY_RECEIVABLE,
)


def _account(row: AccountTotal) -> AccountShown:
    return AccountShown(
        account=row.account,
        name=export.NAMES[row.account],
        debit=row.debit,
        credit=row.credit,
        balance=row.debit - row.credit,
    )


def _totals(rows: Iterable[AccountTotal]) -> list[TotalShown]:
    by_currency: dict[str, list[AccountTotal]] = defaultdict(list)
    for row in rows:
        by_currency[row.debit.currency].append(row)
    return [
        TotalShown(
            debit=Money(sum(row.debit.minor for row in those), currency),
            credit=Money(sum(row.credit.minor for row in those), currency),
        )
        for currency, those in by_currency.items()
    ]
