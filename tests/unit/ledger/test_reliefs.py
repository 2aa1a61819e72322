"""Reliefs: applied whole or refused with the reason, priced before anyone agrees, never blocked by
arrears.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.ledger.domain.loan import Loan
from services.ledger.domain.preview import preview
from shared.decision import Context
from shared.events.hardship import PlanAccepted, PlanBroken, PlanCompleted, PlanLoan
from shared.events.ids import name_id
from shared.events.ledger import (
    ArrearsCured,
    InstalmentDueSoon,
    PaymentMissed,
    ReliefInstructed,
    ReliefRefused,
    ScheduleRevised,
)
from shared.events.loans import PaymentsComplete
from shared.events.parts import ReliefKind, ReliefPhase, ScheduledInstalment
from shared.events.servicing import ReliefApplied, ReliefRejected
from tests.builders import a_loan, a_payment, a_schedule, an_event, money
from tests.unit.ledger.desk import PLATFORM, Desk
from tests.unit.ledger.test_holds import a_product, a_term_loan

PLAN = UUID(int=5)
KINDS: dict[ReliefKind, dict[str, Any]] = {
    ReliefKind.DUE_DATE_MOVED: {"effective_on": "2026-02-01", "ends_on": "2026-02-15"},
    ReliefKind.DEFERRAL_INTEREST_FROZEN: {"effective_on": "2026-01-20", "ends_on": "2026-04-15"},
    ReliefKind.DEFERRAL_INTEREST_RUNNING: {"effective_on": "2026-01-20", "ends_on": "2026-04-15"},
    ReliefKind.LONGER_TERM: {"effective_on": "2026-01-20", "ends_on": "2027-06-01"},
    ReliefKind.ARREARS_CAPITALISED: {"effective_on": "2026-01-20"},
    ReliefKind.INTEREST_ONLY: {"effective_on": "2026-01-20", "ends_on": "2026-04-30"},
    ReliefKind.RATE_REDUCTION: {"effective_on": "2026-01-20", "rate": Decimal("0.03")},
    ReliefKind.INTEREST_WAIVED: {"effective_on": "2026-01-20", "amount": money("5.00")},
    ReliefKind.TOKEN_PAYMENTS: {
        "effective_on": "2026-01-20",
        "ends_on": "2026-04-30",
        "amount": money("10.00"),
    },
    ReliefKind.PRINCIPAL_FORGIVEN: {"effective_on": "2026-01-20", "amount": money("300.00")},
}


def a_phase(kind: ReliefKind, **fields: Any) -> ReliefPhase:
    """One phase."""
    return ReliefPhase(kind=kind, **fields)


def a_plan(loan_id: UUID, *phases: ReliefPhase, plan: UUID = PLAN, **fields: Any) -> PlanAccepted:
    """A plan for one loan."""
    part = PlanLoan(loan_id=loan_id, part=1, phases=phases, **fields)
    return an_event(PlanAccepted, plan_id=plan, accepted_on="2026-01-20", loans=(part,))


def _desk(**terms: Any) -> Desk:
    """A loan of 1,200 at 12 %, twelve instalments from 1 February 2026 on."""
    desk = Desk(now=datetime(2026, 1, 20, 12, tzinfo=UTC))
    opened = {"opened_on": "2026-01-01", "first_due_on": "2026-02-01", "instalment_count": 12}
    desk.take(a_product(annual_rate=Decimal("0.12"), **terms), a_term_loan("1200.00", **opened))
    assert desk.held == []
    return desk


def _id() -> UUID:
    return a_term_loan().loan_id


def _priced(desk: Desk, *phases: ReliefPhase) -> Any:
    loan: Loan = desk.loan()
    return preview(loan, phases, Context(desk.now, PLATFORM, history=desk._history(loan.id)))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_preview_shows_is_what_the_plan_does(kind: ReliefKind) -> None:
    desk, phase = _desk(), a_phase(kind, **KINDS[kind])
    shown = _priced(desk, phase)
    told = desk.take(a_plan(_id(), phase))
    assert [type(event) for event in told if not isinstance(event, ArrearsCured)] == [ScheduleRevised]
    book = desk.loan().book
    assert shown.after.total == book.outstanding
    assert shown.after.dues[0].on == date.fromordinal(book.dues[0])
    assert (
        shown.before.total != shown.after.total
        or shown.before.dues != shown.after.dues
        or kind
        in (
            ReliefKind.ARREARS_CAPITALISED,
            ReliefKind.INTEREST_WAIVED,
        )
    )


def test_a_deferral_moves_what_falls_due_and_its_frozen_interest_costs_nothing() -> None:
    desk = _desk()
    frozen, running = (
        _priced(desk, a_phase(kind, effective_on="2026-02-01", ends_on="2026-04-30"))
        for kind in (ReliefKind.DEFERRAL_INTEREST_FROZEN, ReliefKind.DEFERRAL_INTEREST_RUNNING)
    )
    for shown in (frozen, running):
        assert shown.after.dues[0].on == date(2026, 5, 1)
        assert shown.after.ends_on == date(2027, 4, 1)
    # Months have other lengths now, no more.
    assert abs(frozen.after.cost - frozen.before.cost) < frozen.before.cost // 50
    assert running.after.cost > frozen.after.cost * 5 // 4


def test_arrears_never_stand_against_a_relief() -> None:
    desk = _desk()
    desk.take(an_event(PaymentsComplete, lender=a_term_loan().lender, through="2026-12-31", product=None))
    desk.day(date(2026, 4, 10))
    assert len(desk.named(PaymentMissed)) == 3
    told = desk.take(a_plan(_id(), a_phase(ReliefKind.ARREARS_CAPITALISED, effective_on="2026-04-10")))
    assert not [event for event in told if isinstance(event, ReliefRefused)]
    book = desk.loan().book
    assert sum(book.owed[3][:3]) == sum(book.paid[3][:3])


def test_a_plan_is_applied_whole_or_refused_with_the_reason() -> None:
    desk = _desk()
    before = desk.loan().book
    good = a_phase(ReliefKind.RATE_REDUCTION, effective_on="2026-01-20", rate=Decimal("0.03"))
    bad = a_phase(ReliefKind.PRINCIPAL_FORGIVEN, effective_on="2026-01-20", amount=money("3.00", "EUR"))
    (refused,) = desk.take(a_plan(_id(), good, bad))
    assert isinstance(refused, ReliefRefused)
    assert (refused.reason, refused.plan.plan_id) == ("amount_missing", PLAN)
    assert desk.loan().book == before


def test_a_phase_takes_effect_on_its_day_and_not_before() -> None:
    desk = _desk()
    later = a_phase(ReliefKind.PRINCIPAL_FORGIVEN, effective_on="2026-03-10", amount=money("100.00"))
    desk.take(a_plan(_id(), later))
    desk.day(date(2026, 3, 9))
    assert desk.loan().book.balance == 1200_00
    desk.day(date(2026, 3, 10))
    assert desk.loan().book.balance == 1100_00
    assert desk.named(ScheduleRevised)[-1].effective_on == date(2026, 3, 10)
    assert desk.loan().agreements.plan is not None


def test_what_was_told_to_fall_due_soon_is_told_again_where_a_plan_asks_for_another_sum() -> None:
    desk = _desk()
    desk.day(date(2026, 1, 30))
    small = a_phase(
        ReliefKind.TOKEN_PAYMENTS, effective_on="2026-01-30", ends_on="2026-04-30", amount=money("10.00")
    )
    desk.take(a_plan(_id(), small))
    desk.day(date(2026, 1, 31))
    desk.take(an_event(PlanBroken, plan_id=PLAN, broken_on="2026-01-31", loan_ids=(_id(),)))
    desk.day(date(2026, 2, 1))
    soon = [(one.due_on, str(one.unpaid)) for one in desk.named(InstalmentDueSoon)]
    first = date(2026, 2, 1)
    assert soon == [(first, "106.59 CNY"), (first, "10.00 CNY")]


def test_what_was_told_to_fall_due_soon_is_not_told_again_where_a_plan_leaves_it_as_it_is() -> None:
    desk = _desk()
    desk.day(date(2026, 1, 30))
    forgiven = a_phase(ReliefKind.PRINCIPAL_FORGIVEN, effective_on="2026-03-10", amount=money("100.00"))
    desk.take(a_plan(_id(), forgiven))
    desk.day(date(2026, 2, 1))
    assert [one.due_on for one in desk.named(InstalmentDueSoon)] == [date(2026, 2, 1)]


def test_what_a_broken_plan_granted_stands_and_what_was_to_come_does_not_come() -> None:
    desk = _desk()
    now = a_phase(ReliefKind.RATE_REDUCTION, effective_on="2026-01-20", rate=Decimal("0.03"))
    later = a_phase(ReliefKind.PRINCIPAL_FORGIVEN, effective_on="2026-03-10", amount=money("100.00"))
    desk.take(a_plan(_id(), now, later, forgiven_on_completion=money("50.00")))
    broken = an_event(PlanBroken, plan_id=PLAN, broken_on="2026-03-01", loan_ids=(_id(),))
    desk.take(broken)
    desk.day(date(2026, 4, 1))
    assert desk.loan().book.balance == 1200_00
    assert desk.loan().book.annual_rate == Decimal("0.03")
    assert (
        desk.take(an_event(PlanCompleted, plan_id=PLAN, completed_on="2026-05-01", loan_ids=(_id(),))) == []
    )


def test_a_plan_kept_to_its_end_forgives_what_it_said() -> None:
    desk = _desk()
    forgiven: dict[str, Any] = {"forgiven_on_completion": money("50.00")}
    desk.take(
        a_plan(
            _id(), a_phase(ReliefKind.RATE_REDUCTION, effective_on="2026-01-20", rate=Decimal(0)), **forgiven
        )
    )
    completed = an_event(PlanCompleted, plan_id=PLAN, completed_on="2026-01-20", loan_ids=(_id(),))
    desk.take(completed, completed)
    assert desk.loan().book.balance == 1150_00
    assert desk.balances()["forgiveness"] == 50_00


def test_the_same_plan_again_changes_nothing() -> None:
    desk = _desk()
    plan = a_plan(_id(), a_phase(ReliefKind.RATE_REDUCTION, effective_on="2026-01-20", rate=Decimal("0.03")))
    desk.take(plan)
    before = desk.loan()
    assert desk.take(plan) == []
    assert desk.loan() == before


def _master() -> Desk:
    desk = Desk(now=datetime(2026, 1, 20, 12, tzinfo=UTC))
    loan = a_loan(instalments=a_schedule("100.00", "100.00"))
    desk.take(loan, an_event(PaymentsComplete, lender=loan.lender, through="2026-12-31", product=None))
    desk.take(
        a_plan(
            a_loan().loan_id,
            a_phase(ReliefKind.DUE_DATE_MOVED, effective_on="2026-02-01", ends_on="2026-04-01"),
        )
    )
    return desk


def test_where_the_core_is_master_it_is_instructed_and_nothing_demanded_until_it_answers() -> None:
    desk = _master()
    (instructed,) = desk.named(ReliefInstructed)
    assert instructed.plan is not None
    assert instructed.plan.plan_id == PLAN
    desk.day(date(2026, 2, 20))
    assert not desk.named(PaymentMissed)
    new = tuple(
        ScheduledInstalment(number=n, due_on=on, amount=money("100.00"))
        for n, on in enumerate((date(2026, 4, 1), date(2026, 5, 1)), 1)
    )
    applied = an_event(
        ReliefApplied, instruction_id=instructed.instruction_id, applied_on="2026-01-25", instalments=new
    )
    (told,) = desk.take(applied)
    assert isinstance(told, ScheduleRevised)
    assert [one.due_on for one in told.instalments] == [date(2026, 4, 1), date(2026, 5, 1)]
    desk.day(date(2026, 4, 2))
    assert [one.due_on for one in desk.named(PaymentMissed)] == [date(2026, 4, 1)]


def test_a_core_that_refuses_gives_the_plan_back_with_its_reason() -> None:
    desk = _master()
    (instructed,) = desk.named(ReliefInstructed)
    told = desk.take(
        an_event(
            ReliefRejected,
            instruction_id=instructed.instruction_id,
            rejected_on="2026-01-22",
            reason="not_supported",
        )
    )
    assert [event.reason for event in told if isinstance(event, ReliefRefused)] == ["not_supported"]
    desk.day(date(2026, 2, 2))
    assert len(desk.named(PaymentMissed)) == 1
    assert name_id("instruction", f"{a_loan().loan_id}\n{PLAN}\n1") == instructed.instruction_id


def test_a_payment_after_a_relief_and_a_late_one_before_it_end_alike() -> None:
    phase = a_phase(ReliefKind.LONGER_TERM, effective_on="2026-01-20", ends_on="2027-06-01")
    one, other = _desk(), _desk()
    early = a_payment("80.00", value_on="2026-01-18", reference="early")
    one.take(early, a_plan(_id(), phase))
    other.take(a_plan(_id(), phase), early)
    assert one.loan().book == other.loan().book
    assert one.balances() == other.balances()


def test_a_core_that_confirms_must_send_the_schedule_that_it_made() -> None:
    desk = _master()
    (instructed,) = desk.named(ReliefInstructed)
    applied = {"instruction_id": instructed.instruction_id, "applied_on": "2026-01-25", "instalments": ()}
    assert desk.take(an_event(ReliefApplied, **applied)) == []
    assert desk.held[-1].startswith("parked: schedule_wanted")
    assert desk.loan().agreements.instruction is not None


def test_a_lower_rate_is_worth_less_to_the_lender() -> None:
    shown = _priced(_desk(), a_phase(ReliefKind.RATE_REDUCTION, effective_on="2026-01-20", rate=Decimal(0)))
    # By what the year's interest would have been, about: both are discounted at the rate of before.
    lost = shown.before.present_value - shown.after.present_value
    assert 50_00 < lost < shown.before.cost


def _deferred(on: str, until: str, number: int) -> PlanAccepted:
    phase = a_phase(ReliefKind.DEFERRAL_INTEREST_RUNNING, effective_on=on, ends_on=until)
    plan = UUID(int=100 + number)
    return a_plan(_id(), phase, plan=plan).model_copy(update={"accepted_on": date.fromisoformat(on)})


def _over(number: int, on: str) -> PlanCompleted:
    return an_event(PlanCompleted, plan_id=UUID(int=100 + number), completed_on=on, loan_ids=(_id(),))


@pytest.mark.parametrize(("again_on", "refused"), [("2027-01-19", True), ("2027-01-20", False)])
def test_a_loan_gets_no_more_deferrals_within_twelve_months_than_its_product_allows(
    again_on: str, refused: bool
) -> None:
    desk = _desk(deferrals_per_year_max=1)
    desk.take(_deferred("2026-01-20", "2026-02-10", 1), _over(1, "2026-02-10"))
    assert desk.named(ReliefRefused) == []
    before = desk.loan().book
    desk.take(_deferred(again_on, "2027-02-10", 2))
    assert [one.reason for one in desk.named(ReliefRefused)] == ["deferrals_used_up"] * refused
    assert (desk.loan().book == before) is refused


def test_a_limit_of_none_lets_no_deferral_pass_and_no_limit_lets_all_pass() -> None:
    phase = a_phase(ReliefKind.DEFERRAL_INTEREST_RUNNING, effective_on="2026-01-20", ends_on="2026-02-10")
    assert _priced(_desk(deferrals_per_year_max=0), phase).refused == "deferrals_used_up"
    assert _priced(_desk(), phase).refused is None


@pytest.mark.parametrize(("until", "refused"), [("2027-03-01", None), ("2027-04-01", "term_too_long")])
def test_the_end_of_a_loan_is_put_off_by_no_more_months_than_its_product_allows(
    until: str, refused: str | None
) -> None:
    desk = _desk(term_extension_months_max=2)
    longer = a_phase(ReliefKind.LONGER_TERM, effective_on="2026-01-20", ends_on=until)
    assert _priced(desk, longer).refused == refused
    told = desk.take(a_plan(_id(), longer))
    assert [one.reason for one in told if isinstance(one, ReliefRefused)] == ([refused] if refused else [])


def test_what_earlier_reliefs_put_off_counts_for_the_limit_and_a_relief_that_puts_nothing_off_does_not() -> (
    None
):
    desk = _desk(term_extension_months_max=2)
    desk.take(_deferred("2026-01-20", "2026-03-10", 1), _over(1, "2026-03-10"))
    assert desk.named(ReliefRefused) == []
    longer = a_phase(ReliefKind.LONGER_TERM, effective_on="2026-03-20", ends_on="2027-04-01")
    assert _priced(desk, longer).refused == "term_too_long"
    lower = a_phase(ReliefKind.RATE_REDUCTION, effective_on="2026-03-20", rate=Decimal("0.01"))
    assert _priced(desk, lower).refused is None


def test_a_core_that_is_master_is_not_told_to_grant_more_deferrals_than_the_product_allows() -> None:
    desk = Desk(now=datetime(2026, 1, 20, 12, tzinfo=UTC))
    desk.take(a_product(kind="provided", annual_rate="0", deferrals_per_year_max=0), a_loan(product="plain"))
    told = desk.take(_deferred("2026-01-20", "2026-02-10", 1))
    assert [type(one) for one in told] == [ReliefRefused]


def test_a_waiver_of_fees_takes_the_late_fee_that_is_still_to_fall_due() -> None:
    desk = _desk(late_fee=money("20.00"))
    desk.take(an_event(PaymentsComplete, lender=a_loan().lender, through=date(2027, 1, 1), product=None))
    desk.day(date(2026, 2, 10))
    assert sum(desk.loan().book.owed[0]) == 20_00
    waived = a_phase(ReliefKind.FEES_WAIVED, effective_on="2026-02-10")
    desk.take(a_plan(_id(), waived).model_copy(update={"accepted_on": date(2026, 2, 10)}))
    assert sum(desk.loan().book.owed[0]) == 0
