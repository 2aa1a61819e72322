"""The events that benchmarks use: loans of twelve instalments, and payments spread over them.

The loans are young and well: nothing of theirs falls due while a benchmark runs, whenever it runs.
"""

from datetime import UTC, datetime, timedelta

from shared.events import wire
from shared.events.base import Event
from shared.events.loans import Channel, LoanKind, LoanOpened, PaymentReceived
from shared.events.parts import ScheduledInstalment
from shared.messaging.port import Outgoing
from shared.money import Money

LENDER = "acme"
INSTALMENTS = 12
INSTALMENT = Money(100_000, "CNY")
PAYMENT = Money(1_500, "CNY")
OPENED = datetime.now(UTC).date() - timedelta(days=20)
FIRST_DUE = OPENED + timedelta(days=40)


def loan(number: int) -> LoanOpened:
    """One loan."""
    due = [FIRST_DUE + timedelta(days=30 * later) for later in range(INSTALMENTS)]
    return LoanOpened(
        lender=LENDER,
        loan_reference=f"l{number}",
        kind=LoanKind.PROVIDED,
        channel=Channel.BANK,
        principal=Money(INSTALMENT.minor * INSTALMENTS, INSTALMENT.currency),
        opened_on=OPENED,
        instalments=[
            ScheduledInstalment(number=n, due_on=on, amount=INSTALMENT) for n, on in enumerate(due, 1)
        ],
    )


def payment(number: int, loans: int) -> PaymentReceived:
    """A payment for one of so many loans, taken in turn; a loan's next one has the value of the next day."""
    return PaymentReceived(
        lender=LENDER,
        loan_reference=f"l{number % loans}",
        payment_reference=f"p{number}",
        amount=PAYMENT,
        value_on=OPENED + timedelta(days=1 + number // loans),
    )


def published(event: Event, id_: str, prefix: str) -> Outgoing:
    """The record in which the lender's platform publishes an event."""
    envelope = wire.envelope_of(event, id=id_, source=f"/lenders/{LENDER}")
    key, headers, value = wire.encode(event, envelope)
    return Outgoing(prefix + event.topic_name, key, value, headers)


def loans(count: int, prefix: str) -> list[Outgoing]:
    """The openings of so many loans."""
    return [published(loan(number), f"opening-{number}", prefix) for number in range(count)]


def payments(count: int, among: int, prefix: str) -> list[Outgoing]:
    """So many payments among so many loans."""
    return [published(payment(number, among), f"payment-{number}", prefix) for number in range(count)]
