"""The route of a portfolio: ageing table, share at risk, roll rates, cure rates, vintages, expected cash."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.ledger.api.cases import Cases, LenderAsked, lenders_of
from services.ledger.domain.buckets import M0_M7, SCHEMES, scheme_of
from services.ledger.domain.portfolio import CURED_WITHIN_DAYS, Portfolio, portfolio
from services.ledger.domain.roll_rates import VINTAGE_DAYS
from services.ledger.store.portfolio import Asked, Basis, counts
from shared.database import transaction
from shared.decision import Actor
from shared.errors import Refused
from shared.http import Allow
from shared.money import Money
from shared.scopes import Scope
from shared.service import Service

FIRST_DAY = date(1900, 1, 1)
COMPARED_DAYS = 30
_SIX = Decimal("0.000001")
Share = Annotated[
    str | None,
    Field(description="A part of 1, with six decimals; null: a part of nothing", examples=["0.031250"]),
]
_SCHEME = Query(
    description="The scheme of buckets", examples=[M0_M7.name], json_schema_extra={"enum": sorted(SCHEMES)}
)

_BASIS = Query(
    description="Whether days gone by count as they were told then, or as they are known now",
    examples=["known"],
)


class DayOutOfReach(Refused):
    """A portfolio is shown for days from 1900 through today, and compared with a day that is not later."""


class AgeingShown(BaseModel):
    """The loans in one bucket."""

    bucket: str
    loans: int
    owed: Annotated[Money, Field(description="All their principal, due or not")]
    arrears: Money


class AtRiskShown(BaseModel):
    """Loans more than so many days past due."""

    more_than_days: int
    loans: int
    owed: Annotated[Money, Field(description="All their principal, due or not")]
    share: Share


class RollShown(BaseModel):
    """One cell of the matrix: of the loans in `before`, those that are in `after`, or repaid or written
    off.
    """

    before: str
    after: str
    loans: int
    owed: Annotated[Money, Field(description="What they owed on the first date")]
    share_of_loans: Share
    share_of_owed: Share


class CureShown(BaseModel):
    """Arrears that reached a bucket at worst, and how many of them were cured in time."""

    bucket: str
    spells: int
    cured: int
    share: Share
    share_of_arrears: Share


class VintageShown(BaseModel):
    """Of the loans opened in a month: those that were ever that late within so many months after it."""

    opened_in: Annotated[date, Field(description="The first day of the month")]
    months: int
    loans: int
    share_of_loans: Share
    share_of_principal: Share


class CashShown(BaseModel):
    """What falls due on a day."""

    due_on: date
    scheduled: Money
    expected: Annotated[
        Money, Field(description="By what loans of each bucket were found to pay between the dates")
    ]


class PortfolioOfCurrency(BaseModel):
    """The figures in one currency: nothing is added across currencies."""

    currency: str
    ageing: list[AgeingShown]
    at_risk: list[AtRiskShown]
    roll_rates: list[RollShown]
    cure_rates: list[CureShown]
    vintages: list[VintageShown]
    expected_cash: list[CashShown]


class PortfolioShown(BaseModel):
    """A portfolio: as it was told, where what became known later does not change how it stood on an earlier
    day, or as it is known now.
    """

    as_of: date
    since: Annotated[date, Field(description="The day that the roll rates begin with")]
    buckets: str
    basis: Basis
    cured_within_days: Annotated[
        int, Field(description="Arrears that end within so many days count as cured")
    ]
    vintage_days: Annotated[int, Field(description="Vintages count loans that were so many days past due")]
    currencies: list[PortfolioOfCurrency]


def portfolio_router(service: Service) -> APIRouter:
    """Portfolios, for those who may read the books."""
    router = APIRouter(tags=["portfolio"])
    cases = Cases(service)

    @router.get("/portfolio")
    async def show_portfolio(
        actor: Annotated[Actor, Allow(Scope.BOOKS_READ)],
        lender: LenderAsked = None,
        as_of: Annotated[date | None, Query(description="Today unless given")] = None,
        since: Annotated[
            date | None, Query(description="What the roll rates compare with; 30 days before unless given")
        ] = None,
        buckets: Annotated[str, _SCHEME] = M0_M7.name,
        basis: Annotated[Basis, _BASIS] = Basis.TOLD,
    ) -> PortfolioShown:
        """Your lenders' loans in figures, by currency. Expected cash is of the schedules as they stand
        now.
        """
        lenders, today = lenders_of(actor, lender), await cases.today()
        day = as_of or today
        before = since or max(FIRST_DAY, day - timedelta(days=COMPARED_DAYS)) if day >= FIRST_DAY else day
        if not FIRST_DAY <= before <= day <= today:
            raise DayOutOfReach(since=before, as_of=day, today=today)
        scheme = scheme_of(buckets)
        async with transaction(service.engine) as connection:
            found = await counts(connection, Asked(lenders, day, before, scheme, basis))
        return PortfolioShown(
            as_of=day,
            since=before,
            buckets=scheme.name,
            basis=basis,
            cured_within_days=CURED_WITHIN_DAYS,
            vintage_days=VINTAGE_DAYS,
            currencies=_by_currency(portfolio(found, day, scheme)),
        )

    return router


def _by_currency(made: Portfolio) -> list[PortfolioOfCurrency]:
    groups = (made.ageing, made.at_risk, made.rolls, made.cures, made.vintages, made.cash)
    codes = sorted({row.currency for group in groups for row in group})
    return [_of_currency(made, code) for code in codes]


def _of_currency(made: Portfolio, code: str) -> PortfolioOfCurrency:
    return PortfolioOfCurrency(
        currency=code,
        ageing=[
            AgeingShown(
                bucket=one.bucket,
                loans=one.loans,
                owed=Money(one.owed_minor, code),
                arrears=Money(one.arrears_minor, code),
            )
            for one in made.ageing
            if one.currency == code
        ],
        at_risk=[
            AtRiskShown(
                more_than_days=one.days,
                loans=one.loans,
                owed=Money(one.owed_minor, code),
                share=_share(one.share),
            )
            for one in made.at_risk
            if one.currency == code
        ],
        roll_rates=_rolls(made, code),
        cure_rates=_cures(made, code),
        vintages=_vintages(made, code),
        expected_cash=[
            CashShown(
                due_on=one.due_on,
                scheduled=Money(one.scheduled_minor, code),
                expected=Money(one.expected_minor, code),
            )
            for one in made.cash
            if one.currency == code
        ],
    )


def _rolls(made: Portfolio, code: str) -> list[RollShown]:
    return [
        RollShown(
            before=one.before,
            after=one.after,
            loans=one.loans,
            owed=Money(one.owed_minor, code),
            share_of_loans=_share(one.share_of_loans),
            share_of_owed=_share(one.share_of_owed),
        )
        for one in made.rolls
        if one.currency == code
    ]


def _cures(made: Portfolio, code: str) -> list[CureShown]:
    return [
        CureShown(
            bucket=one.bucket,
            spells=one.spells,
            cured=one.cured,
            share=_share(one.share),
            share_of_arrears=_share(one.share_of_arrears),
        )
        for one in made.cures
        if one.currency == code
    ]


def _vintages(made: Portfolio, code: str) -> list[VintageShown]:
    return [
        VintageShown(
            opened_in=one.opened_in,
            months=one.months,
            loans=one.loans,
            share_of_loans=_share(one.share_of_loans),
            share_of_principal=_share(one.share_of_principal),
        )
        for one in made.vintages
        if one.currency == code
    ]


def _share(part: Fraction | None) -> str | None:
    if part is None:
        return None
    return f"{(Decimal(part.numerator) / part.denominator).quantize(_SIX, ROUND_HALF_EVEN):f}"
