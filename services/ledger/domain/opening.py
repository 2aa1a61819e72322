"""Taking a loan into the books."""

from services.ledger.domain import facts
from services.ledger.domain.consequences import settle
from services.ledger.domain.cost_cap import check_planned_cost
from services.ledger.domain.credit_record.told import not_told_yet
from services.ledger.domain.loan import Joined, Loan, Rules, Told
from services.ledger.domain.opening_terms import terms_of
from services.ledger.domain.product_terms import rules_of, within_law
from services.ledger.domain.products import Product, ProductVersion, product_id
from services.ledger.domain.recording import Recorded, record
from services.ledger.domain.replay import replay
from services.ledger.domain.shares import Holding
from shared.decision import Context, Decision, Key, Need, Wait
from shared.errors import Conflict, Refused
from shared.events.ledger import LoanRegistered
from shared.events.loans import LoanOpened
from shared.events.takeover import LoanMigrated
from shared.quick import replace

OPENING = "opening"
"""The reference of the fact by which a loan's money was paid out."""


class LoanDiffers(Conflict):
    """This loan is registered already, with other terms. Correct it with an event of its own, not by opening
    it again.
    """


class ProductDiffers(Refused):
    """The product that the loan names is for loans of another kind or channel."""


def open_loan(loan: Loan | None, event: LoanOpened, context: Context) -> Decision[Loan] | Need | Wait:
    """Register a loan. Opening the same loan again, alike, changes nothing.

    Raises LoanDiffers, ProductDiffers, TermsMissing, FirstDueTooEarly, KindNotComputed, RateAboveCap,
    CostAboveCap, CurrencyDiffers, and what its schedule or its dates lack.
    """
    product = product_of(loan, event, context)
    if isinstance(product, Need | Wait):
        return product
    terms = terms_of(event, product.terms if product else None, loan, context.reference)
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
    check_planned_cost(opened.book)
    registered = LoanRegistered(
        loan_id=opened.id,
        lender=opened.lender,
        loan_reference=opened.reference,
        owed=opened.money(opened.book.outstanding),
        opened_on=event.opened_on,
    )
    joined = tuple(Joined(one.borrower_reference, one.role, event.opened_on) for one in event.parties)
    holdings = (Holding.of(event.opened_on, event.shares),) if event.shares else ()
    opened = replace(opened, version=1, parties=joined, holdings=holdings)
    return settle(opened, context, [registered])


def product_of(
    loan: Loan | None, event: LoanOpened | LoanMigrated, context: Context
) -> ProductVersion | Need | Wait | None:
    """The version of the product that a loan names, None where it names none. The law's cap on its lender's
    rates is that of the day on which the loan comes: it keeps it. Raises ProductDiffers.
    """
    if event.product is None:
        return None
    key = Key(Product.__name__, product_id(event.lender, event.product))
    if key not in context.others:
        return Need(keys=[key])
    published: Product | None = context.others[key]
    product = published.version(_version(loan, event), event.opened_on) if published else None
    if product is None:
        return Wait(f"the product {event.product} has not been published", on=key)
    if (event.kind, event.channel) != (product.kind, product.channel):
        raise ProductDiffers(product=event.product, kind=product.kind, channel=product.channel)
    if loan is not None:
        return product
    return product._replace(terms=within_law(product.terms, event.lender, context.reference))


def _version(loan: Loan | None, event: LoanOpened | LoanMigrated) -> int | None:
    """A loan that is told of again keeps the version it has, though a newer one were in force by now."""
    if event.product_version is None and loan is not None and loan.product == event.product:
        return loan.product_version
    return event.product_version


def _paid_out(new: Loan, event: LoanOpened, context: Context) -> Loan:
    """A loan's principal was paid out on that day; a card's is its limit, and nothing is drawn yet."""
    if new.book.card is not None:
        return new
    recorded = record(new, facts.Draw(event.opened_on, OPENING, event.principal.minor), context)
    assert isinstance(recorded, Recorded), "nothing comes before the opening"
    return recorded.loan
