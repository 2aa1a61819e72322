"""Late fees: once for an instalment that was missed, taken back with that, never where none is allowed."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.journal import Account
from services.ledger.domain.loan import Loan
from services.ledger.domain.terms import Component
from shared.events.base import Event
from shared.events.hardship import PlanAccepted, PlanLoan
from shared.events.holds import HoldLifted
from shared.events.ledger import (
    InstalmentDueSoon,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
)
from shared.events.loans import FeeWaived, PaymentsComplete
from shared.events.parts import Freezes, HoldReason, ReliefKind, ReliefPhase
from shared.events.servicing import LoanTransferred
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import a_hold, a_product, a_term_loan

FEE = money("20.00")
INTEREST = Freezes(interest_and_fees=True)


def a_desk(instalments: int = 3, **terms: Any) -> Desk:
    """A loan of 300.00 without interest, an instalment on the first of each month from December on."""
    desk = Desk()
    given = {"annual_rate": "0", "late_fee": FEE, "grace_days": 3, **terms}
    desk.take(a_product(**given), a_term_loan("300.00", instalment_count=instalments))
    complete(desk, date(2027, 12, 31))
    assert desk.held == []
    return desk


def complete(desk: Desk, through: date) -> None:
    desk.take(an_event(PaymentsComplete, lender=a_loan().lender, through=through, product=None))


def penalties(desk: Desk) -> list[int]:
    return list(desk.loan().book.owed[Component.PENALTY])


def a_plan(*phases: ReliefPhase, accepted_on: str = "2026-12-02") -> PlanAccepted:
    mine = PlanLoan(loan_id=a_term_loan().loan_id, part=1, phases=phases)
    return an_event(PlanAccepted, plan_id=UUID(int=5), loans=(mine,), accepted_on=accepted_on)


def test_a_missed_instalment_costs_its_fee_once_when_its_grace_has_ended() -> None:
    desk = a_desk()
    desk.day(date(2026, 12, 4))
    assert penalties(desk) == [0, 0, 0]
    desk.day(date(2026, 12, 5))
    [missed] = desk.named(PaymentMissed)
    assert (missed.instalment, missed.late_fee) == (1, FEE)
    desk.day(date(2026, 12, 31))
    # It falls due with the next instalment: what was missed does not get larger.
    assert penalties(desk) == [0, 20_00, 0]


def test_each_missed_instalment_costs_one_fee_and_a_fee_costs_none() -> None:
    desk = a_desk(instalments=2)
    desk.day(date(2027, 12, 1))
    book = desk.loan().book
    assert [one.instalment for one in desk.named(PaymentMissed)] == [1, 2, 3]
    assert [one.late_fee for one in desk.named(PaymentMissed)] == [FEE, FEE, None]
    assert sum(book.owed[Component.PENALTY]) == 40_00


def test_the_fee_after_the_last_instalment_falls_due_a_period_later_and_is_announced() -> None:
    desk = a_desk(instalments=1)
    desk.day(date(2026, 12, 31))
    assert desk.loan().book.dues[-1] == date(2027, 1, 5).toordinal()
    desk.day(date(2027, 1, 2))
    assert [one.due_on for one in desk.named(InstalmentDueSoon)] == [date(2026, 12, 1), date(2027, 1, 5)]


def test_who_pays_within_the_grace_pays_no_fee() -> None:
    desk = a_desk()
    desk.take(a_payment("100.00", value_on="2026-12-04"))
    desk.day(date(2026, 12, 31))
    assert penalties(desk) == [0, 0, 0]


def test_a_payment_that_comes_to_light_takes_the_fee_back_with_the_miss() -> None:
    late, punctual = a_desk(), a_desk()
    late.day(date(2026, 12, 10))
    assert penalties(late) == [0, 20_00, 0]
    told = late.take(a_payment("100.00", value_on="2026-12-02"))
    punctual.take(a_payment("100.00", value_on="2026-12-02"))
    assert PaymentMissedRetracted in map(type, told)
    for desk in (late, punctual):
        desk.day(date(2026, 12, 31))
    assert penalties(late) == [0, 0, 0]
    assert late.loan().book.outstanding == punctual.loan().book.outstanding == 200_00
    assert late.balances() == punctual.balances()


def test_what_was_paid_of_a_fee_that_had_no_cause_goes_where_it_would_have_gone() -> None:
    desk = a_desk(allocation="mifos_standard")
    desk.day(date(2026, 12, 10))
    desk.take(a_payment("220.00", value_on="2027-01-01", reference="late"))
    assert desk.loan().book.paid[Component.PENALTY] == (0, 20_00, 0)
    told = desk.take(a_payment("100.00", value_on="2026-12-02", reference="found"))
    moved = {one.payment_id: one for one in told if isinstance(one, PaymentReallocated)}
    assert [one.cause for one in moved.values()][-1] == "late_fee_returned"
    assert desk.loan().book.paid[Component.PENALTY] == (0, 0, 0)
    assert desk.loan().book.outstanding == 0
    assert desk.balances().get(Account.PENALTY_INCOME.value, 0) == 0


def test_a_payment_that_bounces_brings_the_miss_and_its_fee_back() -> None:
    desk = a_desk()
    desk.day(date(2026, 12, 10))
    desk.take(a_payment("100.00", value_on="2026-12-02"))
    desk.day(date(2026, 12, 12))
    desk.take(a_reversal(reversed_on="2026-12-12"))
    desk.day(date(2026, 12, 14))
    assert [one.late_fee for one in desk.named(PaymentMissed)] == [FEE, FEE]
    assert penalties(desk) == [0, 20_00, 0]


@pytest.mark.parametrize(("starts_on", "fee"), [("2026-12-03", 0), ("2026-12-05", 0), ("2026-12-06", 20_00)])
def test_a_hold_told_late_takes_back_the_fee_of_its_days(starts_on: str, fee: int) -> None:
    desk = a_desk()
    desk.day(date(2026, 12, 10))
    desk.take(a_hold(INTEREST, starts_on))
    assert penalties(desk) == [0, fee, 0]
    desk.take(an_event(HoldLifted, loan_id=desk.loan().id, hold_id=UUID(int=77), lifted_on="2026-12-20"))
    desk.day(date(2026, 12, 31))
    # What a hold forbade is never charged later.
    assert penalties(desk) == [0, fee, 0]


@pytest.mark.parametrize(
    "hold",
    [
        a_hold(INTEREST, "2026-12-02"),
        a_hold(INTEREST, "2026-12-02", "2026-12-03"),
        a_hold(Freezes(), "2026-12-02", reason=HoldReason.DISPUTE),
    ],
    ids=["in force", "over", "dispute"],
)
def test_no_fee_is_charged_for_days_under_a_hold_or_under_dispute(hold: Event) -> None:
    desk = a_desk()
    desk.day(date(2026, 12, 2))
    desk.take(hold)
    desk.day(date(2026, 12, 31))
    assert [one.late_fee for one in desk.named(PaymentMissed)] == [None]
    assert penalties(desk) == [0, 0, 0]


def test_no_fee_is_charged_while_an_agreed_plan_runs() -> None:
    desk = a_desk(instalments=6)
    desk.day(date(2026, 11, 20))
    small = ReliefPhase(
        kind=ReliefKind.TOKEN_PAYMENTS, effective_on="2026-11-21", ends_on="2027-02-01", amount=money("5.00")
    )
    desk.take(a_plan(small, accepted_on="2026-11-20"))
    desk.day(date(2027, 1, 10))
    assert [one.late_fee for one in desk.named(PaymentMissed)] == [None, None]


def test_a_deferral_agreed_after_the_miss_takes_the_fee_back_with_it() -> None:
    desk = a_desk()
    desk.day(date(2026, 12, 10))
    deferred = ReliefPhase(
        kind=ReliefKind.DEFERRAL_INTEREST_RUNNING, effective_on="2026-12-01", ends_on="2026-12-31"
    )
    told = desk.take(a_plan(deferred, accepted_on="2026-12-10"))
    assert PaymentMissedRetracted in map(type, told)
    assert sum(penalties(desk)) == 0


def test_no_fee_is_charged_where_the_platforms_core_keeps_the_book() -> None:
    desk = Desk()
    desk.take(
        a_product(kind="provided", annual_rate="0", late_fee=FEE),
        a_loan(product="plain", instalments=a_schedule("100.00", "100.00")),
    )
    complete(desk, date(2027, 12, 31))
    desk.day(date(2026, 2, 20))
    assert [one.late_fee for one in desk.named(PaymentMissed)] == [None]


def test_a_fee_keeps_within_the_cap_on_the_cost() -> None:
    desk = a_desk(annual_rate="0.24", cost_cap_annual="0.36")
    desk.day(date(2026, 12, 10))
    [missed] = desk.named(PaymentMissed)
    # 12 % a year on 300.00 for 34 days is 3.35; interest takes the other 24 %.
    assert missed.late_fee == money("3.35")
    desk = a_desk(annual_rate="0.24", cost_cap_annual="0.24")
    desk.day(date(2026, 12, 10))
    assert [one.late_fee for one in desk.named(PaymentMissed)] == [None]


def test_a_platform_waives_a_late_fee_by_the_reference_in_the_file() -> None:
    desk = a_desk()
    desk.day(date(2026, 12, 10))
    [name] = [name for name in desk.files[desk.loan().id] if name.startswith("fee:late:1:2026-12-05:")]
    waived = an_event(FeeWaived, fee_reference=name.removeprefix("fee:"), amount=FEE, value_on="2026-12-10")
    desk.take(waived)
    desk.day(date(2026, 12, 31))
    assert penalties(desk) == [0, 0, 0]
    assert desk.balances().get(Account.PENALTY_INCOME.value, 0) == 0


def test_a_late_fee_goes_with_a_sold_loan_and_is_taken_back_there() -> None:
    desk = a_desk()
    desk.take(an_event(PaymentsComplete, lender="birch", through=date(2027, 12, 31), product=None))
    desk.day(date(2026, 12, 10))
    told = a_term_loan()
    sold = {"to_lender": "birch", "to_loan_reference": "B-9", "effective_on": date(2026, 12, 10)}
    desk.take(an_event(LoanTransferred, lender=told.lender, loan_reference=told.loan_reference, **sold))
    new = desk.loan("B-9")
    assert sum(new.book.owed[Component.PENALTY]) == 20_00
    desk.take(a_payment("100.00", value_on=date(2026, 12, 1)))
    new = desk.loan("B-9")
    assert [one.loan_id for one in desk.named(PaymentMissedRetracted)] == [new.id]
    assert sum(new.book.owed[Component.PENALTY]) == 0
    assert new.book.outstanding == 200_00
    assert sum(one.minor for one in desk.posted[new.id]) == 0
    desk.day(date(2026, 12, 31))
    assert sum(desk.loan("B-9").book.owed[Component.PENALTY]) == 0
    assert desk.held == []


def test_a_late_fee_goes_with_a_loan_that_is_sold_and_is_taken_back_there_with_its_miss() -> None:
    desk = a_desk()
    desk.day(date(2026, 12, 10))
    desk.take(
        an_event(
            LoanTransferred, to_lender="birch", to_loan_reference="B-1", effective_on="2026-12-10", parties=()
        )
    )
    sold = next(one for one in desk.states.values() if isinstance(one, Loan) and one.lender == "birch")
    assert sum(sold.book.owed[Component.PENALTY]) == 20_00
    told = desk.take(
        a_payment("100.00", lender="birch", loan="B-1", reference="found", value_on="2026-12-02")
    )
    assert PaymentMissedRetracted in map(type, told)
    sold = next(one for one in desk.states.values() if isinstance(one, Loan) and one.lender == "birch")
    assert (sum(sold.book.owed[Component.PENALTY]), sold.book.outstanding) == (0, 200_00)
    assert desk.held == []
