"""A borrower who withdraws from a plan in time has everything as before."""

import pytest

from shared.events.hardship import PlanWithdrawn
from shared.events.ledger import ScheduleRevised
from shared.events.parts import ReliefKind
from tests.builders import an_event
from tests.unit.ledger.test_every_relief import LOAN, PLAN, a_desk, a_phase, a_plan


@pytest.mark.parametrize(
    "kind",
    [
        ReliefKind.RATE_REDUCTION,
        ReliefKind.PRINCIPAL_FORGIVEN,
        ReliefKind.LONGER_TERM,
        ReliefKind.DEFERRAL_INTEREST_FROZEN,
        ReliefKind.INTEREST_WAIVED,
    ],
)
def test_all_that_a_plan_changed_is_undone(kind: ReliefKind) -> None:
    without, desk = a_desk(), a_desk(a_plan(a_phase(kind)))
    assert list(desk.loan().book.lines()) != list(without.loan().book.lines())
    desk.take(an_event(PlanWithdrawn, plan_id=PLAN, withdrawn_on="2026-01-25", loan_ids=(LOAN,)))
    assert list(desk.loan().book.lines()) == list(without.loan().book.lines())
    assert desk.loan().agreements.plan is None
    assert [one.cause for one in desk.named(ScheduleRevised)] == ["plan", "plan_withdrawn"]


def test_a_withdrawal_from_another_plan_changes_nothing() -> None:
    desk = a_desk(a_plan(a_phase(ReliefKind.RATE_REDUCTION)))
    before = desk.loan()
    other = an_event(PlanWithdrawn, withdrawn_on="2026-01-25", loan_ids=(LOAN,))
    assert other.plan_id != PLAN
    desk.take(other)
    assert desk.loan() == before
