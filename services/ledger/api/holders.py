"""Routes of shared loans: who holds which share, and what each holder owns, got, earned and lost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.ledger.api.cases import LENDER_NAME, Cases, lenders_of
from services.ledger.api.journal import AccountBalance, AsOf, KnownAt, PeriodBackwards
from services.ledger.domain import export
from services.ledger.domain.journal import OWED, Account
from services.ledger.store import holdings, journal
from services.ledger.store.holdings import Divided, OnDay
from shared.database import transaction
from shared.decision import Actor, Key
from shared.events.ids import name_id
from shared.http import Allow, AuditedRead
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

HolderName = Annotated[
    str,
    Query(
        alias="holder_reference",
        pattern="^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$",
        description="The lender's own name for the holder",
        examples=["INV-9"],
    ),
]
_OWNED = tuple(account for account in OWED if account is not Account.BORROWER_CREDIT)
_RECEIVED = (Account.CASH, Account.REFINANCED, Account.TRANSFERRED)
_EARNED = (Account.INTEREST_INCOME, Account.FEE_INCOME, Account.PENALTY_INCOME)
_LOST = (Account.GOODWILL, Account.MODIFICATION_LOSS, Account.FORGIVENESS, Account.WRITE_OFF)


class PartShown(BaseModel):
    """What is one holder's, in one currency."""

    owned: Annotated[Money, Field(description="Principal, interest, fees and penalties owed to the holder")]
    paid_out: Annotated[Money, Field(description="The holder's part of what was lent")]
    received: Annotated[
        Money,
        Field(description="The holder's part of the money that came, or that whoever took the loan owes"),
    ]
    earned: Annotated[Money, Field(description="Interest, fees and penalties, paid or not")]
    lost: Annotated[Money, Field(description="Goodwill, modification, forgiveness and write-offs")]
    accounts: Annotated[list[AccountBalance], Field(description="They add up to zero")]


class HolderShown(PartShown):
    """A holder of a loan, or one who has sold all of it."""

    holder_reference: Annotated[
        str, Field(description="The lender's own name where nobody else held the loan")
    ]
    share: Annotated[Decimal, Field(description="0 for one who has sold all")]


class SharesShown(BaseModel):
    """Whose a loan is. What all holders have adds up to the loan's accounts."""

    loan_id: UUID
    as_of: date
    known_at: datetime | None
    since: Annotated[date | None, Field(description="The day from which these shares hold; null: not shared")]
    holders: list[HolderShown]


class HolderTotal(PartShown):
    """What is a holder's in one currency."""

    loans: Annotated[int, Field(description="How many loans the holder has, or had, a share of")]


class HolderTotals(BaseModel):
    """All that a holder has with one lender."""

    lender: str
    holder_reference: str
    as_of: date
    known_at: datetime | None
    totals: Annotated[list[HolderTotal], Field(description="By currency")]


class SideShown(BaseModel):
    """One holder's part of a posting."""

    value_on: date
    recorded_at: datetime
    cause: Annotated[str, Field(description="Such as `payment:P-1`; `shares:2026-03-01` hands over a share")]
    account: Account
    holder_reference: str
    amount: Annotated[Money, Field(description="Above zero: a debit")]


class SharedJournal(BaseModel):
    """A shared loan's journal by holder. Postings of one cause add up to zero for each holder."""

    loan_id: UUID
    postings: list[SideShown]


def holders_router(service: Service) -> APIRouter:
    """Shared loans, for those who may read the books."""
    router = APIRouter(tags=["holders"])
    _shows(router, service)
    _journals(router, service)
    _totals(router, service)
    return router


_READERS = Allow(Scope.BOOKS_READ)


def _shows(router: APIRouter, service: Service) -> None:
    cases = Cases(service)

    @router.get("/loans/{loan_id}/shares")
    async def loan_shares(
        loan_id: UUID,
        actor: Annotated[Actor, _READERS],
        seen: AuditedRead,
        as_of: AsOf = None,
        known_at: KnownAt = None,
    ) -> SharesShown:
        """Who holds a loan, and what of each of its accounts is whose: as of any value date, as known at any
        instant.
        """
        loan = await cases.found(loan_id, actor, seen)
        day = OnDay(as_of or await cases.today(loan), known_at)
        async with transaction(service.engine) as connection:
            found = (await holdings.divided(connection, [loan_id], day)).get(loan_id)
        since, shown = (None, []) if found is None else _holders(found, day.as_of)
        return SharesShown(loan_id=loan_id, as_of=day.as_of, known_at=known_at, since=since, holders=shown)


def _journals(router: APIRouter, service: Service) -> None:
    cases = Cases(service)

    @router.get("/loans/{loan_id}/shares/journal")
    async def shared_journal(
        loan_id: UUID,
        actor: Annotated[Actor, _READERS],
        seen: AuditedRead,
        from_on: Annotated[
            date, Query(alias="from", description="The first value date", examples=["2026-01-01"])
        ] = date.min,
        through: Annotated[
            date, Query(alias="to", description="The last value date", examples=["2026-03-31"])
        ] = date.max,
    ) -> SharedJournal:
        """What each posting of a shared loan is to each holder: whom to pay how much of a payment."""
        if through < from_on:
            raise PeriodBackwards(first=from_on, last=through)
        loan = await cases.found(loan_id, actor, seen)
        async with transaction(service.engine) as connection:
            posted = await journal.transactions_of(connection, loan, from_on, through)
        sides = [
            SideShown(
                value_on=one.value_on,
                recorded_at=one.recorded_at,
                cause=one.cause,
                account=side.account,
                holder_reference=side.holder or loan.lender,
                amount=side.amount,
            )
            for one in posted
            for side in one.sides
        ]
        return SharedJournal(loan_id=loan_id, postings=sides)


def _totals(router: APIRouter, service: Service) -> None:
    cases = Cases(service)

    @router.get("/holders")
    async def holder_totals(
        actor: Annotated[Actor, _READERS],
        seen: AuditedRead,
        lender: Annotated[str, Query(pattern=LENDER_NAME, description="Whose loans", examples=["acme"])],
        holder: HolderName,
        as_of: AsOf = None,
        known_at: KnownAt = None,
    ) -> HolderTotals:
        """What a holder has in all of a lender's loans."""
        lenders_of(actor, lender)
        await seen(Key("Holder", name_id("holder", f"{lender}\n{holder}")))
        day = OnDay(as_of or await cases.today(), known_at)
        sums: dict[str, dict[Account, int]] = defaultdict(lambda: defaultdict(int))
        loans: dict[str, int] = defaultdict(int)
        async for lot in holdings.of_holder(service.engine, lender, holder, day):
            for one in lot.values():
                loans[one.shared.currency] += 1
                for account, minor in one.parts.get(holder, {}).items():
                    sums[one.shared.currency][account] += minor
        totals = [
            HolderTotal(loans=count, **_part(sums[currency], currency))
            for currency, count in sorted(loans.items())
        ]
        return HolderTotals(
            lender=lender, holder_reference=holder, as_of=day.as_of, known_at=known_at, totals=totals
        )


def _holders(found: Divided, on: date) -> tuple[date | None, list[HolderShown]]:
    shared, parts = found
    held = shared.at(on)
    shares = dict(zip(held.holders, held.shares, strict=True))
    shown = [
        HolderShown(
            holder_reference=holder,
            share=shares.get(holder, Decimal(0)),
            **_part(parts.get(holder, {}), shared.currency),
        )
        for holder in sorted({*shares, *parts})
    ]
    return (held.since if held != shared.own else None), shown


def _part(accounts: Mapping[Account, int], currency: str) -> dict[str, object]:
    def total(of: Iterable[Account], sign: int = 1) -> Money:
        return Money(sign * sum(accounts.get(account, 0) for account in of), currency)

    return {
        "owned": total(_OWNED),
        "paid_out": total([Account.DISBURSED], -1),
        "received": total(_RECEIVED),
        "earned": total(_EARNED, -1),
        "lost": total(_LOST),
        "accounts": [
            AccountBalance(account=account, name=export.NAMES[account], balance=Money(minor, currency))
            for account, minor in sorted(accounts.items())
            if minor
        ],
    }
