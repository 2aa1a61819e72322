"""Card accounts at a desk: state only what a test is about."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.ledger.domain.book import Billed, Card, Line
from shared.events.loans import (
    AmountDrawn,
    Channel,
    CreditGranted,
    LimitChanged,
    LoanKind,
    LoanOpened,
    PaymentReceived,
    PaymentsComplete,
    ProductPublished,
    ProductTerms,
    StatementIssued,
)
from tests.builders import a_payment, an_event, money
from tests.unit.ledger.desk import Desk

OPENED = date(2026, 1, 1)


def a_card_product(**terms: Any) -> ProductPublished:
    """The ledger makes a statement on the 15th, due 20 days later: 10 % of the principal, at least 50."""
    return an_event(
        ProductPublished,
        product="plastic",
        product_version=1,
        effective_on="2020-01-01",
        kind=LoanKind.REVOLVING,
        channel=Channel.CARD,
        terms=ProductTerms(
            **{
                "annual_rate": Decimal("0.365"),
                "statements": "made",
                "statement_day": 15,
                "payment_due_days": 20,
                "minimum_payment_rate": Decimal("0.1"),
                "minimum_payment": money("50.00"),
                **terms,
            }
        ),
    )


def a_card(limit: str = "2000.00", **fields: Any) -> LoanOpened:
    """A card account, opened on 1 January 2026."""
    return an_event(
        LoanOpened,
        **{
            "kind": LoanKind.REVOLVING,
            "channel": Channel.CARD,
            "principal": money(limit),
            "opened_on": OPENED,
            **fields,
        },
    )


def drawn(amount: str, on: str, reference: str | None = None, currency: str = "CNY") -> AmountDrawn:
    """A purchase; by default its day is its name."""
    bought = money(amount, currency)
    return an_event(AmountDrawn, draw_reference=reference or f"D-{on}", amount=bought, value_on=on)


def paid(amount: str, on: str, reference: str | None = None, **fields: Any) -> PaymentReceived:
    """A payment; by default its day is its name."""
    return a_payment(amount, reference=reference or f"P-{on}", value_on=on, **fields)


def given_back(amount: str, on: str) -> CreditGranted:
    """A purchase was refunded."""
    return an_event(
        CreditGranted, credit_reference=f"C-{on}", amount=money(amount), value_on=on, reason="refund"
    )


def limited(limit: str, on: str) -> LimitChanged:
    """Another limit."""
    return an_event(LimitChanged, limit=money(limit), effective_on=on)


def issued(balance: str, minimum: str, on: str, currency: str = "CNY", **fields: Any) -> StatementIssued:
    """A statement of the platform's core, due 20 days later; by default its day is its name."""
    return an_event(
        StatementIssued,
        **{
            "statement_reference": f"S-{on}",
            "issued_on": on,
            "due_on": date.fromisoformat(on) + timedelta(days=20),
            "balance": money(balance, currency),
            "minimum_payment": money(minimum, currency),
            **fields,
        },
    )


def a_desk(product: ProductPublished | None = None, card: LoanOpened | None = None) -> Desk:
    """A card in the books, whose platform reports all payments in time: by default without a product."""
    desk = Desk(now=datetime(2026, 1, 1, 12, tzinfo=UTC))
    card = card or a_card(product="plastic" if product else None)
    if product:
        desk.take(product)
    complete = an_event(PaymentsComplete, lender=card.lender, through=date(2027, 12, 31), product=None)
    desk.take(card, complete)
    assert desk.held == []
    return desk


def made_here(**terms: Any) -> Desk:
    """A card whose statements the ledger makes."""
    return a_desk(a_card_product(**terms))


def card_of(desk: Desk) -> Card:
    """The card's own part of the book."""
    card = desk.loan().book.card
    assert card is not None
    return card


def statements(desk: Desk) -> tuple[Billed, ...]:
    """The card's statements."""
    return card_of(desk).statements


def minimums(desk: Desk) -> list[Line]:
    """What falls due."""
    return list(desk.loan().book.lines())


def dues(desk: Desk) -> list[tuple[str, int]]:
    """What falls due when, and how much of it is unpaid."""
    return [(str(line.due_on), line.unpaid) for line in minimums(desk)]
