"""Loans of one payment of autumn 2016: due date, day paid, days past due. A teaching set, not evidence.

What is reconstructed: the loan asks for its principal on the due date, and is paid whole.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from services.ledger.domain.standing import standing
from shared.events.ledger import LoanRepaid, PaymentMissed
from shared.money import Money
from tests.real.loans import open_provided, pay
from tests.real.sources import Row, cents
from tests.real.tally import Tally

NAME = "one payment 2016"
FILES = ("loan-payments-500/loan_payments.csv",)
IN_TIME = "paid in time: no miss is told, the loan is repaid"
COLLECTION = "in collection: days past due on the day of the table"
PAID_LATE = "paid after collection: days past due on the day paid, then repaid"
TABLE_ON = date(2016, 12, 8)
"""The day from which all loans in collection are counted."""


def replay(rows: Iterable[Row]) -> Tally:
    """Compare all rows."""
    tally = Tally(NAME)
    for row in rows:
        _compare(tally, row)
    return tally


def _day(text: str) -> date:
    return datetime.strptime(text.split(" ", maxsplit=1)[0], "%m/%d/%y").replace(tzinfo=UTC).date()


def _compare(tally: Tally, row: Row) -> None:
    opened, due, amount = _day(row["effective_date"]), _day(row["due_date"]), cents(row["Principal"])
    desk = open_provided(Money(amount, "USD"), opened, [(due, amount)])
    paid_on = _day(row["paid_off_time"]) if row["paid_off_time"] else TABLE_ON
    desk.day(paid_on)
    late = standing(desk.loan(), paid_on).days_past_due
    if row["paid_off_time"]:
        pay(desk, amount, paid_on)
    told = len(desk.named(PaymentMissed)), len(desk.named(LoanRepaid))
    name = f"{row['Loan_ID']}: {late} days, missed and repaid {told}"
    if row["loan_status"] == "PAIDOFF":
        tally.note(IN_TIME, (late, *told) == (0, 0, 1), name)
        return
    same = late == int(float(row["past_due_days"]))
    if row["loan_status"] == "COLLECTION":
        tally.note(COLLECTION, same and told == (1, 0), name)
    else:
        tally.note(PAID_LATE, same and told == (1, 1), name)
