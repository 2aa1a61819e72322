"""When interest becomes the lender's income: as the days go by, also of what is past due or paid ahead."""

from datetime import date

from services.ledger.domain.journal import Account
from services.ledger.domain.replay import advance, earned
from shared.events.loans import FeeCharged, FeeWaived, LoanClosed, ScheduleChanged
from shared.events.parts import ScheduledInstalment
from tests.builders import a_loan, a_payment, an_event, an_instalment, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.takeovers import a_takeover, components, taken
from tests.unit.ledger.takeovers import an_instalment as ledger_instalment
from tests.unit.ledger.test_holds import a_product, a_term_loan

INCOME, RECEIVABLE = Account.INTEREST_INCOME.value, Account.INTEREST_RECEIVABLE.value


def test_interest_on_what_is_past_due_is_income_of_the_days_it_ran() -> None:
    desk = Desk()
    product = a_product(payments_complete_expected=False, feed_delay_days=0, due_soon_days=0)
    desk.take(product, a_term_loan("10000.00", instalment_count=3))
    desk.day(date(2027, 1, 3))  # the first was due on 1 December, the second on 1 January
    loan = desk.loan()
    run = earned(advance(loan.book, loan.earned_on), loan.earned_on)
    assert loan.earned == run
    assert -desk.balances()[INCOME] == run[2] == desk.balances()[RECEIVABLE]
    assert loan.earned_on == date(2027, 1, 1)


def test_interest_that_was_paid_ahead_of_a_provided_schedule_is_income_as_it_falls_due() -> None:
    parts = {"principal": money("100.00"), "interest": money("5.00")}
    schedule = [
        an_instalment(n, amount=money("105.00"), due_on=date(2026, 1 + n, 1), components=parts)
        for n in (1, 2, 3)
    ]
    desk = Desk()
    desk.take(a_loan(instalments=schedule, principal=money("300.00")))
    desk.take(a_payment("315.00", value_on=date(2026, 1, 10)))
    assert INCOME not in desk.balances()
    for month, income in ((2, 5_00), (3, 10_00), (4, 15_00)):
        desk.day(date(2026, month, 2))
        assert -desk.balances()[INCOME] == income
    assert RECEIVABLE not in desk.balances()
    desk.day(date(2026, 12, 31))
    assert not [kind for _, kind in desk.timers if kind == "DayDue"], "nothing more is waited for"


def _with_fees() -> list[ScheduledInstalment]:
    parts = {"principal": money("100.00"), "fees": money("4.00"), "penalty": money("1.00")}
    return [
        an_instalment(n, amount=money("105.00"), due_on=date(2026, 1 + n, 1), components=parts)
        for n in (1, 2, 3)
    ]


def test_fees_in_a_provided_schedule_are_income_as_they_fall_due() -> None:
    desk = Desk()
    desk.take(a_loan(instalments=_with_fees(), principal=money("300.00")))
    desk.take(a_payment("105.00", value_on=date(2026, 2, 1)))
    for month, earned_so_far in ((2, 1), (3, 2), (4, 3)):
        desk.day(date(2026, month, 3))
        balances = desk.balances()
        assert (-balances["fee_income"], -balances["penalty_income"]) == (
            400 * earned_so_far,
            100 * earned_so_far,
        )
        assert balances.get("fees_receivable", 0) == 400 * (earned_so_far - 1)


def test_fees_that_were_paid_ahead_of_a_provided_schedule_are_income_as_they_fall_due() -> None:
    desk = Desk()
    desk.take(a_loan(instalments=_with_fees(), principal=money("300.00")))
    desk.take(a_payment("315.00", value_on=date(2026, 1, 10)))
    assert "fee_income" not in desk.balances()
    desk.day(date(2026, 12, 31))
    assert desk.balances() == {
        "disbursed": -300_00,
        "cash": 315_00,
        "fee_income": -12_00,
        "penalty_income": -3_00,
    }


def test_a_fee_charged_apart_is_income_once_beside_those_of_the_schedule() -> None:
    desk = Desk()
    desk.take(a_loan(instalments=_with_fees(), principal=money("300.00")))
    desk.take(an_event(FeeCharged, fee_reference="F", fee="x", amount=money("7.00"), value_on="2026-01-20"))
    desk.day(date(2026, 2, 3))
    assert desk.balances()["fee_income"] == -11_00
    changed = an_event(
        ScheduleChanged, effective_on="2026-02-10", instalments=(_with_fees()[2],), cause="corrected"
    )
    desk.take(changed)
    desk.day(date(2026, 4, 3))
    assert (desk.balances()["fee_income"], desk.balances()["fees_receivable"]) == (-15_00, 15_00)
    assert sum(desk.loan().book.owed[1]) == 15_00


def test_a_fee_of_the_schedule_can_be_waived_by_its_day() -> None:
    desk = Desk()
    desk.take(a_loan(instalments=_with_fees(), principal=money("300.00")))
    desk.day(date(2026, 2, 3))
    name = "planned-2026-02-01"
    waiver = an_event(FeeWaived, fee_reference=name, amount=money("4.00"), value_on="2026-02-03")
    desk.take(waiver)
    desk.day(date(2026, 2, 20))
    assert "fee_income" not in {account for account, minor in desk.balances().items() if minor}
    assert desk.loan().book.line(0).owed == (1_00, 0, 0, 100_00)


def test_fees_to_come_of_a_loan_that_is_closed_are_no_loss() -> None:
    desk = Desk()
    desk.take(a_loan(instalments=_with_fees(), principal=money("300.00")))
    desk.day(date(2026, 2, 3))
    desk.take(an_event(LoanClosed, closed_on="2026-02-03", reason="goodwill"))
    desk.day(date(2026, 12, 31))
    balances = desk.balances()
    assert "fees_receivable" not in balances
    assert (balances["fee_income"], balances["penalty_income"]) == (-4_00, -1_00)
    assert balances["forgiveness"] == 305_00


def test_fees_to_come_of_a_loan_that_was_taken_over_are_income_once() -> None:
    late = (ledger_instalment(1, "2025-12-15", "95.00", "0", "5.00"),)
    to_come = (ledger_instalment(2, "2026-01-15", "100.00", "0", "3.00"),)
    desk = taken(
        a_takeover(
            balance=components("195.00", "0", "5.00"), past_due=late, days_past_due=17, instalments=to_come
        )
    )
    desk.day(date(2026, 1, 20))
    assert (desk.balances()["fees_receivable"], desk.balances()["fee_income"]) == (8_00, -3_00)
