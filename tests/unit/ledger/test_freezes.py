"""A hold where the platform's core is master: it is told, and nothing is demanded until it obeys."""

from datetime import date
from typing import Any

from shared.events.base import Event
from shared.events.holds import HoldChanged
from shared.events.ledger import (
    BalanceDiffers,
    FreezeRefused,
    PaymentMissed,
    ReliefInstructed,
    ScheduleRevised,
)
from shared.events.loans import BalanceReported, LoanKind, PaymentsComplete
from shared.events.parts import Freezes, HoldReason, Purpose, ScheduledInstalment
from shared.events.servicing import ReliefApplied, ReliefRejected
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_holds import HOLD, a_hold, lifted

LOAN = a_loan(instalments=a_schedule("100.00", "100.00"))
INTEREST = Freezes(interest_and_fees=True)
CONTACT = Freezes(purposes=(Purpose.DEMAND,))


def a_desk(*events: Event) -> Desk:
    """A provided loan of two instalments, on 1 February and 1 March."""
    desk = Desk()
    assert LOAN.kind is LoanKind.PROVIDED
    desk.take(LOAN, an_event(PaymentsComplete, lender=LOAN.lender, through="2026-12-31", product=None))
    desk.take(*events)
    return desk


def instructed(desk: Desk) -> ReliefInstructed:
    """What the core was told last."""
    return desk.named(ReliefInstructed)[-1]


def applied(desk: Desk, **fields: Any) -> ReliefApplied:
    """The core has done it."""
    given = {"instruction_id": instructed(desk).instruction_id, "applied_on": "2026-01-12", "instalments": ()}
    return an_event(ReliefApplied, **{**given, **fields})


def rejected(desk: Desk) -> ReliefRejected:
    """The core refuses."""
    id_ = instructed(desk).instruction_id
    return an_event(ReliefRejected, instruction_id=id_, rejected_on="2026-01-12", reason="not_supported")


def changed(freezes: Freezes, revision: int = 1) -> HoldChanged:
    """The hold as it is now."""
    given = {"reason": HoldReason.BREATHING_SPACE, "starts_on": "2026-01-10", "ends_on": None}
    return an_event(
        HoldChanged,
        loan_id=LOAN.loan_id,
        hold_id=HOLD,
        revision=revision,
        freezes=freezes,
        disputed=None,
        **given,
    )


def missed(desk: Desk, on: date) -> int:
    """How many instalments were told as missed by a day."""
    desk.day(on)
    return len(desk.named(PaymentMissed))


def test_a_core_that_is_master_is_told_of_a_hold_and_nothing_is_demanded_until_it_obeys() -> None:
    desk = a_desk(a_hold(INTEREST, "2026-01-10", "2026-01-20"))
    told = instructed(desk).freeze
    assert told is not None
    assert (told.hold_id, told.freezes, told.starts_on, told.ends_on, told.lifted_on) == (
        HOLD,
        INTEREST,
        date(2026, 1, 10),
        date(2026, 1, 20),
        None,
    )
    assert missed(desk, date(2026, 2, 20)) == 0
    desk.take(applied(desk))
    assert missed(desk, date(2026, 2, 21)) == 1


def test_its_end_is_told_as_well_and_waited_for() -> None:
    desk = a_desk(a_hold(INTEREST, "2026-01-10"))
    desk.take(applied(desk), lifted("2026-01-25"))
    end = instructed(desk).freeze
    assert end is not None
    assert (end.lifted_on, end.freezes) == (date(2026, 1, 25), Freezes())
    assert missed(desk, date(2026, 2, 20)) == 0
    desk.take(applied(desk))
    assert missed(desk, date(2026, 2, 21)) == 1


def test_a_core_that_refuses_raises_an_alarm_and_nothing_is_demanded_until_people_decide() -> None:
    desk = a_desk(a_hold(INTEREST, "2026-01-10"))
    refusal = rejected(desk)
    told = desk.take(refusal, refusal)
    assert [event.reason for event in told if isinstance(event, FreezeRefused)] == ["not_supported"]
    assert missed(desk, date(2026, 2, 20)) == 0
    # They lift the hold: the core has nothing to end, as it never obeyed.
    count = len(desk.named(ReliefInstructed))
    desk.take(lifted("2026-02-21"))
    assert len(desk.named(ReliefInstructed)) == count
    assert missed(desk, date(2026, 2, 22)) == 1


def test_a_core_that_obeys_after_all_ends_the_alarm() -> None:
    desk = a_desk(a_hold(INTEREST, "2026-01-10"))
    desk.take(rejected(desk), applied(desk))
    assert missed(desk, date(2026, 2, 20)) == 1


def test_a_hold_that_is_changed_is_told_anew_and_an_answer_to_the_former_one_counts_no_more() -> None:
    desk = a_desk(a_hold(INTEREST, "2026-01-10"))
    former = applied(desk)
    desk.take(changed(Freezes(interest_and_fees=True, ageing=True)))
    assert len(desk.named(ReliefInstructed)) == 2
    desk.take(former)
    assert desk.loan().agreements.unanswered
    desk.take(applied(desk))
    assert not desk.loan().agreements.unanswered


def test_a_hold_on_contact_is_none_of_the_cores_business() -> None:
    desk = a_desk(a_hold(CONTACT, "2026-01-10"), changed(CONTACT), lifted("2026-01-20"))
    assert not desk.named(ReliefInstructed)
    dispute = a_hold(CONTACT, "2026-01-10", reason=HoldReason.DISPUTE)
    desk = a_desk(dispute, lifted("2026-01-20"))
    assert not desk.named(ReliefInstructed)


def test_a_core_is_told_that_a_hold_freezes_interest_no_more() -> None:
    desk = a_desk(a_hold(INTEREST, "2026-01-10"), changed(CONTACT))
    told = instructed(desk).freeze
    assert told is not None
    assert told.freezes == CONTACT


def test_the_schedule_that_a_core_made_of_a_hold_counts() -> None:
    desk = a_desk(a_hold(INTEREST, "2026-01-10"))
    new = tuple(
        ScheduledInstalment(number=n, due_on=on, amount=money("100.00"))
        for n, on in enumerate((date(2026, 4, 1), date(2026, 5, 1)), 1)
    )
    told = desk.take(applied(desk, instalments=new))
    assert [event.cause for event in told if isinstance(event, ScheduleRevised)] == ["hold"]
    assert missed(desk, date(2026, 4, 2)) == 1


def test_the_ledger_that_is_the_book_instructs_nobody() -> None:
    from tests.unit.ledger.test_hold_cases import a_desk as a_computed_loan

    assert not a_computed_loan(a_hold(INTEREST, "2026-11-10")).named(ReliefInstructed)


def reported(balance: str, as_of: str) -> BalanceReported:
    """What the core says is owed."""
    return an_event(BalanceReported, balance=money(balance), as_of=as_of)


def test_one_difference_is_one_alarm_however_often_it_is_reported() -> None:
    desk = a_desk(a_hold(INTEREST, "2026-01-10"))
    told = desk.take(*(reported("203.00", f"2026-01-{n}") for n in range(12, 20)))
    assert [(event.reported, event.as_of) for event in told if isinstance(event, BalanceDiffers)] == [
        (money("203.00"), date(2026, 1, 12))
    ]


def test_another_difference_is_another_alarm_and_so_is_one_that_comes_back() -> None:
    desk = a_desk()
    desk.take(reported("203.00", "2026-01-12"), reported("204.00", "2026-01-13"))
    desk.take(reported("200.00", "2026-01-14"), reported("204.00", "2026-01-15"))
    assert [event.reported for event in desk.named(BalanceDiffers)] == [
        money("203.00"),
        money("204.00"),
        money("204.00"),
    ]
    # The difference is what counts, not the balance: a payment that both have seen changes nothing.
    desk.take(a_payment("100.00", value_on="2026-01-16"))
    assert not [
        event for event in desk.take(reported("104.00", "2026-01-17")) if isinstance(event, BalanceDiffers)
    ]
