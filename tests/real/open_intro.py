"""Running instalment loans of early 2018: terms, and what was paid so far of principal, interest and fees.

What is reconstructed: a loan is opened on the first of its month and as many instalments are paid, each on
its due date, as bring the reported principal nearest. The first period of these loans is some days shorter or
longer than a month, which the data do not give: its interest may be off by whole days.
"""

from collections.abc import Iterable
from decimal import Decimal

from services.ledger.domain.due_dates import add_months
from shared.events.ledger import PaymentMissed
from tests.real.loans import level, open_loan, paid, pay
from tests.real.sources import Row, cents, month
from tests.real.tally import Tally

NAME = "openintro 2018"
FILES = ("openintro-loans/loans_full_schema.csv.gz",)
INSTALMENT = "the instalment is ours within 0.02"
TOTAL = "what was paid is principal, interest and late fees"
PRINCIPAL = "not yet repaid: paid principal and balance are ours after whole instalments, a cent for each"
INTEREST = "of these: paid interest, but for whole days of the first period"
TOLD = "of these: no instalment that was paid was told as missed"
_INSTALMENTS_MAX = 7
"""The loans were some months old."""


def replay(rows: Iterable[Row]) -> Tally:
    """Compare all rows."""
    tally = Tally(NAME)
    for row in rows:
        _compare(tally, row)
    return tally


def _compare(tally: Tally, row: Row) -> None:
    amount, rate = cents(row["loan_amount"]), Decimal(row["interest_rate"]) / 100
    opened, instalment = month(row["issue_month"]), cents(row["installment"])
    desk = open_loan("USD", amount, rate, int(row["term"]), opened)
    name = f"loan {row['loan_no']}"
    ours = level(desk.loan())
    tally.note(INSTALMENT, abs(ours - instalment) <= 2, f"{name}: {ours} for {instalment}")
    principal, interest, fees = (
        cents(row[f"paid_{part}"]) for part in ("principal", "interest", "late_fees")
    )
    tally.note(TOTAL, abs(cents(row["paid_total"]) - principal - interest - fees) <= 1, name)
    if not cents(row["balance"]):
        return
    count = 0
    while paid(desk.loan())[0] < principal - count and count < _INSTALMENTS_MAX:
        count += 1
        pay(desk, instalment, add_months(opened, count))
    reached, earned = paid(desk.loan())
    left = desk.loan().book.balance
    same = abs(reached - principal) <= count and abs(left - cents(row["balance"])) <= count
    tally.note(PRINCIPAL, same, f"{name}: {reached} for {principal}")
    if same:
        off, a_day = interest - earned, amount * rate / 360
        days = round(off / a_day)
        near = abs(off - days * a_day) <= count + 1
        tally.note(INTEREST, near, f"{name}: {earned} for {interest}, {off / a_day:.2f} days")
        if instalment >= ours:
            tally.note(TOLD, not desk.named(PaymentMissed), name)
