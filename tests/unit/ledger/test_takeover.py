"""Loans taken over from another system: balances, days past due, what is told and what is not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.ledger.domain.opening import LoanDiffers
from services.ledger.domain.opening_terms import FirstDueTooEarly
from services.ledger.domain.payments import BeforeOpening
from services.ledger.domain.provided import CurrencyDiffers, ScheduleOutOfOrder
from services.ledger.domain.replay import replay
from services.ledger.domain.standing import standing
from services.ledger.domain.takeover import (
    BalanceDoesNotAddUp,
    CreditDespiteArrears,
    CutOverAhead,
    DaysPastDueDiffer,
    NothingOwed,
    OpenedLater,
)
from shared.errors import DomainError
from shared.events.holds import HoldLifted
from shared.events.ledger import (
    ArrearsCured,
    DelinquencyChanged,
    InstalmentDueSoon,
    LoanRegistered,
    LoanRepaid,
    PaymentMissed,
)
from shared.events.loans import FeeWaived, LoanKind, PaymentsComplete
from shared.events.parts import Components, Freezes, HoldReason, ReliefKind
from shared.events.takeover import LoanMigrated, RunningHold, RunningPlan
from tests.builders import a_payment, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.takeovers import (
    CUT_OVER,
    LATE,
    a_computed,
    a_takeover,
    an_instalment,
    components,
    taken,
)
from tests.unit.ledger.test_holds import a_product
from tests.unit.ledger.test_reliefs import a_phase


def refused(event: LoanMigrated) -> str:
    desk = Desk()
    desk.take(a_product(), event)
    assert not [one for one in desk.states if one.type == "Loan"]
    (held,) = desk.held
    return held.split(" ")[1]


def complete(through: str) -> PaymentsComplete:
    return an_event(PaymentsComplete, lender=a_takeover().lender, through=through, product=None)


# -- what is registered --------------------------------------------------------------------------------------


def test_a_late_loan_is_registered_as_late_as_it_is_and_nothing_else_is_told() -> None:
    desk = taken(a_takeover())
    (registered,) = desk.told
    assert isinstance(registered, LoanRegistered)
    assert registered.owed == money("419.00")
    assert (registered.opened_on, registered.cut_over_on) == (date(2025, 1, 15), CUT_OVER)
    assert registered.standing is not None
    assert registered.standing.model_dump(mode="json") == {
        "arrears": {"amount": "207.00", "currency": "CNY"},
        "days_past_due": 47,
        "oldest_unpaid_due_on": "2025-11-15",
        "stage": "M2",
    }


def test_its_opening_balances_are_in_the_journal_and_nobodys_income() -> None:
    assert taken(a_takeover()).balances() == {
        "principal": 390_00,
        "interest_receivable": 10_00,
        "fees_receivable": 5_00,
        "penalty_receivable": 2_00,
        "opening_balances": -407_00,
    }
    assert taken(a_computed()).balances() == {
        "principal": 600_00,
        "interest_receivable": 6_00,
        "opening_balances": -606_00,
    }
    rich = a_takeover(past_due=(), days_past_due=0, balance=components("200.00"), credit=money("7.00"))
    assert taken(rich).balances() == {
        "principal": 200_00,
        "borrower_credit": -7_00,
        "opening_balances": -193_00,
    }


def test_interest_of_a_loan_that_is_long_past_due_was_suspended_before_and_is_no_loss_here() -> None:
    late = (an_instalment(1, "2025-09-15", "95.00", "12.00"),)
    bad = a_computed(balance=components("695.00", "18.00"), past_due=late, days_past_due=108)
    product = a_product(interest_suspended_after_days=90)
    desk = Desk()
    desk.take(product, bad)
    assert desk.balances() == {
        "principal": 695_00,
        "interest_receivable": 18_00,
        "suspended_interest": -18_00,
        "opening_balances": -695_00,
    }


def test_what_was_past_due_before_is_never_told_as_missed_and_what_comes_later_is() -> None:
    desk = taken(a_takeover(), complete("2026-01-31"))
    desk.day(date(2026, 1, 14))
    assert not desk.named(PaymentMissed)
    assert not desk.named(DelinquencyChanged)
    desk.day(date(2026, 1, 20))
    (missed,) = desk.named(PaymentMissed)
    assert (missed.due_on, missed.unpaid) == (date(2026, 1, 15), money("108.00"))
    (changed,) = desk.named(DelinquencyChanged)
    assert (changed.before.stage, changed.after.stage, changed.after.days_past_due) == ("M2", "M3", 61)


def test_a_grace_that_had_not_ended_by_the_cut_over_ends_here() -> None:
    product = a_product(LoanKind.PROVIDED, grace_days=10)
    late = (an_instalment(1, "2025-12-28", "100.00"),)
    loan = a_takeover(product=product.product, balance=components("300.00"), past_due=late, days_past_due=4)
    desk = Desk()
    desk.take(product, loan, complete("2026-01-31"))
    desk.day(date(2026, 1, 7))
    assert not desk.named(PaymentMissed)
    desk.day(date(2026, 1, 9))
    assert [one.due_on for one in desk.named(PaymentMissed)] == [date(2025, 12, 28)]


def test_nobody_is_reminded_twice_of_what_the_other_system_reminded_of() -> None:
    schedule = (an_instalment(3, "2026-01-02", "100.00"), an_instalment(4, "2026-02-15", "100.00"))
    desk = taken(a_takeover(past_due=(), days_past_due=0, balance=components("200.00"), instalments=schedule))
    desk.day(date(2026, 1, 2))
    assert not desk.named(InstalmentDueSoon)
    desk.day(date(2026, 2, 15))
    assert [one.due_on for one in desk.named(InstalmentDueSoon)] == [date(2026, 2, 15)]


def test_a_loan_is_not_looked_at_before_payments_since_the_cut_over_can_have_come() -> None:
    """Handed in ten days late, of a platform that never says when a day is complete."""
    product = a_product(LoanKind.PROVIDED, payments_complete_expected=False, feed_delay_days=1)
    desk = Desk()
    desk.day(date(2026, 1, 20))
    desk.take(product, a_takeover(product=product.product))
    assert desk.day(date(2026, 1, 21)) == []
    told = desk.day(date(2026, 1, 22))
    assert [one.due_on for one in told if isinstance(one, PaymentMissed)] == [date(2026, 1, 15)]


# -- what happens afterwards ---------------------------------------------------------------------------------


def test_payments_go_to_what_is_past_due_and_cure_it() -> None:
    desk = taken(a_takeover())
    desk.day(date(2026, 1, 3))
    desk.take(a_payment("107.00", reference="P-1", value_on="2026-01-02"))
    loan = desk.loan()
    assert standing(loan, date(2026, 1, 2)).days_past_due == 18
    desk.take(a_payment("100.00", reference="P-2", value_on="2026-01-03"))
    assert [one.cured_on for one in desk.named(ArrearsCured)] == [date(2026, 1, 3)]
    desk.day(date(2026, 2, 1))
    desk.take(a_payment("212.00", reference="P-3", value_on="2026-02-01"))
    assert [one.repaid_on for one in desk.named(LoanRepaid)] == [date(2026, 2, 1)]


def test_what_is_reported_of_the_time_before_is_refused_with_its_reason() -> None:
    desk = taken(a_takeover())
    desk.take(a_payment("50.00", value_on="2025-12-31"))
    (held,) = desk.held
    assert held.startswith(f"parked: {BeforeOpening.code}")
    assert "cut-over" in held
    assert desk.loan().book.outstanding == 419_00


def test_a_backdated_payment_after_the_cut_over_is_replayed_with_the_opening_balances() -> None:
    desk = taken(a_takeover())
    desk.take(a_payment("50.00", reference="late", value_on="2026-01-10"))
    desk.take(a_payment("107.00", reference="early", value_on="2026-01-02"))
    other = taken(a_takeover())
    other.take(a_payment("107.00", reference="early", value_on="2026-01-02"))
    other.take(a_payment("50.00", reference="late", value_on="2026-01-10"))
    assert desk.loan().book == other.loan().book
    assert desk.balances() == other.balances()
    assert desk.balances()["opening_balances"] == -407_00


def test_a_fee_that_was_taken_over_can_be_waived() -> None:
    desk = taken(a_takeover())
    waiver = an_event(
        FeeWaived,
        loan_reference=a_takeover().loan_reference,
        fee_reference="takeover-1",
        amount=money("5.00"),
        value_on="2026-01-05",
    )
    desk.take(waiver)
    assert desk.loan().book.outstanding == 414_00


def test_a_computed_loan_goes_on_with_its_running_period() -> None:
    """17 of 31 days have gone by: what accrued until then is what was taken over, the rest by the day."""
    desk = taken(a_computed())
    loan = desk.loan()
    rate, principal = Decimal("0.24"), Decimal(600)
    first = loan.book.line(0)
    rest = (principal * rate * 14 / 365).quantize(Decimal("0.01"))
    assert first.owed[2] == 600 + int(rest * 100)
    assert [one.due_on.day for one in loan.book.lines()] == [15] * 6
    level = {sum(one.owed) for one in loan.book.lines()}
    assert max(level) - min(level) <= 3, "the instalments are those of six whole periods"
    assert sum(one.owed[3] for one in loan.book.lines()) == 600_00
    desk.day(date(2026, 1, 16))
    assert desk.balances()["interest_income"] == -int(rest * 100)


def test_a_computed_loan_with_arrears_keeps_them_apart_from_what_is_to_come() -> None:
    late = (an_instalment(1, "2025-12-15", "95.00", "12.00"),)
    desk = taken(a_computed(balance=components("695.00", "18.00"), past_due=late, days_past_due=17))
    book = desk.loan().book
    assert book.line(0).owed == (0, 0, 12_00, 95_00)
    assert len(book) == 7
    assert book.balance == 695_00
    assert book.arrears(CUT_OVER) == 107_00
    desk.take(a_payment("107.00", value_on="2026-01-02"))
    assert desk.loan().book.balance == 600_00


def test_a_loan_whose_last_instalment_has_fallen_due_has_nothing_to_come() -> None:
    late = (an_instalment(1, "2025-12-15", "95.00", "12.00"),)
    for event in (
        a_computed(
            balance=components("95.00", "12.00"),
            past_due=late,
            days_past_due=17,
            next_due_on=None,
            instalment_count=0,
        ),
        a_takeover(balance=components("95.00", "12.00"), past_due=late, days_past_due=17, instalments=()),
    ):
        desk = taken(event)
        assert desk.loan().book.outstanding == 107_00
        desk.day(date(2026, 3, 1))
        assert desk.loan().book.outstanding == 107_00
        desk.take(a_payment("107.00", value_on="2026-03-01"))
        assert len(desk.named(LoanRepaid)) == 1


def test_holds_go_on_and_can_be_lifted() -> None:
    hold = RunningHold(
        hold_reference="H-1",
        reason=HoldReason.ILLNESS,
        freezes=Freezes(interest_and_fees=True, ageing=True),
        starts_on="2025-12-20",
    )
    over = hold.model_copy(update={"hold_reference": "H-0", "ends_on": date(2025, 12, 25)})
    event = a_computed(holds=(over, hold))
    desk = taken(event, complete("2026-03-31"))
    (kept,) = desk.loan().agreements.holds
    assert kept.hold_id == event.hold_id(hold)
    desk.day(date(2026, 2, 1))
    assert "interest_income" not in desk.balances()
    assert standing(desk.loan(), date(2026, 2, 1)).days_past_due == 0
    lifted = an_event(HoldLifted, loan_id=event.loan_id, hold_id=event.hold_id(hold), lifted_on="2026-02-01")
    desk.take(lifted)
    assert desk.held == []
    desk.day(date(2026, 2, 16))
    assert desk.balances()["interest_income"] < 0


def test_days_that_a_hold_had_taken_off_the_count_stay_off() -> None:
    event = a_takeover(days_not_counted=20, days_past_due=27)
    desk = taken(event)
    assert desk.told[0].standing.stage == "M1"  # type: ignore[attr-defined]
    assert standing(desk.loan(), date(2026, 1, 11)).days_past_due == 37


def test_a_running_plan_goes_on() -> None:
    plan = RunningPlan(
        plan_reference="PL-1",
        accepted_on="2025-10-01",
        phases=(
            a_phase(ReliefKind.PRINCIPAL_FORGIVEN, effective_on="2026-01-10", amount=money("20.00")),
            a_phase(ReliefKind.PRINCIPAL_FORGIVEN, effective_on="2025-11-10", amount=money("20.00")),
        ),
    )
    desk = taken(a_computed(plan=plan))
    desk.day(date(2026, 1, 11))
    assert desk.loan().book.balance == 580_00


def test_the_same_takeover_again_changes_nothing_and_another_one_is_refused() -> None:
    desk = taken(
        a_takeover(), a_takeover(), a_computed(loan_reference="L-2"), a_computed(loan_reference="L-2")
    )
    assert len(desk.named(LoanRegistered)) == 2
    desk.take(
        a_takeover(credit=None, days_past_due=47, balance=components("390.00", "10.00", "5.00", "2.00"))
    )
    assert desk.held == []
    other = (LATE[0], an_instalment(2, "2025-12-16", "100.00"))
    desk.take(a_takeover(past_due=other))
    assert desk.held[0].startswith(f"parked: {LoanDiffers.code}")


# -- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"balance": components("389.99", "10.00", "5.00", "2.00")}, BalanceDoesNotAddUp),
        ({"balance": components("390.00", "10.01", "5.00", "2.00")}, BalanceDoesNotAddUp),
        ({"balance": components("390.00", "10.00", "4.00", "2.00")}, BalanceDoesNotAddUp),
        ({"balance": components("390.00", "10.00", "5.00", "3.00")}, BalanceDoesNotAddUp),
        ({"days_past_due": 46}, DaysPastDueDiffer),
        ({"days_past_due": 48}, DaysPastDueDiffer),
        ({"days_not_counted": 5}, DaysPastDueDiffer),
        ({"credit": money("1.00")}, CreditDespiteArrears),
        ({"past_due": LATE[::-1]}, ScheduleOutOfOrder),
        ({"past_due": (*LATE, an_instalment(3, "2026-01-02", "1.00"))}, ScheduleOutOfOrder),
        ({"instalments": (an_instalment(3, "2026-01-01", "200.00"),)}, ScheduleOutOfOrder),
        ({"cut_over_on": "2026-01-02", "days_past_due": 48}, CutOverAhead),
        ({"opened_on": "2026-01-02"}, OpenedLater),
        ({"balance": Components()}, NothingOwed),
    ],
)
def test_what_does_not_add_up_is_refused(fields: dict[str, Any], error: type[DomainError]) -> None:
    assert refused(a_takeover(**fields)) == error.code


def test_what_a_computed_loan_lacks_is_refused() -> None:
    assert refused(a_computed(balance=components("0.00", "6.00"))) == BalanceDoesNotAddUp.code
    assert refused(a_computed(next_due_on="2026-01-01")) == FirstDueTooEarly.code
    assert refused(a_computed(next_due_on=None)) == "terms_missing"
    assert (
        refused(a_computed(balance=components("0"), next_due_on=None, instalment_count=0)) == NothingOwed.code
    )
    foreign = an_instalment(1, "2025-12-15", "1.00").model_dump(mode="json")
    foreign = {
        **foreign,
        "amount": {"amount": "1.00", "currency": "EUR"},
        "components": {"principal": {"amount": "1.00", "currency": "EUR"}},
    }
    with pytest.raises(ValueError, match="one currency"):
        a_takeover(past_due=(foreign,))
    assert CurrencyDiffers.code == "currency_differs"


@pytest.mark.parametrize(
    "fields",
    [
        {"credit": money("-1.00")},
        {"balance": components("-1.00")},
    ],
)
def test_an_event_that_contradicts_itself_is_no_event(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        a_takeover(**fields)


def test_the_books_of_a_loan_taken_over_can_be_made_again_from_its_file() -> None:
    for event in (a_takeover(), a_computed()):
        desk = taken(event)
        loan = desk.loan()
        terms = loan.book.terms
        facts = [one.fact for one in desk.files[loan.id].values()]
        assert replay(terms, facts) == loan.book
