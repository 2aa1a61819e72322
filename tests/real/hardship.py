"""Hardship plans of 2017 to 2019: three months of interest only.

What is reconstructed: a loan of the reported payoff balance is opened when the plan starts, with as many
months as its instalment needs to repay it; the plan is accepted on that day. The reported balance holds some
days of interest besides the principal, which is why a month's interest on it is a little more than the plan's
payment.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.ledger.domain.due_dates import add_months
from shared.events.hardship import PlanAccepted, PlanLoan
from shared.events.ledger import PaymentMissed, ScheduleRevised
from shared.events.parts import ReliefKind, ReliefPhase
from tests.real.loans import level, open_loan, pay
from tests.real.sources import Row, cents, month
from tests.real.tally import Tally
from tests.unit.ledger.desk import Desk

NAME = "LendingClub hardship plans"
FILES = ("lendingclub-hardship/hardship_plans.csv",)
INSTALMENT = "the loan's instalment is ours within 0.02"
INTEREST = "the plan asks for a month's interest: reported and ours within 5 %"
NEAR = "the same within 17 %"
EXTRA = "extra interest is what the three payments of the plan ask for, reported and ours"
KEPT = "a plan that was kept: nothing is told as missed"
_PAYMENTS = 3


def replay(rows: Iterable[Row]) -> Tally:
    """Compare all rows."""
    tally = Tally(NAME)
    for row in rows:
        _compare(tally, row)
    return tally


def _compare(tally: Tally, row: Row) -> None:
    name, rate = f"case {row['case_no']}", Decimal(row["int_rate"]) / 100
    months, started = int(row["term"].split()[0]), month(row["hardship_start_date"])
    whole, instalment = cents(row["loan_amnt"]), cents(row["installment"])
    ours = level(open_loan("USD", whole, rate, months, started).loan())
    tally.note(INSTALMENT, abs(ours - instalment) <= 2, f"{name}: {ours} for {instalment}")

    balance = cents(row["hardship_payoff_balance_amount"])
    left = max(_months_left(balance, rate, instalment), _PAYMENTS + 1)
    desk = open_loan("USD", balance, rate, left, started)
    cost = sum(desk.loan().book.owed[2])
    asked, reported = _interest_only(desk, started), cents(row["hardship_amount"])
    ratio = reported / asked
    tally.note(INTEREST, abs(ratio - 1) <= 0.05, f"{name}: {reported} is {ratio:.3f} of {asked}")
    tally.note(NEAR, abs(ratio - 1) <= 0.17, f"{name}: {reported} is {ratio:.3f} of {asked}")
    if row["orig_projected_additional_accrued_interest"]:
        extra = cents(row["orig_projected_additional_accrued_interest"])
        more = sum(desk.loan().book.owed[2]) - cost
        same = extra == _PAYMENTS * reported and abs(more - _PAYMENTS * asked) <= _PAYMENTS
        tally.note(EXTRA, same, f"{name}: {extra} of {reported}, ours {more} of {asked}")
    if row["hardship_status"] == "COMPLETED":
        for n in range(1, _PAYMENTS + 1):
            pay(desk, asked, add_months(started, n))
        desk.day(add_months(started, _PAYMENTS).replace(day=20))
        tally.note(KEPT, not desk.named(PaymentMissed), name)


def _months_left(balance: int, rate: Decimal, instalment: int) -> int:
    """How many instalments repay a balance with interest."""
    months, left = 0, Decimal(balance)
    while left > 0:
        left += left * rate / 12 - instalment
        months += 1
    return months


def _interest_only(desk: Desk, started: date) -> int:
    """Accept the plan; what each of its instalments asks for."""
    ends = add_months(started, _PAYMENTS)
    phase = ReliefPhase(kind=ReliefKind.INTEREST_ONLY, effective_on=started, ends_on=ends)
    part = PlanLoan(loan_id=desk.loan().id, part=1, phases=(phase,))
    desk.take(PlanAccepted(person_id=UUID(int=1), plan_id=UUID(int=2), accepted_on=started, loans=(part,)))
    assert desk.named(ScheduleRevised), desk.told
    lines = list(desk.loan().book.lines())[:_PAYMENTS]
    asked = {sum(line.owed) for line in lines}
    assert len(asked) == 1, asked
    return asked.pop()
