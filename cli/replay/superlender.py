"""Short loans of 2016 and 2017 with four real dates each: approved, first due, first paid, closed.

What is reconstructed: the amount due is spread evenly over periods of thirty days; the first payment settles
the first instalment, what is left comes on the day the loan was closed.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from cli.replay.feed import Feed, Row, cents, instalment_key, take_each
from cli.stack.process import StackError
from shared.events.loans import Channel, LoanKind, LoanOpened, PaymentReceived
from shared.events.parts import ScheduledInstalment
from shared.money import Money

FILE, LENDER, CURRENCY, ZONE = "repaid_loans.csv.gz", "superlender", "NGN", "Africa/Lagos"
PERIOD_DAYS = 30
WITHIN = (3, 7, 14, 30)
_NEEDED = ("approved_at", "first_paid_at", "closed_at", "first_due_on", "term_days", "total_due")


def read(folder: Path, most: int | None = None) -> Feed:
    """The loans of a folder, in the order of their approval: all, or the first so many. Raises StackError."""
    path = folder / FILE
    if not path.is_file():
        raise StackError(f"{path} is not there: give the folder that holds {FILE}")
    feed, late = Feed(LENDER), list[int]()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = [(row.get("approved_at") or "", n, row) for n, row in enumerate(csv.DictReader(lines), 2)]
    rows.sort(key=lambda one: one[:2])

    def tell(number: int, row: Row) -> None:
        late.append(_tell(feed, row, f"SL-{number - 1}"))

    feed.bad = take_each(((number, row) for _, number, row in rows[:most]), tell)
    feed.expected = {"LoanRepaid": feed.loans}
    feed.notes = [(f"of these paid within {n} days", sum(0 < days <= n for days in late)) for n in WITHIN]
    return feed


def _tell(feed: Feed, row: Row, name: str) -> int:
    """Tell one loan; by how many days its first payment came late."""
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
        principal=_money(cents(row.get("principal") or row["total_due"])),
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
    feed.judged.add(instalment_key(name, due_on))
    if paid_on > due_on:
        feed.missed.add(instalment_key(name, due_on))
    return max((paid_on - due_on).days, 0)


def _dues(row: dict[str, str], first: date) -> Iterator[tuple[date, int]]:
    """Even parts of what is due; the last one takes what is left."""
    count, whole = max(int(row["term_days"]) // PERIOD_DAYS, 1), cents(row["total_due"])
    for n in range(count):
        amount = whole // count if n < count - 1 else whole - whole // count * (count - 1)
        yield first + timedelta(days=PERIOD_DAYS * n), amount


def _payment(name: str, which: str, cents: int, on: date) -> PaymentReceived:
    return PaymentReceived(
        lender=LENDER, loan_reference=name, payment_reference=which, amount=_money(cents), value_on=on
    )


def _money(cents: int) -> Money:
    return Money(cents, CURRENCY)
