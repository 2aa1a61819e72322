"""Finished instalment loans of 2007 to 2011: terms, totals and the last payment are known, days are not.

What is reconstructed: a loan is opened on the first of its month and falls due on the first of each month
after it. Only where the money paid is a whole number of instalments (and a last payment that closes the loan)
is it known when it came; these loans are paid so at the desk, the others are compared by their totals alone.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal

from services.ledger.domain.due_dates import add_months
from services.ledger.domain.journal import Account
from services.ledger.domain.replay import advance, to_pay_off
from shared.events.ledger import LoanRepaid, PaymentMissed
from shared.events.loans import FeeCharged
from shared.events.parts import Components
from shared.events.servicing import LoanWrittenOff, WriteOffKind
from shared.money import Money
from tests.real.loans import LENDER, REFERENCE, level, open_loan, paid, pay, pay_instalments
from tests.real.sources import Row, cents
from tests.real.tally import Tally
from tests.unit.ledger.desk import Desk

NAME = "LendingClub 2007-2011"
FILES = ("lendingclub-2007-2011/lendingclub_2007_2011.csv.gz",)
NEAR, NEARLY = "the instalment is ours within 0.02", "the instalment is ours within 0.50"
PARTS = "what was paid is principal, interest, late fees and recoveries"
TERM = "paid to the end by instalments: principal, and interest within a cent for each"
EVENLY = "of these, where the last payment was like the others: that payment too"
EARLY = "closed early: the last payment is ours for a day of its month"
STOPPED = "written off after whole instalments: interest is ours for days in time, or more"
TOLD = "who paid in time was told of no missed instalment, and who paid all that the loan is repaid"


def replay(rows: Iterable[Row]) -> Tally:
    """Compare all rows."""
    tally = Tally(NAME)
    for row in rows:
        desk = _opened(row)
        ours, theirs = level(desk.loan()), cents(row["installment"])
        name = f"loan {row['loan_no']}: {ours} for {theirs}"
        tally.note(NEAR, abs(ours - theirs) <= 2, name)
        tally.note(NEARLY, abs(ours - theirs) <= 50, name)
        _compare_parts(tally, desk, row)
        _compare_history(tally, row)
    return tally


def _opened(row: Row) -> Desk:
    principal, months = cents(row["funded_amnt"]), int(row["term"])
    return open_loan("USD", principal, Decimal(row["int_rate"]), months, date.fromisoformat(row["issue_d"]))


def _compare_parts(tally: Tally, desk: Desk, row: Row) -> None:
    """Report the money as the lender counted it: late fee, payments by parts, what came after a write-off."""
    principal, interest, late, after = (
        cents(row[name]) for name in ("total_rec_prncp", "total_rec_int", "total_rec_late_fee", "recoveries")
    )
    on = add_months(date.fromisoformat(row["issue_d"]), int(row["term"]))
    # Interest that the whole term does not bear, in a handful of rows, is reported as a fee.
    later = max(interest - sum(advance(desk.loan().book, on).owed[2]), 0)
    interest, late = interest - later, late + later
    desk.now = datetime.combine(on, time(12), UTC)
    if late:
        fee = {"fee_reference": "late", "fee": "late_fee", "amount": _dollars(late), "value_on": on}
        desk.take(FeeCharged(lender=LENDER, loan_reference=REFERENCE, **fee))
    if before := principal + interest + late:
        pay(desk, before, on, _parts(principal=principal, interest=interest, fees=late))
    book = desk.loan().book
    # Some rows tell of a few cents more principal than was lent: these are the borrower's credit.
    more = max(principal - cents(row["funded_amnt"]), 0)
    holds = [sum(column) for column in book.paid] == [0, late, interest, principal - more]
    holds = holds and book.credit == more
    if after:
        written = {"written_off_on": on, "amount": _dollars(after), "kind": WriteOffKind.ACCOUNTING}
        desk.take(LoanWrittenOff(lender=LENDER, loan_reference=REFERENCE, **written))
        pay(desk, after, on)
    cash = desk.balances().get(Account.CASH.value, 0)
    holds = holds and cash == before + after and abs(cash - cents(row["total_pymnt"])) <= 1
    tally.note(PARTS, holds, f"loan {row['loan_no']}: {desk.balances()}")


def _dollars(minor: int) -> Money:
    return Money(minor, "USD")


def _parts(**minor: int) -> Components:
    return Components(**{name: _dollars(part) for name, part in minor.items() if part})


def _compare_history(tally: Tally, row: Row) -> None:
    """Pay as it was paid, where the totals tell how."""
    instalment, months = cents(row["installment"]), int(row["term"])
    total = cents(row["total_rec_prncp"]) + cents(row["total_rec_int"])
    last = cents(row["last_pymnt_amnt"])
    if cents(row["total_rec_late_fee"]) or not row["last_pymnt_d"]:
        return
    if "Charged Off" in row["loan_status"]:
        if (count := _instalments_in(total, instalment)) and count < months:
            _compare_stopped(tally, row, count)
    elif abs(total - months * instalment) <= months and _months_paid(row) >= months - 1:
        _compare_term(tally, row, last)
    elif (count := _instalments_in(total - last, instalment)) and _months_paid(row) < months - 1:
        _compare_early(tally, row, count)


def _instalments_in(total: int, instalment: int) -> int:
    """How many whole instalments a sum is, to a cent for each; 0 where it is none."""
    count = round(total / instalment)
    return count if abs(total - count * instalment) <= count else 0


def _months_paid(row: Row) -> int:
    """In which month after its own the loan was last paid."""
    first, last = date.fromisoformat(row["issue_d"]), date.fromisoformat(row["last_pymnt_d"])
    return (last.year - first.year) * 12 + last.month - first.month


def _compare_term(tally: Tally, row: Row, last: int) -> None:
    """The whole term: as many instalments as there are, and what is left with the last one."""
    desk, months = _opened(row), int(row["term"])
    pay_instalments(desk, cents(row["installment"]), months - 1)
    on = add_months(date.fromisoformat(row["issue_d"]), months)
    desk.day(on)
    closing = to_pay_off(desk.loan().book, on)
    pay(desk, closing, on)
    principal, interest = paid(desk.loan())
    off = interest - cents(row["total_rec_int"])
    holds = principal == cents(row["total_rec_prncp"]) and abs(off) <= months
    name = f"loan {row['loan_no']}: interest off by {off}, last payment by {closing - last}"
    tally.note(TERM, holds, name)
    if abs(last - cents(row["installment"])) <= months:
        tally.note(EVENLY, holds and abs(closing - last) <= months, name)
    if level(desk.loan()) <= cents(row["installment"]):
        told = len(desk.named(PaymentMissed)), len(desk.named(LoanRepaid))
        tally.note(TOLD, told == (0, 1), f"loan {row['loan_no']}: missed, repaid {told}")


def _compare_early(tally: Tally, row: Row, count: int) -> None:
    """Some instalments, then all that is left, on a day of a month that is known."""
    desk, last = _opened(row), cents(row["last_pymnt_amnt"])
    opened = date.fromisoformat(row["issue_d"])
    on = pay_instalments(desk, cents(row["installment"]), count)
    # The loan's own day of the month is not known: a payment in a month may lie before or after it.
    month = max(_months_paid(row), count)
    least, most = (to_pay_off(desk.loan().book, max(add_months(opened, month + n), on)) for n in (-1, 1))
    holds = least - count <= last <= most + count
    tally.note(EARLY, holds, f"loan {row['loan_no']}: {last} is not from {least} to {most}")


def _compare_stopped(tally: Tally, row: Row, count: int) -> None:
    """So many instalments and no more; of days late there is interest as well."""
    desk = _opened(row)
    pay_instalments(desk, cents(row["installment"]), count)
    _, interest = paid(desk.loan())
    off = interest - cents(row["total_rec_int"])
    tally.note(STOPPED, off <= count, f"loan {row['loan_no']}: interest off by {off}")
