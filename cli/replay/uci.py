"""Card statements of six months in Taiwan, April to September 2005: 24,000 holders with a limit, and for each
month what was billed and what was paid (I-Cheng Yeh, UCI Machine Learning Repository, data set 350).

What is reconstructed: days. A payment comes on the 15th, a statement on a month's last day, what it asks for
falls due on the 20th of the next month. A statement asks for a twentieth of what is owed, for 1,000 at least,
but for no more than came where the data calls its month paid; and for what earlier ones asked for and did not
get. What was bought is not in the data: the ledger takes it from the balances. Where a balance is less than
what was left, the difference was credited.
"""

import calendar
import csv
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from cli.replay.feed import Feed, Row, cents, instalment_key, take_each
from cli.stack.process import StackError
from services.ledger.domain.due_dates import add_months
from shared.events.base import Event
from shared.events.loans import (
    Channel,
    CreditGranted,
    LoanKind,
    LoanOpened,
    PaymentReceived,
    ProductPublished,
    StatementIssued,
)
from shared.events.product_terms import ProductTerms
from shared.money import Money

LENDER, CURRENCY, ZONE, PRODUCT = "uci-cards", "TWD", "Asia/Taipei", "card"
OPENED_ON = date(2005, 4, 1)
MONTHS = (("6", "6", 4), ("5", "5", 5), ("4", "4", 6), ("3", "3", 7), ("2", "2", 8), ("1", "0", 9))
"""What ends a month's columns of amounts and of status, from April on."""
PAYS_ON, DUE_ON = 15, 20
LEAST_ASKED, ASKED_PART = 100_000, 20
"""In cents; and one part of so many of what is owed."""
PAID_STATUS, LATE_STATUS = 0, 2
"""Paid in part or whole; late by two months, since what one month means changes within the data."""


@dataclass
class _Card:
    """A card's statements, as a person would follow them on paper."""

    reference: str
    owed: int = 0
    """In cents; below zero: what the holder has to good."""
    asked: list[tuple[date, int]] = field(default_factory=list)
    """What statements ask for and did not get yet, by the day it falls due."""

    def receive(self, cents: int) -> None:
        """Money goes to what was asked for first."""
        self.owed -= cents
        left, open_ones = cents, []
        for due_on, unpaid in self.asked:
            paid = min(unpaid, left)
            left -= paid
            if unpaid > paid:
                open_ones.append((due_on, unpaid - paid))
        self.asked = open_ones


def read(file: Path, most: int | None = None) -> Feed:
    """The cards of a file: all, or the first so many. Raises StackError."""
    if not file.is_file():
        raise StackError(f"{file} is not there: give the file uci_card_default.csv")
    feed = Feed(LENDER)
    feed.by_day[OPENED_ON].append(_product())
    late: list[bool] = []
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(enumerate(csv.DictReader(lines), 2))[:most]

    def tell(number: int, row: Row) -> None:
        late.extend(_tell(feed, row))

    feed.bad = take_each(rows, tell)
    events = (one for some in feed.by_day.values() for one in some)
    statements = [one for one in events if isinstance(one, StatementIssued)]
    balances = sum(one.balance.minor for one in statements)
    feed.expected = {"StatementMade": len(statements), "BalanceDiffers": 0, "cents": balances}
    feed.notes = [
        ("months the data calls two or more late", len(late)),
        ("of these with less paid than was asked for", sum(late)),
    ]
    return feed


def _product() -> ProductPublished:
    return ProductPublished(
        lender=LENDER,
        product=PRODUCT,
        product_version=1,
        effective_on=OPENED_ON,
        kind=LoanKind.REVOLVING,
        channel=Channel.CARD,
        terms=ProductTerms(annual_rate=Decimal(0), draws_reported=False),
    )


def _tell(feed: Feed, row: Row) -> list[bool]:
    """Tell one card; of each month that the data calls late, whether less came than was asked for."""
    card = _Card(f"UCI-{int(row['ID'])}")
    told: list[Event] = [
        LoanOpened(
            lender=LENDER,
            loan_reference=card.reference,
            kind=LoanKind.REVOLVING,
            channel=Channel.CARD,
            principal=_money(cents(row["LIMIT_BAL"])),
            opened_on=OPENED_ON,
            time_zone=ZONE,
            product=PRODUCT,
            product_version=1,
        )
    ]
    days, judged, missed, months = [OPENED_ON], set(), set(), []
    payments = [cents(row[f"PAY_AMT{amounts}"]) for amounts, _, _ in MONTHS]
    for n, (amounts, column, month) in enumerate(MONTHS):
        paid, billed, status = payments[n], cents(row[f"BILL_AMT{amounts}"]), int(row[f"PAY_{column}"])
        comes = payments[n + 1] if n + 1 < len(payments) else 0
        if paid:
            days.append(date(2005, month, PAYS_ON))
            told.append(_payment(card.reference, days[-1], paid))
            card.receive(paid)
        due_now = date(2005, month, DUE_ON)
        if month != MONTHS[0][2]:
            judged.add(instalment_key(card.reference, due_now))
        if any(due_on == due_now for due_on, _ in card.asked):
            missed.add(instalment_key(card.reference, due_now))
        issued_on = date(2005, month, calendar.monthrange(2005, month)[1])
        statement = _statement(card, issued_on, billed, comes if status <= PAID_STATUS else 0)
        if status >= LATE_STATUS and n + 1 < len(payments):
            months.append(comes < sum(unpaid for _, unpaid in card.asked))
        days += [issued_on] * len(statement)
        told += statement
    for day, event in zip(days, told, strict=True):
        feed.by_day[day].append(event)
    feed.judged |= judged
    feed.missed |= missed
    feed.loans += 1
    return months


def _statement(card: _Card, issued_on: date, billed: int, enough: int) -> list[Event]:
    """A month's statement, after what was credited; `enough` was paid for it, as the data says (0: not)."""
    told: list[Event] = []
    if card.owed > billed:
        told.append(
            CreditGranted(
                lender=LENDER,
                loan_reference=card.reference,
                credit_reference=f"credit-{issued_on}",
                amount=_money(card.owed - billed),
                value_on=issued_on,
                reason="refund",
            )
        )
        card.receive(card.owed - billed)
    card.owed = billed
    due_on = add_months(issued_on.replace(day=DUE_ON), 1)
    past_due = sum(unpaid for _, unpaid in card.asked)
    new = max(min(max(LEAST_ASKED, billed // ASKED_PART), billed - past_due), 0)
    if enough:
        new = min(new, max(enough - past_due, 0))
    if new:
        card.asked.append((due_on, new))
    told.append(
        StatementIssued(
            lender=LENDER,
            loan_reference=card.reference,
            statement_reference=f"{issued_on:%Y-%m}",
            issued_on=issued_on,
            due_on=due_on,
            balance=_money(billed),
            minimum_payment=_money(past_due + new),
        )
    )
    return told


def _payment(reference: str, on: date, cents: int) -> PaymentReceived:
    return PaymentReceived(
        lender=LENDER,
        loan_reference=reference,
        payment_reference=f"paid-{on:%Y-%m}",
        amount=_money(cents),
        value_on=on,
    )


def _money(cents: int) -> Money:
    return Money(cents, CURRENCY)
