"""A debt called due as a whole: what forbids that, and what undoes it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.ledger.domain.loan import History
from services.ledger.domain.preview import preview
from services.ledger.domain.proposals import Reversal
from shared.decision import Context
from shared.events.hardship import PlanBroken
from shared.events.holds import HoldLifted
from shared.events.ledger import (
    AccelerationRefused,
    ArrearsCured,
    BalanceDiffers,
    PaymentMissed,
    ScheduleRevised,
)
from shared.events.loans import CreditGranted, PaymentsComplete, ReversalReason
from shared.events.parts import Freezes, HoldReason, Purpose, ReliefKind
from shared.events.servicing import LoanAccelerated, LoanReinstated
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import PLATFORM, Desk
from tests.unit.ledger.test_holds import HOLD, a_hold, a_product, a_term_loan
from tests.unit.ledger.test_reliefs import PLAN, a_phase, a_plan

LOAN = a_term_loan("1200.00", opened_on="2026-01-01", first_due_on="2026-02-01", instalment_count=12)
NAMES = {"lender": LOAN.lender, "loan_reference": LOAN.loan_reference}
DAY = date(2026, 3, 10)


def accelerated(amount: str = "1200.00", on: date = DAY, **names: Any) -> LoanAccelerated:
    return an_event(LoanAccelerated, **{**NAMES, **names}, effective_on=on, amount=money(amount))


def a_desk(rate: str = "0") -> Desk:
    """A loan of twelve instalments, two of which are missed."""
    desk = Desk()
    complete = an_event(PaymentsComplete, lender=LOAN.lender, through="2026-12-31", product=None)
    desk.take(a_product(annual_rate=Decimal(rate)), LOAN, complete)
    desk.day(DAY)
    assert len(desk.named(PaymentMissed)) == 2
    return desk


def test_the_whole_principal_is_due_with_the_interest_of_the_days_gone_by() -> None:
    desk = a_desk("0.24")
    told = desk.take(accelerated("1254.00"))
    book = desk.loan().book
    assert max(book.dues) == DAY.toordinal()
    assert book.principal_outstanding == 1_200_00
    computed = money("1200.00").minor + sum(book.owed[2])
    assert book.outstanding == computed
    # 68 days at 24 % a year, and nothing of the months to come.
    assert sum(book.owed[2]) == pytest.approx(1_200_00 * 0.24 * 68 / 365, abs=2)
    assert [one.computed.minor for one in told if isinstance(one, BalanceDiffers)] == [computed]
    assert [len(one.instalments) for one in told if isinstance(one, ScheduleRevised)] == [1]


def test_an_amount_that_is_ours_raises_no_alarm_and_told_twice_nothing_more() -> None:
    desk = a_desk()
    assert not [one for one in desk.take(accelerated()) if isinstance(one, BalanceDiffers)]
    before = desk.loan()
    assert desk.take(accelerated()) == []
    assert desk.loan() == before


def test_where_the_core_is_master_its_amount_is_due_and_what_was_paid_stays_paid() -> None:
    desk = Desk()
    told = a_loan(instalments=a_schedule("100.00", "100.00", "100.00"))
    names = {"lender": told.lender, "loan_reference": told.loan_reference}
    desk.take(told, a_payment("130.00", value_on="2026-02-01"))
    desk.take(accelerated("177.50", date(2026, 2, 10), **names))
    book = desk.loan().book
    assert (book.outstanding, book.principal_outstanding, book.credit) == (177_50, 170_00, 0)
    assert [line.due_on for line in book.lines()] == [date(2026, 2, 1), date(2026, 2, 10)]
    assert sum(desk.balances().values()) == 0


@pytest.mark.parametrize(
    ("freezes", "fields"),
    [
        (Freezes(interest_and_fees=True), {}),
        (Freezes(ageing=True), {}),
        (Freezes(purposes=(Purpose.DEMAND,)), {}),
        (Freezes(), {"reason": HoldReason.DISPUTE, "disputed": money("50.00")}),
    ],
)
def test_a_hold_stands_against_it_while_it_is_in_force(freezes: Freezes, fields: dict[str, Any]) -> None:
    desk = a_desk()
    desk.take(a_hold(freezes, "2026-03-01", **fields))
    before = desk.loan()
    refused = AccelerationRefused(loan_id=before.id, effective_on=DAY, reason="hold")
    assert desk.take(accelerated()) == [refused]
    assert desk.loan() == before
    desk.take(an_event(HoldLifted, loan_id=before.id, hold_id=HOLD, lifted_on="2026-03-10"))
    desk.take(accelerated())
    assert desk.loan().course.accelerated_on == DAY


def test_a_hold_that_has_run_out_or_closes_reminders_alone_does_not() -> None:
    desk = a_desk()
    desk.take(a_hold(Freezes(ageing=True), "2026-02-01", "2026-03-09"))
    desk.take(a_hold(Freezes(purposes=(Purpose.REMINDER,)), "2026-03-01", hold_id=PLAN))
    desk.take(accelerated())
    assert desk.loan().course.accelerated_on == DAY


def test_a_running_plan_stands_against_it_until_it_is_broken() -> None:
    desk = a_desk()
    id_ = desk.loan().id
    desk.take(a_plan(id_, a_phase(ReliefKind.ARREARS_CAPITALISED, effective_on="2026-03-10")))
    assert [one.reason for one in desk.take(accelerated()) if isinstance(one, AccelerationRefused)] == [
        "plan"
    ]
    desk.take(an_event(PlanBroken, plan_id=PLAN, broken_on="2026-03-10", loan_ids=(id_,)))
    desk.take(accelerated())
    assert desk.loan().course.accelerated_on == DAY


@pytest.mark.parametrize("by", ["payment", "credit"])
def test_who_pays_what_was_due_without_it_has_the_schedule_back(by: str) -> None:
    desk, other = a_desk("0.24"), a_desk("0.24")
    desk.take(accelerated())
    arrears = other.loan().book.arrears(DAY)
    amount = f"{arrears // 100}.{arrears % 100:02}"
    paid: Any = a_payment(amount, value_on=DAY)
    if by == "credit":
        paid = an_event(
            CreditGranted,
            **NAMES,
            credit_reference="G",
            amount=money(amount),
            value_on=DAY,
            reason="goodwill",
        )
    told = desk.take(paid)
    other.take(paid)
    assert desk.loan().course.accelerated_on is None
    assert desk.loan().book == other.loan().book
    assert desk.balances() == other.balances()
    assert {type(one) for one in told} >= {ArrearsCured, ScheduleRevised}


def test_a_payment_that_leaves_arrears_ends_nothing() -> None:
    desk = a_desk()
    desk.take(accelerated(), a_payment("199.99", value_on=DAY))
    assert desk.loan().course.accelerated_on == DAY
    assert desk.loan().book.outstanding == 1_000_01


def test_called_due_and_cured_in_one_breath_is_cured() -> None:
    desk = a_desk()
    desk.take(accelerated(), a_payment("200.00", value_on=DAY))
    assert desk.loan().book.outstanding == 1_000_00
    assert len(desk.loan().book) == 12


def test_a_relief_changes_the_schedule_that_was_not_the_debt_that_was_called_due() -> None:
    desk, other = a_desk(), a_desk()
    longer = a_plan(
        desk.loan().id, a_phase(ReliefKind.LONGER_TERM, effective_on="2026-03-10", ends_on="2027-06-01")
    )
    desk.take(accelerated(), longer)
    other.take(longer)
    assert desk.loan().course.accelerated_on is None
    assert desk.loan().book == other.loan().book


def test_a_relief_that_is_impossible_leaves_the_debt_called_due() -> None:
    desk = a_desk()
    desk.take(accelerated())
    before = desk.loan()
    told = desk.take(a_plan(before.id, a_phase(ReliefKind.RATE_REDUCTION, effective_on="2026-03-10")))
    assert [type(one).__name__ for one in told] == ["ReliefRefused"]
    assert desk.loan().book == before.book
    assert desk.loan().course.accelerated_on == DAY


def test_the_lender_takes_it_back_and_may_call_it_due_again() -> None:
    desk = a_desk("0.24")
    before = desk.loan().book
    desk.take(accelerated(), an_event(LoanReinstated, **NAMES, reinstated_on=DAY, reason="error"))
    assert desk.loan().book == before
    assert desk.loan().course.accelerated_on is None
    desk.take(accelerated(on=date(2026, 3, 11)))
    assert desk.loan().course.accelerated_on == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (accelerated(on=date(2025, 12, 31)), "parked: before_opening"),
        (
            accelerated().model_copy(update={"amount": money("1200", "JPY")}),
            "parked: currency_differs",
        ),
    ],
)
def test_what_cannot_be_is_parked_and_the_loan_stays_as_it_was(event: LoanAccelerated, reason: str) -> None:
    desk = a_desk()
    before = desk.loan()
    desk.take(event)
    (held,) = desk.held
    assert held.startswith(reason)
    assert desk.loan() == before


def test_a_relief_is_priced_as_it_would_be_applied() -> None:
    desk = a_desk("0.24")
    desk.take(accelerated())
    loan = desk.loan()
    phase = a_phase(ReliefKind.LONGER_TERM, effective_on="2026-03-10", ends_on="2027-06-01")
    context = Context(desk.now, PLATFORM, history=History(tuple(desk.files[loan.id].values())))
    priced = preview(loan, [phase], context).after
    assert priced is not None
    desk.take(a_plan(loan.id, phase).model_copy(update={"accepted_on": DAY}))
    assert priced.total == desk.loan().book.outstanding


def test_people_may_take_it_out_of_the_file() -> None:
    desk = a_desk()
    before = desk.loan().book
    desk.take(accelerated())
    reversal = Reversal(LOAN.lender, LOAN.loan_reference, "accelerated", ReversalReason.OTHER)
    desk.agree(reversal)
    assert desk.loan().book == before
    assert desk.loan().course.accelerated_on is None
    desk.take(a_payment("200.00", value_on=DAY))
    assert desk.loan().book.outstanding == 1_000_00
