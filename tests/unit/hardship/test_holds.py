"""Holds: placed by what happens and by hand, for whom, for how long, and what becomes of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.hardship.domain.case import Case
from services.hardship.domain.holds_by_hand import (
    LiftHold,
)
from services.hardship.domain.person import Person
from services.hardship.standing_flow import obeying
from shared.decision import Actor, Context, Decision, Role, Wait
from shared.events.base import Event
from shared.events.care import Circumstance, CrisisSignalled
from shared.events.hardship import (
    AppealDecided,
    HardshipClosed,
    HardshipOpened,
    HardshipRefused,
    PlanAccepted,
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    PlanLoan,
    PlanReplaced,
    PlanRequested,
    PlanWithdrawn,
)
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced
from shared.events.mediation import MediationClosed, MediationOpened, SettlementReached
from shared.events.parts import Freezes, HoldReason, PartyRole, Purpose
from shared.events.reminders import (
    RepresentationStated,
)
from shared.events.servicing import LegalActionEnded, LegalActionStarted
from shared.flow import Step
from tests.builders import a_full_event
from tests.unit.hardship.stillness import (
    ADA,
    ELSEWHERE,
    HELEN,
    LOAN,
    PERSON,
    POLICIES,
    SECOND,
    Desk,
    a_desk,
)

TODAY = date(2026, 11, 10)
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
CASE, PLAN = uuid4(), uuid4()


def held(desk: Desk) -> list[tuple[HoldReason, UUID, UUID | None]]:
    """What was placed: why, for which loan, whose."""
    return [(one.reason, one.loan_id, one.person_id) for one in desk.named(HoldPlaced)]


def opened() -> MediationOpened:
    return a_full_event(MediationOpened, person_id=PERSON, loan_ids=(LOAN,), case_id=CASE, opened_at=NOW)


def action(**changes: Any) -> LegalActionStarted:
    fields = {"lender": "acme", "loan_reference": "L-1", "action_reference": "A-1", "kind": "claim"}
    return LegalActionStarted(**{**fields, "started_on": TODAY, **changes})


def plan(*loans: UUID) -> PlanAccepted:
    parts = tuple(PlanLoan(loan_id=one, part=n) for n, one in enumerate(loans or (LOAN,), 1))
    return PlanAccepted(person_id=PERSON, plan_id=PLAN, accepted_on=TODAY, loans=parts)


# -- what holds follow from ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_has_a_policy_that_closes_demands_and_is_looked_at_again(reason: HoldReason) -> None:
    policy = POLICIES.reasons[reason]
    assert Purpose.DEMAND in policy.freezes.purposes
    assert {Purpose.STATUTORY_NOTICE, Purpose.HELP, Purpose.ANSWER}.isdisjoint(policy.freezes.purposes)
    assert policy.review_days > 0


def test_mediation_holds_its_loans_until_it_is_closed() -> None:
    desk = a_desk(LOAN, SECOND)
    desk.take(opened())
    assert held(desk) == [(HoldReason.MEDIATION, LOAN, PERSON)]
    closed = a_full_event(MediationClosed, person_id=PERSON, case_id=CASE, closed_at=NOW + timedelta(days=3))
    desk.take(closed)
    assert [(one.loan_id, one.lifted_on) for one in desk.named(HoldLifted)] == [(LOAN, date(2026, 11, 13))]


def test_a_settlement_ends_the_hold_of_mediation_once() -> None:
    desk = a_desk()
    settled = a_full_event(SettlementReached, person_id=PERSON, case_id=CASE, settled_at=NOW)
    closed = a_full_event(MediationClosed, person_id=PERSON, case_id=CASE, closed_at=NOW)
    desk.take(settled)
    assert desk.told == []
    desk.take(opened(), closed)
    assert [type(one) for one in desk.told] == [HoldPlaced, HoldLifted]


def test_somebody_who_speaks_for_the_person_is_heard_for_every_loan_and_for_new_ones() -> None:
    desk = a_desk()
    stated = RepresentationStated(person_id=PERSON, loan_ids=(), by="attorney", stated_at=NOW)
    desk.take(stated, stated)
    desk.link(SECOND)
    assert held(desk) == [(HoldReason.REPRESENTATION, one, PERSON) for one in (LOAN, SECOND)]
    desk.ask(LiftHold(PERSON, desk.named(HoldPlaced)[0].hold_id), ADA)
    desk.take(stated)
    assert len({one.hold_id for one in desk.named(HoldPlaced)}) == 2


def test_signs_of_danger_stop_all_and_ask_somebody_to_look_the_next_day() -> None:
    desk = a_desk(LOAN, ELSEWHERE)
    desk.take(CrisisSignalled(person_id=PERSON, signal_id=uuid4(), signalled_at=NOW))
    placed = desk.named(HoldPlaced)
    assert {one.loan_id for one in placed} == {LOAN, ELSEWHERE}
    assert {one.review_on for one in placed} == {TODAY + timedelta(days=1)}
    assert all(one.freezes.interest_and_fees and one.freezes.ageing for one in placed)


def test_signs_of_danger_of_someone_whose_loans_are_not_known_yet_reach_them_once_they_are() -> None:
    desk = Desk()
    desk.take(CrisisSignalled(person_id=PERSON, signal_id=uuid4(), signalled_at=NOW))
    assert desk.told == []
    desk.link(LOAN)
    assert held(desk) == [(HoldReason.CRISIS_TREATMENT, LOAN, PERSON)]


def test_a_carer_of_the_borrower_has_no_loan_to_be_held() -> None:
    desk = Desk()
    desk.link(LOAN, role=PartyRole.CARER)
    desk.take(CrisisSignalled(person_id=PERSON, signal_id=uuid4(), signalled_at=NOW))
    assert desk.told == []


def test_a_loan_that_the_person_owes_twice_over_is_held_once() -> None:
    desk = a_desk()
    desk.link(LOAN, role=PartyRole.GUARANTOR)
    desk.take(CrisisSignalled(person_id=PERSON, signal_id=uuid4(), signalled_at=NOW))
    assert held(desk) == [(HoldReason.CRISIS_TREATMENT, LOAN, PERSON)]


def test_a_court_action_holds_the_loan_for_everyone_until_it_ends() -> None:
    desk = a_desk()
    desk.take(action(), action())
    assert held(desk) == [(HoldReason.LEGAL_ACTION, LOAN, None)]
    ended = LegalActionEnded(
        lender="acme", loan_reference="L-1", action_reference="A-1", ended_on=TODAY, outcome="withdrawn"
    )
    desk.take(ended)
    assert desk.named(HoldLifted)[0].lifted_on == TODAY + timedelta(days=1)


def test_nothing_is_demanded_while_a_case_is_open() -> None:
    desk = a_desk()
    case = {"person_id": PERSON, "case_id": CASE}
    desk.take(HardshipOpened(**case, loan_ids=(), opened_at=NOW, answer_by=TODAY))
    assert held(desk) == [(HoldReason.PLAN, LOAN, PERSON)]
    assert desk.state().frozen(LOAN, TODAY).purposes == {Purpose.DEMAND}
    desk.take(HardshipClosed(**case, outcome="plan", closed_on=TODAY + timedelta(days=9)))
    assert desk.named(HoldLifted)[0].lifted_on == date(2026, 11, 19)


def test_while_a_refusal_may_be_appealed_nothing_is_demanded_either() -> None:
    desk = a_desk()
    case = {"person_id": PERSON, "case_id": CASE}
    desk.take(HardshipOpened(**case, loan_ids=(LOAN,), opened_at=NOW, answer_by=TODAY))
    desk.take(HardshipRefused(**case, reason="no_need", appeal_by=date(2026, 11, 24)))
    assert desk.named(HoldChanged)[0].ends_on == date(2026, 11, 24)
    open_again = AppealDecided(**case, upheld=False, reason="need", decided_at=NOW)
    desk.take(open_again)
    assert desk.named(HoldChanged)[1].ends_on is None
    desk.take(HardshipRefused(**case, reason="no_need", appeal_by=date(2026, 11, 24)))
    desk.day(date(2026, 11, 25))
    assert desk.named(HoldLifted)[0].lifted_on == date(2026, 11, 25)
    desk.take(open_again)
    assert len({one.hold_id for one in desk.named(HoldPlaced)}) == 2
    desk.take(AppealDecided(**case, upheld=True, reason="no_need", decided_at=NOW + timedelta(days=15)))
    assert not desk.state().frozen(LOAN, date(2026, 11, 26)).purposes


def over(kind: str) -> Event:
    """A plan's end."""
    names: dict[str, Any] = {"person_id": PERSON, "plan_id": PLAN, "loan_ids": (LOAN,)}
    ends: dict[str, Callable[[], Event]] = {
        "broken": lambda: PlanBroken(**names, broken_on=TODAY),
        "completed": lambda: PlanCompleted(**names, completed_on=TODAY),
        "withdrawn": lambda: PlanWithdrawn(**names, withdrawn_on=TODAY),
        "replaced": lambda: PlanReplaced(**names, by=uuid4()),
    }
    return ends[kind]()


@pytest.mark.parametrize("kind", ["broken", "completed", "withdrawn", "replaced"])
def test_a_plan_closes_demands_while_it_is_kept(kind: str) -> None:
    desk = a_desk()
    desk.take(plan())
    assert desk.named(HoldPlaced)[0].freezes == Freezes(purposes=(Purpose.DEMAND,))
    desk.take(over(kind))
    assert [one.lifted_on for one in desk.named(HoldLifted)] == [TODAY]


@pytest.mark.parametrize(
    ("kind", "taken_back"),
    [
        ("broken", PlanBrokenRetracted),
        ("completed", PlanCompletedRetracted),
    ],
)
def test_a_plan_that_was_not_over_after_all_closes_demands_again(kind: str, taken_back: type[Event]) -> None:
    desk = a_desk()
    desk.take(plan(), over(kind))
    named = {"person_id": PERSON, "plan_id": PLAN, "loan_ids": (LOAN,)}
    desk.take(a_full_event(taken_back, **named))
    first, second = desk.named(HoldPlaced)
    assert first.hold_id != second.hold_id
    assert desk.state().frozen(LOAN, TODAY).purposes == {Purpose.DEMAND}


def test_what_ends_a_plan_that_was_never_here_changes_nothing() -> None:
    desk = a_desk()
    case = {"person_id": PERSON, "case_id": CASE}
    desk.take(
        over("broken"),
        HardshipRefused(**case, reason="no_need", appeal_by=TODAY),
        AppealDecided(**case, upheld=True, reason="no_need", decided_at=NOW),
        HardshipClosed(**case, outcome="closed", closed_on=TODAY),
    )
    assert desk.told == []


def a_case(adviser: str) -> Case:
    return Case(CASE, Circumstance.ILLNESS, "reply", (LOAN,), NOW, TODAY, TODAY, adviser=adviser)


def test_what_a_case_or_plan_tells_is_handed_on_to_holds_in_the_same_transaction() -> None:
    def accept(state: Any, message: Any, context: Context) -> Decision[Any]:
        return Decision(state, [plan(), a_full_event(PlanRequested)])

    (step,) = obeying([Step(PlanAccepted, accept, state=Person)])
    made = step.decide(Person(PERSON), None, Context(NOW, HELEN))
    assert isinstance(made, Decision)
    assert [type(one) for one in made.hands_on] == [PlanAccepted]
    assert step.decide.__name__ == "accept"


def test_an_adviser_whom_a_case_names_sees_what_stands_still() -> None:
    def name(state: Person, message: Any, context: Context) -> Decision[Person]:
        return Decision(replace(state, cases=(a_case("anna"),)))

    (step,) = obeying([Step(PlanAccepted, name, state=Person)])
    made = step.decide(Person(PERSON), None, Context(NOW, HELEN))
    assert isinstance(made, Decision)
    desk = a_desk()
    anna = Actor("anna", Role.ADVISER)
    assert not desk.state().seen_by(anna)
    desk.take(*made.hands_on)
    assert desk.state().seen_by(anna)
    assert desk.state().concerns(LOAN, anna)


def test_steps_of_other_states_are_what_they_were() -> None:
    def nothing(state: Any, message: Any, context: Context) -> Wait:
        return Wait("for a test")

    other, waits = Step(PlanAccepted, nothing), Step(PlanAccepted, nothing, state=Person)
    untouched, wrapped = obeying([other, waits])
    assert untouched is other
    assert wrapped.decide(None, None, Context(NOW, HELEN)) == Wait("for a test")
