"""The terms that a loan is opened with: its product's, and what it says itself."""

from datetime import date
from decimal import Decimal

from services.ledger.domain.business_days import DueDateRule
from services.ledger.domain.card_terms import card_terms
from services.ledger.domain.day_count import DayCount
from services.ledger.domain.due_dates import add_months, due_date
from services.ledger.domain.loan import Loan
from services.ledger.domain.product_terms import (
    allocation_of,
    calendar_text,
    check_rate,
    principal_first_after_days,
)
from services.ledger.domain.provided import CurrencyDiffers, provided
from services.ledger.domain.reference import Reference
from services.ledger.domain.rounding import RoundingRule
from services.ledger.domain.terms import HUMANE, Balance, Measure, OnChargeOff, Prepayment, Repayment, Terms
from shared.errors import Refused
from shared.events.loans import LoanKind, LoanOpened, ProductTerms
from shared.quick import replace

CARD_MONTHS = 120


class TermsMissing(Refused):
    """A loan that the ledger computes names its product, its first due date and the number of its
    instalments.
    """


class FirstDueTooEarly(Refused):
    """The first instalment must fall due after the day the loan was opened."""


def terms_of(
    event: LoanOpened, product: ProductTerms | None, loan: Loan | None, reference: Reference | None
) -> Terms:
    """The loan's terms. One that is there already keeps the closed days that were known when it was opened.

    Raises TermsMissing, FirstDueTooEarly, RateAboveCap, CurrencyDiffers, and what `provided` and
    `card_terms` do.
    """
    if product is not None and product.late_fee and product.late_fee.currency != event.principal.currency:
        raise CurrencyDiffers(expected=event.principal.currency, got=product.late_fee.currency)
    if event.kind is LoanKind.PROVIDED:
        return _provided(event, product, loan, reference)
    if event.kind is LoanKind.REVOLVING:
        return _card(event, product, loan, reference)
    if product is None or event.first_due_on is None or event.instalment_count is None:
        raise TermsMissing(loan_reference=event.loan_reference)
    if event.first_due_on <= event.opened_on:
        raise FirstDueTooEarly(first_due_on=event.first_due_on, opened_on=event.opened_on)
    day = event.due_day_of_month
    last = due_date(
        event.first_due_on,
        product.period_unit,
        product.period_count,
        event.instalment_count - 1,
        day_of_month=day,
    )
    laid_out = Terms(
        event.principal.currency,
        Repayment(product.repayment),
        event.opened_on,
        first_due=event.first_due_on,
        instalments=event.instalment_count,
        unit=product.period_unit,
        count=product.period_count,
        day_of_month=day,
        due_date_rule=DueDateRule(product.due_date_rule),
        calendar=_calendar(event, product, loan, reference, last),
    )
    return _costing(
        laid_out, product, product.annual_rate if event.annual_rate is None else event.annual_rate
    )


def _costing(laid_out: Terms, product: ProductTerms, rate: Decimal) -> Terms:
    """The terms with what the loan costs, and how it is paid."""
    check_rate(rate, product.rate_cap)
    check_rate(rate, product.cost_cap_annual)
    rounding = RoundingRule.of(product.rounding)
    return replace(
        laid_out,
        annual_rate=rate,
        day_count=DayCount(product.day_count),
        measure=Measure(product.interest_measure),
        balance=Balance(product.interest_balance),
        past_due_bears_interest=product.past_due_bears_interest,
        rests_by_period=product.rests_by_period,
        whole_periods_only=product.whole_periods_only,
        principal_grace=product.principal_grace_periods,
        interest_grace=product.interest_grace_periods,
        interest_free=product.interest_free_periods,
        interest_compounds=product.interest_compounds,
        penalty_rate=product.penalty_rate,
        cost_cap=product.cost_cap_annual,
        rounding=rounding.rounding,
        instalment_multiple=rounding.multiple,
        earns_evenly=product.earns_evenly,
        evens_out=product.evens_out,
        level_by_thirty_days=product.level_by_thirty_days,
        prepayment=Prepayment(product.prepayment),
        allocation=allocation_of(product),
        principal_first_after_days=principal_first_after_days(product),
        on_charge_off=OnChargeOff(product.on_charge_off),
    )


def _provided(
    event: LoanOpened, product: ProductTerms | None, loan: Loan | None, reference: Reference | None
) -> Terms:
    """The platform's core computes the schedule, its interest and its penalties. What is paid is set against
    it by the product, and fees that are charged apart keep within the product's cap.
    """
    schedule = provided(event.instalments, event.principal, event.opened_on)
    return Terms(
        event.principal.currency,
        Repayment.PROVIDED,
        event.opened_on,
        provided=schedule,
        calendar=_calendar(event, product, loan, reference, schedule[-1].due_on)
        if product and product.grace_working_days
        else "",
        cost_cap=product.cost_cap_annual if product else None,
        allocation=allocation_of(product) if product else HUMANE,
        principal_first_after_days=principal_first_after_days(product) if product else None,
        on_charge_off=OnChargeOff(product.on_charge_off) if product else OnChargeOff.NOTHING,
    )


def _card(
    event: LoanOpened, product: ProductTerms | None, loan: Loan | None, reference: Reference | None
) -> Terms:
    """A card's terms. It has no last due date: its closed days are those of fifteen years."""
    if product is None:
        return card_terms(event, None, HUMANE)
    terms = card_terms(event, product, allocation_of(product))
    for cap in (product.rate_cap, product.cost_cap_annual):
        check_rate(terms.annual_rate, cap)
    last, made = add_months(event.opened_on, CARD_MONTHS), terms.card is not None and terms.card.made
    # Where the platform's core makes the statements, their due dates and its penalties are its own.
    rule = DueDateRule(product.due_date_rule) if made else DueDateRule.NONE
    closed_days = product.grace_working_days or rule is not DueDateRule.NONE
    return replace(
        terms,
        due_date_rule=rule,
        calendar=_calendar(event, product, loan, reference, last) if closed_days else "",
        penalty_rate=product.penalty_rate if made else None,
        cost_cap=product.cost_cap_annual,
        principal_first_after_days=principal_first_after_days(product),
    )


def _calendar(
    event: LoanOpened, product: ProductTerms, loan: Loan | None, reference: Reference | None, last: date
) -> str:
    if loan is not None:
        return loan.book.terms.calendar
    return calendar_text(product, reference, event.opened_on, last)
