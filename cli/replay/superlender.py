"""Short loans of 2016 and 2017 with four real dates each: approved, first due, first paid, closed.

What is reconstructed: the amount due is spread evenly over periods of thirty days; the first payment settles
the first instalment, what is left comes on the day the loan was closed.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path

from cli.stack.process import StackError
from shared.events.base import Event
from shared.events.loans import Channel, LoanKind, LoanOpened, PaymentReceived
from shared.events.parts import ScheduledInstalment
from shared.money import Money

FILE, LENDER, CURRENCY, ZONE = "repaid_loans.csv.gz", "superlender", "NGN", "Africa/Lagos"
PERIOD_DAYS = 30
WITHIN = (3, 7, 14, 30)
_NEEDED = ("approved_at", "first_paid_at", "closed_at", "first_due_on", "term_days", "total_due")


@dataclass
class Feed:
    """What a platform tells, by the day on which it happened, and what must come of it."""

    by_day: dict[date, list[Event]] = field(default_factory=lambda: defaultdict(list))
    late: dict[str, int] = field(default_factory=dict)
    """By loan, by how many days its first payment came late: these are told as missed, and no others."""
    loans: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    """Line and reason of what could not be read."""


def read(folder: Path, most: int | None = None) -> Feed:
    """The loans of a folder, in the order of their approval: all, or the first so many. Raises StackError."""
    path = folder / FILE
    if not path.is_file():
        raise StackError(f"{path} is not there: give the folder that holds {FILE}")
    feed = Feed()
    rows: list[tuple[str, int, dict[str, str]]] = []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            rows.append((row.get("approved_at") or "", number, row))
    for _, number, row in sorted(rows, key=lambda one: one[:2])[:most]:
        try:
            _tell(feed, row, f"SL-{number - 1}")
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            feed.bad.append((number, f"{type(error).__name__}: {error}"))
    return feed


def _tell(feed: Feed, row: dict[str, str], name: str) -> None:
    if missing := [one for one in _NEEDED if not row.get(one)]:
        raise ValueError(f"nothing in {', '.join(missing)}")
    approved, paid_on, closed_on = (date.fromisoformat(row[one][:10]) for one in _NEEDED[:3])
    due_on = date.fromisoformat(row["first_due_on"])
    dues = list(_dues(row, due_on))
    opened = LoanOpened(
        lender=LENDER,
        loan_reference=name,
        kind=LoanKind.PROVIDED,
        channel=Channel.OTHER,
        principal=_money(_cents(row.get("principal") or row["total_due"])),
        opened_on=approved,
        time_zone=ZONE,
        instalments=tuple(
            ScheduledInstalment(number=n, due_on=on, amount=_money(cents))
            for n, (on, cents) in enumerate(dues, 1)
        ),
    )
    rest = sum(cents for _, cents in dues[1:])
    feed.by_day[approved].append(opened)
    feed.by_day[paid_on].append(_payment(name, "first", dues[0][1], paid_on))
    if rest:
        feed.by_day[closed_on].append(_payment(name, "rest", rest, closed_on))
    feed.loans += 1
    if paid_on > due_on:
        feed.late[name] = (paid_on - due_on).days


def _dues(row: dict[str, str], first: date) -> Iterator[tuple[date, int]]:
    """Even parts of what is due; the last one takes what is left."""
    count, whole = max(int(row["term_days"]) // PERIOD_DAYS, 1), _cents(row["total_due"])
    for n in range(count):
        amount = whole // count if n < count - 1 else whole - whole // count * (count - 1)
        yield first + timedelta(days=PERIOD_DAYS * n), amount


def _payment(name: str, which: str, cents: int, on: date) -> PaymentReceived:
    return PaymentReceived(
        lender=LENDER, loan_reference=name, payment_reference=which, amount=_money(cents), value_on=on
    )


def _cents(text: str) -> int:
    return int((Decimal(text) * 100).to_integral_value(ROUND_HALF_EVEN))


def _money(cents: int) -> Money:
    return Money(cents, CURRENCY)
