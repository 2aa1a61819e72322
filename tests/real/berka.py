"""Loans of a Czech bank, 1993 to 1998: amount, months, monthly payment; interest is not told apart.

What is reconstructed: no interest, equal instalments each a month apart; who finished well has paid each on
its due date.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from shared.events.ledger import LoanRepaid, PaymentMissed
from tests.real.loans import level, open_loan, pay_instalments
from tests.real.sources import Row, cents
from tests.real.tally import Tally

NAME = "Berka 1993-1998"
FILES = ("berka-pkdd99/loans.csv",)
INSTALMENT = "every instalment is the monthly payment"
FINISHED = "finished well: the last instalment closes the loan on its day, and no miss is told"


def replay(rows: Iterable[Row]) -> Tally:
    """Compare all rows."""
    tally = Tally(NAME)
    for row in rows:
        opened, months, payment = date.fromisoformat(row["date"]), int(row["duration"]), row["payments"]
        desk = open_loan("CZK", cents(row["amount"]), Decimal(0), months, opened)
        same = level(desk.loan()) == cents(payment) and set(desk.loan().book.owed[3]) == {cents(payment)}
        tally.note(INSTALMENT, same, f"loan {row['loan_id']}: {level(desk.loan())} for {payment}")
        if row["status"] == "A":
            last = pay_instalments(desk, cents(payment), months)
            repaid = [one.repaid_on for one in desk.named(LoanRepaid)]
            tally.note(FINISHED, repaid == [last] and not desk.named(PaymentMissed), row["loan_id"])
    return tally
