"""Products: what a lender's loans of one kind have in common, in versions that never change once
published.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.ledger.domain.due_dates import days_of_shortest
from services.ledger.domain.product_terms import MADE, check_terms, within_law
from services.ledger.domain.reference import Reference
from shared.decision import Context, Decision
from shared.errors import Conflict, Refused
from shared.events.ids import name_id
from shared.events.loans import Channel, LoanKind, PeriodUnit, ProductPublished, ProductTerms
from shared.quick import replace


class VersionDiffers(Conflict):
    """This version of the product was published before with other terms. Publish the change as a new
    version.
    """


class MinimumPaymentMissing(Refused):
    """A card whose statements the ledger makes states a least minimum payment, a share of the principal, or
    both.
    """


class DueAfterNextStatement(Refused):
    """A minimum payment must fall due before the next statement is made: whether that may charge interest
    depends on it.
    """


class StatementDayMisplaced(Refused):
    """Only statements that are made every month, or every few months, have a day of the month."""


class ProductNotInForce(Refused):
    """The version of the product that the loan names applies to loans opened later only."""


class ProductVersion(NamedTuple):
    """One version of a product."""

    version: int
    effective_on: date
    kind: LoanKind
    channel: Channel
    terms: ProductTerms


@dataclass(frozen=True, slots=True)
class Product:
    """A product with all its versions, the oldest first."""

    id: UUID
    lender: str
    code: str
    versions: tuple[ProductVersion, ...]

    def version(self, number: int | None, opened_on: date) -> ProductVersion | None:
        """A version by its number, None where it is not published; without a number, the newest that was in
        force when the loan was opened.

        Raises ProductNotInForce.
        """
        if number is None:
            in_force = [one for one in self.versions if one.effective_on <= opened_on]
            if not in_force:
                raise ProductNotInForce(product=self.code, opened_on=opened_on)
            return max(in_force, key=lambda one: (one.effective_on, one.version))
        found = next((one for one in self.versions if one.version == number), None)
        if found is not None and found.effective_on > opened_on:
            raise ProductNotInForce(product=self.code, product_version=number, opened_on=opened_on)
        return found


def product_id(lender: str, code: str) -> UUID:
    """A product's id, from its lender and its code."""
    return name_id("product", f"{lender}\n{code}")


def publish(product: Product | None, event: ProductPublished, context: Context) -> Decision[Product]:
    """A product, or a new version of it, applies to loans opened from a day on. Loans keep the version they
    have.
    """
    check(event, context.reference)
    new = ProductVersion(event.product_version, event.effective_on, event.kind, event.channel, event.terms)
    if product is None:
        return Decision(Product(product_id(event.lender, event.product), event.lender, event.product, (new,)))
    known = next((one for one in product.versions if one.version == new.version), None)
    if known is not None:
        if known != new:
            raise VersionDiffers(product=event.product, product_version=event.product_version)
        return Decision(product)
    versions = tuple(sorted((*product.versions, new), key=lambda one: one.version))
    return Decision(replace(product, versions=versions))


def check(event: ProductPublished, reference: Reference | None) -> None:
    """Raises what a product lacks."""
    check_terms(within_law(event.terms, event.lender, reference), reference, event.effective_on)
    if event.kind is LoanKind.REVOLVING and event.terms.statements == MADE:
        _check_statements(event.terms)


def _check_statements(terms: ProductTerms) -> None:
    """What statements need that the ledger makes. Raises MinimumPaymentMissing, StatementDayMisplaced,
    DueAfterNextStatement.
    """
    if not terms.minimum_payment_rate and not (terms.minimum_payment and terms.minimum_payment.minor > 0):
        raise MinimumPaymentMissing
    if terms.statement_day is not None and terms.period_unit is not PeriodUnit.MONTH:
        raise StatementDayMisplaced(period_unit=terms.period_unit)
    shortest = days_of_shortest(terms.period_unit, terms.period_count)
    if terms.payment_due_days >= shortest:
        raise DueAfterNextStatement(payment_due_days=terms.payment_due_days, shortest_period_days=shortest)
