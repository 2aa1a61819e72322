"""Loans that change hands: nothing of what was agreed is lost on the way."""

from datetime import date
from uuid import UUID

import pytest

from services.ledger.domain.roll_rates import Exit
from services.ledger.domain.staging import staged
from shared.events.base import Event
from shared.events.hardship import PlanBroken
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.ledger import (
    LoanRepaid,
    PaymentMissed,
    PaymentMissedRetracted,
    ReliefInstructed,
)
from shared.events.loans import (
    FeeCharged,
    LoanReplaced,
)
from shared.events.parts import Freezes, HoldReason, Party, ReliefKind
from shared.events.servicing import HoldRequested, LoanTakenOver
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.sold import (
    LOAN,
    NEW,
    NEW_ID,
    OLD,
    SOLD_ON,
    a_desk,
    accounts,
    books,
    complete,
    new,
    old,
    sold,
)
from tests.unit.ledger.test_holds import a_product, a_term_loan
from tests.unit.ledger.test_reliefs import PLAN, a_phase, a_plan

# -- the loan goes


def test_the_new_lender_has_the_same_book_and_the_old_one_nothing_owed() -> None:
    desk, stayed = a_desk(a_payment("130.00")), a_desk(a_payment("130.00"))
    told = desk.take(sold())
    assert new(desk).book.owed == old(stayed).book.owed
    assert new(desk).book.paid == old(stayed).book.paid
    assert old(desk).book.outstanding == 0
    assert old(desk).course.gone is not None
    assert [type(one).__name__ for one in told] == ["LoanMoved", "LoanRegistered"]
    assert (told[0].to_loan_id, told[0].reason) == (NEW_ID, "transferred")  # type: ignore[attr-defined]
    assert told[1].came_from == old(desk).id  # type: ignore[attr-defined]
    assert books(desk) == (
        {"cash": 130_00, "disbursed": -300_00, "transferred": 170_00},
        {"principal": 170_00, "transferred": -170_00},
    )
    assert not desk.named(LoanRepaid)
    assert staged(old(desk)).exit is Exit.TRANSFERRED
    assert desk.held == []


def test_interest_up_to_the_day_is_the_old_lenders_income_and_owed_to_the_new_one() -> None:
    term = a_term_loan("1200.00", opened_on="2026-01-01", first_due_on="2026-02-01", instalment_count=12)
    desk = Desk()
    fee = an_event(
        FeeCharged, **OLD, fee_reference="F", amount=money("3.00"), value_on="2026-01-20", penalty=False
    )
    desk.take(a_product(), term, complete("acme"), fee, a_payment("40.00", value_on="2026-01-25"))
    desk.day(date(2026, 2, 20))
    before = desk.loan()
    desk.take(sold())
    was, now = books(desk)
    # 45 days before 15 February at 24 %, on 1,200.00 until 25 January and on less after that.
    assert -was["interest_income"] == pytest.approx(1_200_00 * 0.24 * 45 / 365, abs=60)
    assert was["fee_income"] == -3_00
    for account in ("principal", "interest_receivable", "fees_receivable"):
        assert account not in was
    owed = now["principal"] + now["interest_receivable"] + now["fees_receivable"]
    assert owed + was["cash"] == 1_200_00 - was["interest_income"] + 3_00
    assert was["transferred"] + now["transferred"] == 0
    desk.day(date(2026, 4, 1))
    was, now = books(desk)
    assert now["interest_income"] < 0
    assert new(desk).book.terms == before.book.terms


def test_days_past_due_and_what_was_told_go_along() -> None:
    desk = a_desk()
    (missed,) = desk.named(PaymentMissed)
    told = desk.take(sold())
    assert [type(one).__name__ for one in told] == ["LoanMoved", "LoanRegistered"]
    assert new(desk).told.missed[0].event_id == old(desk).told.missed[0].event_id
    late = desk.take(a_payment("100.00", lender="birch", loan="B-9"))
    assert [one.loan_id for one in late if isinstance(one, PaymentMissedRetracted)] == [NEW_ID]
    desk.day(date(2026, 3, 2))
    assert {one.loan_id for one in desk.named(PaymentMissed)} == {missed.loan_id, NEW_ID}
    assert [one.instalment for one in desk.named(PaymentMissed)] == [1, 2]


def test_holds_and_plans_go_along_and_what_is_told_of_them_to_the_old_loan_too() -> None:
    term = a_term_loan("1200.00", opened_on="2026-01-01", first_due_on="2026-02-01", instalment_count=12)
    desk = Desk()
    desk.take(a_product(), term, complete("acme"), complete("birch"))
    hold = an_event(
        HoldPlaced,
        loan_id=term.loan_id,
        hold_id=UUID(int=3),
        reason=HoldReason.ILLNESS,
        freezes=Freezes(interest_and_fees=True, ageing=True),
        starts_on="2026-01-10",
        ends_on=None,
    )
    plan = a_plan(term.loan_id, a_phase(ReliefKind.ARREARS_CAPITALISED, effective_on="2026-03-20"))
    desk.take(hold, plan)
    desk.day(date(2026, 2, 20))
    desk.take(sold())
    assert new(desk).agreements.holds == old(desk).agreements.holds
    assert new(desk).agreements.plan == old(desk).agreements.plan
    desk.take(an_event(HoldLifted, loan_id=term.loan_id, hold_id=UUID(int=3), lifted_on="2026-02-20"))
    assert new(desk).agreements.holds == ()
    assert new(desk).book.pauses[-1][1] == date(2026, 2, 20).toordinal()
    desk.take(an_event(PlanBroken, plan_id=PLAN, broken_on="2026-02-20", loan_ids=(term.loan_id,)))
    assert new(desk).agreements.plan is None
    assert desk.held == []


def test_a_hold_that_was_asked_for_and_goes_along_is_hardships_once() -> None:
    asked = an_event(
        HoldRequested,
        **OLD,
        hold_reference="H",
        reason=HoldReason.ILLNESS,
        starts_on="2026-02-01",
        freezes=Freezes(ageing=True),
    )
    placed = an_event(
        HoldPlaced,
        loan_id=LOAN.loan_id,
        hold_id=UUID(int=3),
        hold_reference="H",
        reason=HoldReason.ILLNESS,
        freezes=Freezes(ageing=True),
        starts_on="2026-02-01",
        ends_on=None,
    )
    desk = a_desk(asked)
    desk.take(sold(), placed)
    assert [one.hold_id for one in new(desk).agreements.holds] == [UUID(int=3)]
    assert len(new(desk).book.ageing_pauses) == 1
    other = a_desk()
    other.take(sold(), asked.model_copy(update={"borrower_reference": "C-1"}))
    assert len(new(other).book.ageing_pauses) == 1


def test_a_plan_that_the_old_core_had_not_answered_is_instructed_anew() -> None:
    plan = a_plan(LOAN.loan_id, a_phase(ReliefKind.FEES_WAIVED, effective_on="2026-02-01"))
    desk = a_desk(plan)
    (first,) = desk.named(ReliefInstructed)
    desk.take(sold())
    second = desk.named(ReliefInstructed)[-1]
    assert (second.loan_id, second.phases) == (NEW_ID, first.phases)
    assert second.instruction_id not in (first.instruction_id, None)


def test_persons_go_by_the_new_lenders_names_alone() -> None:
    opened = LOAN.model_copy(update={"parties": (Party(borrower_reference="C-1"),)})
    desk = a_desk(loan=opened)
    desk.take(sold(parties=(Party(borrower_reference="77"),)))
    assert [(one.borrower_reference, one.effective_on) for one in new(desk).parties] == [("77", SOLD_ON)]
    other = a_desk(loan=opened)
    other.take(sold())
    assert new(other).parties == ()


# -- what cannot be


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (sold(to_lender="acme"), "same_lender"),
        (sold(date(2025, 12, 31)), "before_opening"),
        (sold(date(2026, 2, 22)), "transfer_to_come"),
        (
            an_event(LoanReplaced, **OLD, replaced_by=LOAN.loan_reference, replaced_on="2026-02-01"),
            "replaced_by_itself",
        ),
    ],
)
def test_what_cannot_be_is_parked_and_the_loan_stays_as_it_was(event: Event, reason: str) -> None:
    desk = a_desk()
    before = old(desk)
    assert desk.take(event) == []
    (held,) = desk.held
    assert held.startswith(f"parked: {reason}")
    assert old(desk) == before


def test_a_reference_that_the_new_lender_uses_already_is_not_overwritten() -> None:
    desk = a_desk(a_loan("B-9", lender="birch", instalments=a_schedule("7.00")))
    desk.take(sold())
    (held,) = desk.held
    assert held.startswith("parked: successor_taken")
    assert (old(desk).book.outstanding, new(desk).book.outstanding) == (300_00, 7_00)


def test_a_debt_that_is_paid_is_not_sold() -> None:
    desk = a_desk(a_payment("300.00"))
    desk.take(sold())
    assert desk.held[0].startswith("parked: nothing_owed")


def test_nobody_takes_over_what_was_not_sold_to_them() -> None:
    desk = a_desk()
    taken = an_event(
        LoanTakenOver,
        **NEW,
        from_lender="acme",
        from_loan_reference=LOAN.loan_reference,
        effective_on=SOLD_ON,
    )
    desk.take(taken)
    assert desk.held[0].startswith("waiting: other_missing")
    assert old(desk).book.outstanding == 300_00


def test_a_transfer_waits_for_its_loan_and_payments_to_the_new_one_for_the_transfer() -> None:
    desk = Desk()
    desk.take(a_payment("50.00", lender="birch", loan="B-9", value_on="2026-02-16"))
    desk.day(date(2026, 2, 20))
    desk.take(sold())
    desk.take(LOAN)
    assert new(desk).book.outstanding == 250_00


# -- replaced by a new loan


def replaced(on: str = "2026-02-15", by: str = "L-2") -> LoanReplaced:
    return an_event(LoanReplaced, **OLD, replaced_by=by, replaced_on=on)


def test_a_refinanced_loan_is_paid_off_by_the_new_one_and_its_payments_go_there() -> None:
    desk = a_desk(a_payment("100.00"), a_payment("10.00", reference="P-2", value_on="2026-02-16"))
    desk.take(replaced())
    assert old(desk).book.outstanding == 0
    assert accounts(*desk.posted[old(desk).id]) == {
        "cash": 100_00,
        "disbursed": -300_00,
        "refinanced": 200_00,
    }
    desk.take(a_loan("L-2", instalments=a_schedule("100.00", "120.00")))
    assert desk.loan("L-2").book.outstanding == 210_00
    desk.take(a_payment("5.00", reference="P-3", value_on="2026-02-17"))
    assert desk.loan("L-2").book.outstanding == 205_00
    assert accounts(*desk.posted[desk.loan("L-2").id])["cash"] == 15_00
    assert not desk.named(LoanRepaid)
    assert staged(old(desk)).exit is Exit.REPAID
    desk.day(date(2026, 4, 1))
    assert {one.loan_id for one in desk.named(PaymentMissed)} == {desk.loan("L-2").id}


def test_the_borrowers_credit_stays_with_the_loan_that_was_replaced() -> None:
    later = a_schedule("100.00")
    desk = a_desk(a_payment("120.00", value_on="2026-02-01"), loan=a_loan(instalments=later))
    desk.take(replaced())
    assert old(desk).book.credit == 20_00
    assert accounts(*desk.posted[old(desk).id])["borrower_credit"] == -20_00


def test_two_loans_do_not_replace_each_other() -> None:
    desk = a_desk(a_loan("L-2", instalments=a_schedule("100.00")))
    back = an_event(
        LoanReplaced,
        lender="acme",
        loan_reference="L-2",
        replaced_by=LOAN.loan_reference,
        replaced_on="2026-02-16",
    )
    desk.take(replaced(), back)
    (held,) = desk.held
    assert held.startswith("parked: successor_gone")
    assert desk.loan("L-2").book.outstanding == 100_00


def test_a_payment_of_the_old_days_that_bounces_after_refinancing_is_for_people_to_settle() -> None:
    desk = a_desk(a_payment("100.00"))
    desk.take(replaced(), a_reversal())
    (held,) = desk.held
    assert held.startswith("parked: loan_elsewhere")
    assert old(desk).book.outstanding == 0
