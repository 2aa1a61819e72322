"""Loans opened and paid at a desk of the ledger, whose feed is complete at all times."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from services.ledger.domain.due_dates import add_months
from services.ledger.domain.loan import Loan
from shared.events.loans import (
    Channel,
    LoanKind,
    LoanOpened,
    PaymentReceived,
    PaymentsComplete,
    ProductPublished,
    ProductTerms,
)
from shared.events.parts import Components, ScheduledInstalment
from shared.money import Money
from tests.unit.ledger.desk import Desk

LENDER, REFERENCE = "real", "L"
_FAR = date(2040, 1, 1)


_PRODUCT = ProductPublished(
    lender=LENDER,
    product="instalments",
    product_version=1,
    effective_on=date(1990, 1, 1),
    kind=LoanKind.TERM,
    channel=Channel.PEER_TO_PEER,
    terms=ProductTerms(annual_rate=Decimal(0), day_count="thirty_e_360"),
)
"""Equal instalments, months of thirty days."""


def open_loan(currency: str, principal: int, rate: Decimal, months: int, opened_on: date) -> Desk:
    """A desk at which one loan was opened: principal in minor units, the yearly rate 0.1 for 10 %."""
    desk = Desk(now=datetime.combine(opened_on, time(12), UTC))
    opened = LoanOpened(
        lender=LENDER,
        loan_reference=REFERENCE,
        kind=LoanKind.TERM,
        channel=Channel.PEER_TO_PEER,
        principal=Money(principal, currency),
        opened_on=opened_on,
        product=_PRODUCT.product,
        product_version=1,
        annual_rate=rate,
        first_due_on=add_months(opened_on, 1),
        instalment_count=months,
    )
    desk.take(_PRODUCT, PaymentsComplete(lender=LENDER, through=_FAR), opened)
    assert not desk.held, desk.held
    return desk


def open_provided(
    principal: Money, opened_on: date, dues: Sequence[tuple[date, int]], zone: str = "UTC"
) -> Desk:
    """A desk at which one loan was opened, with amounts in minor units due on dates."""
    desk = Desk(now=datetime.combine(opened_on, time(12), UTC))
    instalments = tuple(
        ScheduledInstalment(number=n, due_on=on, amount=Money(amount, principal.currency))
        for n, (on, amount) in enumerate(dues, 1)
    )
    opened = LoanOpened(
        lender=LENDER,
        loan_reference=REFERENCE,
        kind=LoanKind.PROVIDED,
        channel=Channel.OTHER,
        principal=principal,
        opened_on=opened_on,
        time_zone=zone,
        instalments=instalments,
    )
    desk.take(PaymentsComplete(lender=LENDER, through=_FAR), opened)
    assert not desk.held, desk.held
    return desk


def pay(desk: Desk, amount: int, on: date, direction: Components | None = None, *, zone: str = "UTC") -> None:
    """Let time pass to a day and report a payment of it."""
    desk.day(on, zone)
    desk.take(
        PaymentReceived(
            lender=LENDER,
            loan_reference=REFERENCE,
            payment_reference=str(len(desk.told)),
            amount=Money(amount, desk.loan().currency),
            value_on=on,
            direction=direction,
        )
    )
    assert not desk.held, desk.held


def pay_instalments(desk: Desk, amount: int, count: int) -> date:
    """Pay so many instalments of an amount, each on its due date; the day of the last one."""
    dues = [date.fromordinal(due) for due in desk.loan().book.dues]
    for on in dues[:count]:
        pay(desk, amount, on)
    return dues[count - 1]


def level(loan: Loan) -> int:
    """What the first instalment asks for."""
    book = loan.book
    return book.owed[2][0] + book.owed[3][0]


def paid(loan: Loan) -> tuple[int, int]:
    """What was paid so far of principal, and of interest."""
    return sum(loan.book.paid[3]), sum(loan.book.paid[2])
