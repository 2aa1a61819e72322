"""Short loans of 2016 and 2017: when they were approved, first due, first paid and closed.

What is reconstructed: the amount due is spread evenly over periods of thirty days; the first payment settles
the first instalment, what is left comes on the day the loan was closed. The loans still running have no due
date: they are opened with what they owe.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from shared.events.ledger import ArrearsCured, LoanRegistered, LoanRepaid, PaymentMissed
from shared.money import Money
from tests.real.loans import open_provided, pay
from tests.real.sources import Row, cents
from tests.real.tally import Tally

NAME = "superlender 2016-2017"
FILES = ("superlender-ng/repaid_loans.csv.gz", "superlender-ng/current_loans.csv")
MISSED = "the first instalment is told as missed where its payment came late, and only there"
CURED = "of a loan of one instalment that came late: cured on the day of the payment"
REPAID = "the loan is told as repaid on the day it was closed, once"
OWED = "a running loan is registered with what it owes"
LATE = "first payments came late"
WITHIN = {days: f"of these within {days} days" for days in (3, 7, 14, 30)}
_PERIOD_DAYS = 30
_ZONE = "Africa/Lagos"


def replay(rows: Iterable[Row]) -> Tally:
    """Compare all rows of both tables: those without a closing day are the running ones."""
    tally = Tally(NAME)
    for row in rows:
        if "closed_at" in row:
            _compare(tally, row)
        else:
            _open_running(tally, row)
    return tally


def _amounts(row: Row) -> list[int]:
    """What each instalment asks for: even parts, the last one takes what is left."""
    count, whole = max(int(row["term_days"]) // _PERIOD_DAYS, 1), cents(row["total_due"])
    return [*[whole // count] * (count - 1), whole - whole // count * (count - 1)]


def _dues(row: Row, first: date) -> list[tuple[date, int]]:
    return [(first + timedelta(_PERIOD_DAYS * n), amount) for n, amount in enumerate(_amounts(row))]


def _principal(row: Row) -> Money:
    # Some rows do not tell the principal.
    return Money(cents(row["principal"] or row["total_due"]), "NGN")


def _compare(tally: Tally, row: Row) -> None:
    approved, paid_on, closed_on = (
        date.fromisoformat(row[name][:10]) for name in ("approved_at", "first_paid_at", "closed_at")
    )
    due_on = date.fromisoformat(row["first_due_on"])
    dues = _dues(row, due_on)
    desk = open_provided(_principal(row), approved, dues, _ZONE)
    pay(desk, dues[0][1], paid_on, zone=_ZONE)
    if len(dues) > 1:
        pay(desk, sum(amount for _, amount in dues[1:]), closed_on, zone=_ZONE)
    desk.day(max(closed_on, due_on) + timedelta(1), _ZONE)
    name, late = f"borrower {row['borrower_no']} loan {row['loan_seq']}", (paid_on - due_on).days
    missed = [one for one in desk.named(PaymentMissed) if one.instalment == 1]
    tally.note(MISSED, len(missed) == (late > 0), f"{name}: {late} days late, {len(missed)} told")
    if late > 0:
        tally.figures[LATE] += len(missed)
        if len(dues) == 1:
            cured = [one.cured_on for one in desk.named(ArrearsCured)]
            tally.note(CURED, cured == [paid_on], f"{name}: {cured}")
        for days, what in WITHIN.items():
            tally.figures[what] += late <= days
    last = paid_on if len(dues) == 1 else closed_on
    repaid = [one.repaid_on for one in desk.named(LoanRepaid)]
    tally.note(REPAID, repaid == [last], f"{name}: {repaid} for {last}")


def _open_running(tally: Tally, row: Row) -> None:
    approved = date.fromisoformat(row["approved_at"][:10])
    first = approved + timedelta(min(int(row["term_days"]), _PERIOD_DAYS))
    desk = open_provided(_principal(row), approved, _dues(row, first), _ZONE)
    (registered,) = desk.named(LoanRegistered)
    tally.note(OWED, registered.owed == Money(cents(row["total_due"]), "NGN"), f"{registered.owed}")
