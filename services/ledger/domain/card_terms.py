"""The terms of a revolving loan, from its opening and its product."""

from datetime import date, timedelta
from decimal import Decimal

from services.ledger.domain.day_count import DayCount
from services.ledger.domain.due_dates import add_months, due_date
from services.ledger.domain.product_terms import MADE
from services.ledger.domain.provided import CurrencyDiffers
from services.ledger.domain.rounding import RoundingRule
from services.ledger.domain.terms import Ahead, Allocation, CardTerms, Repayment, Terms
from shared.errors import Refused
from shared.events.loans import LoanOpened, PeriodUnit, ProductTerms
from shared.quick import replace


class FirstStatementTooEarly(Refused):
    """A card's first statement must come after the day it was opened: its first due date lies so many days
    after that.
    """


def card_terms(event: LoanOpened, product: ProductTerms | None, allocation: Allocation) -> Terms:
    """Without a product that says otherwise the platform's core makes the statements, and counts interest.

    Raises CurrencyDiffers, FirstStatementTooEarly.
    """
    currency, limit = event.principal.currency, event.principal.minor
    if allocation.ahead is Ahead.CREDIT:
        # Interest runs on the balance: no payment waits for a due date.
        allocation = replace(allocation, ahead=Ahead.NEXT)
    if product is None:
        return Terms(
            currency, Repayment.REVOLVING, event.opened_on, allocation=allocation, card=CardTerms(limit)
        )
    least = product.minimum_payment
    if least is not None and least.currency != currency:
        raise CurrencyDiffers(expected=currency, got=least.currency)
    made = product.statements == MADE
    first_on, day_of_month = _first_statement(event, product) if made else (None, None)
    rounding = RoundingRule.of(product.rounding)
    rate = product.annual_rate if event.annual_rate is None else event.annual_rate
    return Terms(
        currency,
        Repayment.REVOLVING,
        event.opened_on,
        unit=product.period_unit,
        count=product.period_count,
        annual_rate=rate if made else Decimal(0),
        day_count=DayCount(product.day_count),
        rounding=rounding.rounding,
        instalment_multiple=rounding.multiple,
        allocation=allocation,
        card=CardTerms(
            limit,
            made=made,
            first_on=first_on,
            day_of_month=day_of_month,
            due_days=product.payment_due_days,
            minimum_rate=product.minimum_payment_rate or Decimal(0),
            minimum=least.minor if least else 0,
            minimum_has_past_due=product.minimum_has_past_due,
            draws_reported=product.draws_reported,
            compounds=product.interest_compounds,
        ),
    )


def _first_statement(event: LoanOpened, product: ProductTerms) -> tuple[date, int | None]:
    """The day of the first statement, and the day of the month of all of them where they have one."""
    opened, unit = event.opened_on, product.period_unit
    if event.first_due_on is not None:
        first = event.first_due_on - timedelta(days=product.payment_due_days)
        if first <= opened:
            raise FirstStatementTooEarly(first_due_on=event.first_due_on, opened_on=opened)
        return first, None
    if product.statement_day is None:
        first = due_date(opened, unit, product.period_count, 1)
        return first, opened.day if unit is PeriodUnit.MONTH else None
    this_month = add_months(opened, 0, product.statement_day)
    first = this_month if this_month > opened else add_months(opened, 1, product.statement_day)
    return first, product.statement_day
