"""Makers of valid events and records. State only what a test is about; the rest is filled in."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.events import wire
from shared.events.base import Event
from shared.events.borrowers import BorrowerRegistered
from shared.events.examples import LENDER, LOAN_REFERENCE, EventT, example, smallest
from shared.events.ids import loan_id
from shared.events.ledger import LoanRegistered, PaymentApplied
from shared.events.loans import Channel, LoanKind, LoanOpened, PaymentReceived, PaymentReversed
from shared.events.parts import ScheduledInstalment
from shared.messaging.port import Outgoing
from shared.money import Money

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday, noon."""


def money(amount: str, currency: str = "CNY") -> Money:
    """Money from its decimal string."""
    return Money.parse(amount, currency)


def an_event(cls: type[EventT], **fields: Any) -> EventT:
    """A valid event of any class with what is required alone, and `fields`."""
    return smallest(cls, **fields)


def a_full_event(cls: type[EventT], **fields: Any) -> EventT:
    """A valid event of any class with every field filled."""
    return example(cls, **fields)


def an_instalment(number: int = 1, amount: str | Money = "1000.00", **fields: Any) -> ScheduledInstalment:
    """An instalment due on the first of the `number`-th month after January 2026."""
    due = date(2026 + number // 12, number % 12 + 1, 1)
    amount = amount if isinstance(amount, Money) else money(amount)
    return ScheduledInstalment(**{"number": number, "due_on": due, "amount": amount, **fields})


def a_schedule(*amounts: str, currency: str = "CNY") -> tuple[ScheduledInstalment, ...]:
    """Instalments of these amounts, one a month from 1 February 2026 on."""
    return tuple(an_instalment(n, money(amount, currency)) for n, amount in enumerate(amounts, 1))


def a_loan(
    reference: str = LOAN_REFERENCE,
    *,
    lender: str = LENDER,
    instalments: Sequence[ScheduledInstalment] | None = None,
    **fields: Any,
) -> LoanOpened:
    """LoanOpened on 1 January 2026 with a provided schedule (by default three instalments of 1,000 CNY)."""
    schedule = tuple(instalments) if instalments is not None else a_schedule("1000.00", "1000.00", "1000.00")
    owed = sum((i.amount for i in schedule), Money.zero(schedule[0].amount.currency)) if schedule else None
    return LoanOpened(
        **{
            "lender": lender,
            "loan_reference": reference,
            "kind": LoanKind.PROVIDED,
            "channel": Channel.BANK,
            "principal": owed or money("3000.00"),
            "opened_on": date(2026, 1, 1),
            "instalments": schedule,
            **fields,
        }
    )


def a_payment(
    amount: str | Money = "1000.00",
    *,
    reference: str = "P-1",
    loan: str = LOAN_REFERENCE,
    lender: str = LENDER,
    **fields: Any,
) -> PaymentReceived:
    """PaymentReceived with the value of 1 February 2026."""
    return PaymentReceived(
        **{
            "lender": lender,
            "loan_reference": loan,
            "payment_reference": reference,
            "amount": amount if isinstance(amount, Money) else money(amount),
            "value_on": date(2026, 2, 1),
            **fields,
        }
    )


def a_reversal(reference: str = "P-1", *, loan: str = LOAN_REFERENCE, **fields: Any) -> PaymentReversed:
    """PaymentReversed of a payment that `a_payment` made."""
    return smallest(PaymentReversed, payment_reference=reference, loan_reference=loan, **fields)


def a_registration(loan: LoanOpened | None = None, **fields: Any) -> LoanRegistered:
    """LoanRegistered, as the ledger tells it of `loan`."""
    loan = loan or a_loan()
    told = {"loan_id": loan.loan_id, "lender": loan.lender, "loan_reference": loan.loan_reference}
    return smallest(LoanRegistered, **{**told, "opened_on": loan.opened_on, "owed": loan.principal, **fields})


def an_applied_payment(loan: UUID | None = None, **fields: Any) -> PaymentApplied:
    """PaymentApplied to a loan; nothing is left over."""
    nothing = Money.zero("CNY")
    return smallest(
        PaymentApplied, **{"loan_id": loan or loan_id(LENDER, LOAN_REFERENCE), "credit": nothing, **fields}
    )


def a_borrower(reference: str = "C-77", *, lender: str = LENDER, **fields: Any) -> BorrowerRegistered:
    """BorrowerRegistered of an invented person."""
    return example(BorrowerRegistered, borrower_reference=reference, lender=lender, **fields)


def a_record(event: Event, *, id: str | None = None, prefix: str = "", **envelope: Any) -> Outgoing:  # noqa: A002
    """The record in which `event` travels, from its lender where it has one; `id` is new unless given."""
    source = f"/lenders/{event.lender_name}" if event.PER_LENDER else "/services/test"
    around = wire.envelope_of(event, **{"id": id or str(uuid4()), "source": source, "time": NOON, **envelope})
    key, headers, value = wire.encode(event, around)
    return Outgoing(prefix + event.topic_name, key, value, headers)
