"""Routes that show products with all their versions, and the terms that a loan was opened with."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from services.ledger.api.cases import LENDER_NAME, Cases, LenderAsked, lenders_of
from services.ledger.domain.business_days import calendar_of
from services.ledger.domain.loan import Loan
from services.ledger.domain.products import Product, ProductVersion, product_id
from services.ledger.store import feeds
from shared.database import transaction
from shared.decision import Actor
from shared.errors import NotFound
from shared.events.loans import Channel, LoanKind, ProductTerms
from shared.events.parts import Rate
from shared.http import Allow, AuditedRead, Page, Paging
from shared.scopes import Scope
from shared.service import Service

READS = Allow(Scope.LOANS_READ)


class ProductUnknown(NotFound):
    """There is no such product, or it belongs to another lender."""


class VersionShown(BaseModel):
    """One version of a product. It never changes: a change is a new version."""

    product_version: int
    effective_on: Annotated[date, Field(description="It applies to loans opened from this day on")]
    kind: LoanKind
    channel: Channel
    terms: ProductTerms

    @classmethod
    def of(cls, version: ProductVersion) -> "VersionShown":
        """As it was published."""
        return cls(
            product_version=version.version,
            effective_on=version.effective_on,
            kind=version.kind,
            channel=version.channel,
            terms=version.terms,
        )


class ProductShown(BaseModel):
    """A product with all its versions, the oldest first."""

    lender: str
    product: str
    versions: list[VersionShown]

    @classmethod
    def of(cls, product: Product) -> "ProductShown":
        """All that was published of it."""
        return cls(
            lender=product.lender,
            product=product.code,
            versions=[VersionShown.of(one) for one in product.versions],
        )


class CalendarShown(BaseModel):
    """The closed days of a loan, as they were known when it was opened."""

    name: str
    source: Annotated[str, Field(description="Where the holidays are from, with its version")]
    first_year: int | None
    last_year: Annotated[int | None, Field(description="After it the weekend alone is closed")]


class LoanTerms(BaseModel):
    """What a loan was opened with, and the rate that holds now. Later versions of its product change
    nothing.
    """

    loan_id: UUID
    kind: LoanKind
    channel: Channel
    opened_on: date
    time_zone: str
    first_due_on: date | None
    instalment_count: Annotated[int | None, Field(description="None: the platform provides the schedule")]
    opening_rate: Rate
    annual_rate: Annotated[Rate, Field(description="The yearly rate that holds at the loan's last fact")]
    calendar: CalendarShown | None
    product: str | None
    version: Annotated[VersionShown | None, Field(description="None: without a product, by the defaults")]

    @classmethod
    def of(cls, loan: Loan, version: ProductVersion | None) -> "LoanTerms":
        """Of a loan, with the version of its product that it was opened with."""
        terms, ours = loan.book.terms, not loan.core_is_master
        return cls(
            loan_id=loan.id,
            kind=loan.kind,
            channel=loan.channel,
            opened_on=loan.opened_on,
            time_zone=loan.zone,
            first_due_on=terms.first_due,
            instalment_count=terms.instalments if ours else None,
            opening_rate=terms.annual_rate,
            annual_rate=loan.book.annual_rate.normalize(),
            calendar=_calendar(terms.calendar) if terms.calendar else None,
            product=loan.product,
            version=VersionShown.of(version) if version else None,
        )


def products_router(service: Service) -> APIRouter:
    """Products, for those who may read loans."""
    router = APIRouter(tags=["products"])
    cases = Cases(service)

    @router.get("/products")
    async def list_products(
        paging: Paging, actor: Annotated[Actor, READS], lender: LenderAsked = None
    ) -> Page[ProductShown]:
        """Products of your lenders, by lender and code."""
        lenders, after = lenders_of(actor, lender), paging.after or ["", ""]
        async with transaction(service.engine) as connection:
            rows = await feeds.products_page(connection, lenders, (after[0], after[1]), paging.fetch)
        return paging.page(rows, lambda one: [one.lender, one.code], ProductShown.of)

    @router.get("/products/{lender}/{product}")
    async def show_product(
        lender: Annotated[str, Path(pattern=LENDER_NAME)],
        product: Annotated[str, Path(max_length=60, description="Its code", examples=["consumer-36"])],
        actor: Annotated[Actor, READS],
    ) -> ProductShown:
        """One product with all its versions and their terms."""
        found = await _product(service, lender, product) if actor.may_act_for(lender) else None
        if found is None:
            raise ProductUnknown(lender=lender, product=product)
        return ProductShown.of(found)

    @router.get("/loans/{loan_id}/terms")
    async def show_terms(loan_id: UUID, actor: Annotated[Actor, READS], seen: AuditedRead) -> LoanTerms:
        """What a loan was opened with: its product's terms, its dates, its closed days."""
        loan = await cases.found(loan_id, actor, seen)
        product = await _product(service, loan.lender, loan.product) if loan.product else None
        version = product.version(loan.product_version, loan.opened_on) if product else None
        return LoanTerms.of(loan, version)

    return router


async def _product(service: Service, lender: str, code: str) -> Product | None:
    id_ = product_id(lender, code)
    async with transaction(service.engine) as connection:
        return (await feeds.load_products(connection, {id_: ()})).get(id_)


def _calendar(text: str) -> CalendarShown:
    calendar = calendar_of(text)
    first, last = calendar.years or (None, None)
    return CalendarShown(name=calendar.name, source=calendar.version, first_year=first, last_year=last)
