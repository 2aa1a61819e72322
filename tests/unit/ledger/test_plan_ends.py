"""Plans that are broken or completed: what returns and what is forgiven, as their terms say."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.ledger.domain.agreements import LoanPlan
from services.ledger.domain.book import Book
from services.ledger.domain.relief import RETURNABLE
from services.ledger.domain.replay import advance
from shared.events.hardship import (
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    PlanWithdrawn,
)
from shared.events.ledger import ReliefInstructed, ReliefRefused, ScheduleRevised
from shared.events.parts import ReliefKind, ScheduledInstalment
from shared.events.servicing import ReliefApplied
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.test_every_relief import LOAN, PLAN, a_desk, a_phase, a_plan, priced

RATE, FORGIVEN = ReliefKind.RATE_REDUCTION, ReliefKind.PRINCIPAL_FORGIVEN


def broken(desk: Desk, on: str) -> None:
    """The plan was not kept."""
    desk.day(date.fromisoformat(on))
    desk.take(an_event(PlanBroken, plan_id=PLAN, broken_on=on, loan_ids=(LOAN,)))


def book_on(desk: Desk, on: str) -> Book:
    """The book at the end of a day."""
    return advance(desk.loan().book, date.fromisoformat(on))


def over(desk: Desk) -> LoanPlan:
    """The plan, once it is over."""
    agreed = desk.loan().agreements
    assert agreed.plan is None
    return agreed.past[-1]


def test_what_a_broken_plan_granted_stands_unless_its_terms_say_otherwise() -> None:
    desk = a_desk(a_plan(a_phase(RATE), a_phase(FORGIVEN)))
    before = desk.loan().book
    broken(desk, "2026-05-20")
    assert (desk.loan().book.annual_rate, desk.loan().book.balance) == (Decimal("0.03"), before.balance)
    assert over(desk).ended_on == date(2026, 5, 20)


def test_a_lower_rate_that_returns_holds_until_the_day_of_the_break() -> None:
    kept, back = (a_desk(a_plan(a_phase(RATE), returned_on_break=one)) for one in ((), (RATE,)))
    for desk in (kept, back):
        broken(desk, "2026-05-01")
    assert book_on(back, "2026-05-01").annual_rate == Decimal("0.12")
    # The interest of April stays low: only the days from the break on cost more.
    low, high = (book_on(desk, "2026-05-01") for desk in (kept, back))
    assert high.line(3).owed[2] == low.line(3).owed[2]
    assert high.line(4).owed[2] > 3 * low.line(4).owed[2]
    assert [event.cause for event in back.named(ScheduleRevised)] == ["plan", "plan_broken"]


def test_a_rate_that_ended_before_the_break_returns_no_more() -> None:
    desk = a_desk(a_plan(a_phase(RATE, ends_on="2026-04-30"), returned_on_break=(RATE,)))
    broken(desk, "2026-05-20")
    assert not [name for name in desk.files[desk.loan().id] if name.endswith(":returned")]
    assert book_on(desk, "2026-05-20").annual_rate == Decimal("0.12")


@pytest.mark.parametrize("kind", [FORGIVEN, ReliefKind.FEES_WAIVED, ReliefKind.INTEREST_WAIVED])
def test_what_was_given_up_is_owed_again_where_the_terms_say_so(kind: ReliefKind) -> None:
    untouched = a_desk()
    desk = a_desk(a_plan(a_phase(kind), returned_on_break=(kind,)))
    assert desk.loan().book.outstanding < untouched.loan().book.outstanding
    broken(desk, "2026-04-10")
    for one in (desk, untouched):
        one.take(a_payment("1.00", value_on="2026-04-10"))
    assert desk.loan().book.outstanding == untouched.loan().book.outstanding
    assert desk.balances() == untouched.balances()


def test_what_was_still_to_come_does_not_come() -> None:
    later = a_phase(RATE, "2026-06-01")
    desk = a_desk(a_plan(later, a_phase(FORGIVEN, "2026-07-01")))
    untouched = a_desk()
    broken(desk, "2026-05-20")
    untouched.day(date(2026, 8, 1))
    desk.day(date(2026, 8, 1))
    assert desk.loan().book.rates == untouched.loan().book.rates
    assert desk.loan().book.balance == untouched.loan().book.balance


def test_a_plan_that_would_take_back_a_deferral_is_refused() -> None:
    kind = ReliefKind.DEFERRAL_INTEREST_FROZEN
    desk = a_desk()
    told = desk.take(a_plan(a_phase(kind), returned_on_break=(kind,)))
    assert [event.reason for event in told if isinstance(event, ReliefRefused)] == ["cannot_return"]


def test_what_is_forgiven_on_completion_is_in_the_loans_currency() -> None:
    told = a_desk().take(a_plan(a_phase(RATE), forgiven_on_completion=money("5.00", "EUR")))
    assert [event.reason for event in told if isinstance(event, ReliefRefused)] == ["currency_differs"]


def test_a_plan_that_takes_the_place_of_another_ends_it() -> None:
    desk = a_desk(a_plan(a_phase(RATE)))
    desk.day(date(2026, 5, 10))
    other = a_plan(a_phase(FORGIVEN, "2026-05-10"), accepted_on="2026-05-10")
    desk.take(other.model_copy(update={"plan_id": LOAN}))
    agreed = desk.loan().agreements
    assert agreed.plan is not None
    assert (agreed.plan.plan_id, [one.ended_on for one in agreed.past]) == (LOAN, [date(2026, 5, 10)])
    assert desk.take(an_event(PlanBroken, plan_id=PLAN, broken_on="2026-05-20", loan_ids=(LOAN,))) == []


def test_a_core_that_is_master_applies_a_plan_with_all_its_terms() -> None:
    desk = Desk()
    desk.take(a_loan(instalments=a_schedule("100.00", "100.00")))
    forgiven: dict[str, Any] = {"forgiven_on_completion": money("30.00")}
    moved = a_phase(ReliefKind.DUE_DATE_MOVED, "2026-02-01", ends_on="2026-03-01")
    desk.take(a_plan(moved, accepted_on="2026-01-20", **forgiven))
    id_ = desk.named(ReliefInstructed)[0].instruction_id
    new = tuple(
        ScheduledInstalment(number=n, due_on=on, amount=money("100.00"))
        for n, on in enumerate((date(2026, 3, 1), date(2026, 4, 1)), 1)
    )
    desk.take(an_event(ReliefApplied, instruction_id=id_, applied_on="2026-01-25", instalments=new))
    desk.take(an_event(PlanCompleted, plan_id=PLAN, completed_on="2026-01-26", loan_ids=(LOAN,)))
    assert desk.loan().book.balance == 170_00


def test_the_preview_of_a_plan_with_several_phases_is_what_they_do_together() -> None:
    desk = a_desk()
    phases = (
        a_phase(ReliefKind.FEES_WAIVED),
        a_phase(ReliefKind.ARREARS_CAPITALISED),
        a_phase(RATE, ends_on="2026-09-30"),
        a_phase(ReliefKind.LONGER_TERM),
    )
    shown = priced(desk, *phases)
    desk.take(a_plan(*phases))
    assert shown.after is not None
    assert shown.after.total == desk.loan().book.outstanding


# -- an end that was none ------------------------------------------------------------------------------------


def not_broken(desk: Desk, on: str) -> None:
    """A payment came to light: the plan was kept."""
    desk.day(date.fromisoformat(on))
    desk.take(an_event(PlanBrokenRetracted, plan_id=PLAN, loan_ids=(LOAN,)))


def asked_for(desk: Desk) -> list[tuple[date, int]]:
    """What falls due when."""
    return [(line.due_on, sum(line.owed)) for line in desk.loan().book.lines()]


TOO_LATE = {(ReliefKind.DUE_DATE_MOVED, "2026-06-01"), (ReliefKind.INSTALMENTS, "2026-06-01")}
"""Their own days lie before."""


@pytest.mark.parametrize("kind", list(ReliefKind))
@pytest.mark.parametrize("begins_on", ["2026-04-10", "2026-05-01", "2026-06-01"])
def test_a_plan_that_was_not_broken_after_all_is_as_if_nobody_had_said_so(
    kind: ReliefKind, begins_on: str
) -> None:
    returned = (kind,) if kind in RETURNABLE else ()
    plan = a_plan(a_phase(kind, begins_on), returned_on_break=returned)
    kept, doubted = a_desk(plan), a_desk(plan)
    refused = [one.reason for one in kept.told if isinstance(one, ReliefRefused)]
    if refused:
        assert (kind, begins_on) in TOO_LATE
        return
    for _ in range(2):  # and again: whatever its end brings has a name of its own each time
        broken(doubted, "2026-05-20")
        not_broken(doubted, "2026-06-02")
        doubted.now = kept.now
    for desk in (kept, doubted):
        desk.day(date(2026, 6, 3))
        desk.take(a_payment("1.00", value_on="2026-06-03"))
    assert asked_for(doubted) == asked_for(kept)
    assert doubted.balances() == kept.balances()
    assert doubted.loan().agreements.plan is not None
    assert doubted.loan().agreements.past == ()
    broken(doubted, "2026-06-05")
    broken(kept, "2026-06-05")
    assert asked_for(doubted) == asked_for(kept)


def test_a_rate_that_had_returned_is_low_again_from_the_day_of_the_break() -> None:
    desk = a_desk(a_plan(a_phase(RATE), returned_on_break=(RATE,)))
    broken(desk, "2026-05-01")
    assert book_on(desk, "2026-05-20").annual_rate == Decimal("0.12")
    not_broken(desk, "2026-05-20")
    assert book_on(desk, "2026-05-20").annual_rate == Decimal("0.03")
    last = desk.named(ScheduleRevised)[-1]
    assert (last.cause, last.effective_on) == ("plan_resumed", date(2026, 5, 1))
    assert last.plan is not None
    assert last.plan.plan_id == PLAN


def test_what_was_forgiven_at_an_end_that_was_none_is_owed_again() -> None:
    terms: dict[str, Any] = {"forgiven_on_completion": money("30.00")}
    desk, kept = (a_desk(a_plan(a_phase(RATE), **terms)) for _ in range(2))
    completed = an_event(PlanCompleted, plan_id=PLAN, completed_on="2026-05-20", loan_ids=(LOAN,))
    for one in (desk, kept):
        one.day(date(2026, 5, 20))
    desk.take(completed)
    assert desk.loan().book.balance == kept.loan().book.balance - 30_00
    desk.take(an_event(PlanCompletedRetracted, plan_id=PLAN, loan_ids=(LOAN,)))
    for one in (desk, kept):
        one.take(a_payment("1.00", value_on="2026-05-20"))
    assert desk.loan().book.balance == kept.loan().book.balance
    assert desk.balances() == kept.balances()
    desk.take(completed.model_copy(update={"completed_on": date(2026, 5, 21)}))
    assert desk.loan().book.balance == kept.loan().book.balance - 30_00


def test_a_loan_that_a_settlement_had_closed_is_open_again() -> None:
    desk = a_desk(a_plan(a_phase(ReliefKind.LUMP_SUM_SETTLEMENT)))
    desk.day(date(2026, 5, 20))
    desk.take(an_event(PlanCompleted, plan_id=PLAN, completed_on="2026-05-20", loan_ids=(LOAN,)))
    assert desk.loan().book.outstanding == 0
    desk.take(an_event(PlanCompletedRetracted, plan_id=PLAN, loan_ids=(LOAN,)))
    assert desk.loan().book.outstanding > 0


def test_a_plan_whose_place_another_took_or_that_was_withdrawn_from_does_not_come_back() -> None:
    desk = a_desk(a_plan(a_phase(RATE)))
    broken(desk, "2026-05-01")
    other = a_plan(a_phase(FORGIVEN, "2026-05-10"), accepted_on="2026-05-10")
    desk.day(date(2026, 5, 10))
    desk.take(other.model_copy(update={"plan_id": LOAN}))
    assert desk.take(an_event(PlanBrokenRetracted, plan_id=PLAN, loan_ids=(LOAN,))) == []
    agreed = desk.loan().agreements
    assert agreed.plan is not None
    assert agreed.plan.plan_id == LOAN
    withdrawn = a_desk(a_plan(a_phase(RATE)))
    withdrawn.take(an_event(PlanWithdrawn, plan_id=PLAN, withdrawn_on="2026-04-12", loan_ids=(LOAN,)))
    assert withdrawn.take(an_event(PlanBrokenRetracted, plan_id=PLAN, loan_ids=(LOAN,))) == []
    assert withdrawn.loan().agreements.plan is None
