"""Taking a loan into the books."""

from dataclasses import replace

from services.ledger.domain import facts
from services.ledger.domain.card_terms import card_terms
from services.ledger.domain.consequences import settle
from services.ledger.domain.credit_record.told import not_told_yet
from services.ledger.domain.day_count import DayCount
from services.ledger.domain.loan import Joined, Loan, Rules, Told
from services.ledger.domain.products import (
    Product,
    ProductVersion,
    product_id,
    rules_of,
)
from services.ledger.domain.provided import provided
from services.ledger.domain.recording import Recorded, record
from services.ledger.domain.replay import replay
from services.ledger.domain.rounding import RoundingRule
from services.ledger.domain.terms import ALLOCATIONS, Allocation, Repayment, Terms
from shared.decision import Context, Decision, Key, Need, Wait
from shared.errors import Conflict, Refused
from shared.events.ledger import LoanRegistered
from shared.events.loans import LoanKind, LoanOpened, ProductTerms

OPENING = "opening"
"""The reference of the fact by which a loan's money was paid out."""


class LoanDiffers(Conflict):
    """This loan is registered already, with other terms. Correct it with an event of its own, not by opening
    it again.
    """


class TermsMissing(Refused):
    """A loan that the ledger computes names its product, its first due date and the number of its
    instalments.
    """


class FirstDueTooEarly(Refused):
    """The first instalment must fall due after the day the loan was opened."""


def open_loan(loan: Loan | None, event: LoanOpened, context: Context) -> Decision[Loan] | Need | Wait:
    """Register a loan. Opening the same loan again, alike, changes nothing."""
    product: ProductVersion | None = None
    if event.product is not None:
        key = Key("Product", product_id(event.lender, event.product))
        if key not in context.others:
            return Need(keys=[key])
        published: Product | None = context.others[key]
        product = published.version(event.product_version, event.opened_on) if published else None
        if product is None:
            return Wait(f"the product {event.product} has not been published", on=key)
    terms = _terms(event, product.terms if product else None)
    if loan is not None:
        if loan.book.terms != terms or (loan.lender, loan.reference) != (event.lender, event.loan_reference):
            raise LoanDiffers(loan_reference=event.loan_reference)
        return Decision(loan)
    rules = rules_of(product.terms) if product else Rules()
    new = Loan(
        id=event.loan_id,
        lender=event.lender,
        reference=event.loan_reference,
        kind=event.kind,
        channel=event.channel,
        zone=event.time_zone,
        rules=rules,
        book=replay(terms, ()),
        product=event.product,
        product_version=product.version if product else None,
        told=Told(credit=not_told_yet(event.opened_on) if rules.credit_schemes else None),
    )
    opened = _paid_out(new, event, context)
    registered = LoanRegistered(
        loan_id=opened.id,
        lender=opened.lender,
        loan_reference=opened.reference,
        owed=opened.money(opened.book.outstanding),
        opened_on=event.opened_on,
    )
    joined = tuple(Joined(one.borrower_reference, one.role, event.opened_on) for one in event.parties)
    return settle(replace(opened, version=1, parties=joined), context, [registered])


def _paid_out(new: Loan, event: LoanOpened, context: Context) -> Loan:
    """A loan's principal was paid out on that day; a card's is its limit, and nothing is drawn yet."""
    if new.book.card is not None:
        return new
    recorded = record(new, facts.Draw(event.opened_on, OPENING, event.principal.minor), context)
    assert isinstance(recorded, Recorded), "nothing comes before the opening"
    return recorded.loan


def _terms(event: LoanOpened, product: ProductTerms | None) -> Terms:
    if event.kind is LoanKind.PROVIDED:
        return Terms(
            event.principal.currency,
            Repayment.PROVIDED,
            event.opened_on,
            provided=provided(event.instalments, event.principal, event.opened_on),
            allocation=_allocation(product),
        )
    if event.kind is LoanKind.REVOLVING:
        return card_terms(event, product, _allocation(product))
    if product is None or event.first_due_on is None or event.instalment_count is None:
        raise TermsMissing(loan_reference=event.loan_reference)
    if event.first_due_on <= event.opened_on:
        raise FirstDueTooEarly(first_due_on=event.first_due_on, opened_on=event.opened_on)
    rounding = RoundingRule.of(product.rounding)
    return Terms(
        event.principal.currency,
        Repayment(product.repayment),
        event.opened_on,
        first_due=event.first_due_on,
        instalments=event.instalment_count,
        unit=product.period_unit,
        count=product.period_count,
        annual_rate=product.annual_rate if event.annual_rate is None else event.annual_rate,
        day_count=DayCount(product.day_count),
        principal_grace=product.principal_grace_periods,
        interest_grace=product.interest_grace_periods,
        rounding=rounding.rounding,
        instalment_multiple=rounding.multiple,
        allocation=_allocation(product),
    )


def _allocation(product: ProductTerms | None) -> Allocation:
    return ALLOCATIONS[product.allocation if product else "humane"]
