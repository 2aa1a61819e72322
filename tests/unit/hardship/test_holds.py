"""Holds: placed by what happens and by hand, for whom, for how long, and what becomes of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.hardship.domain.holds import HoldOver, HoldUnknown, LoanNotTheirs, PersonUnknown
from services.hardship.domain.holds_by_hand import (
    ChangeHold,
    EndsBeforeStart,
    LiftHold,
    PlaceHold,
    ReasonHasItsOwnWay,
    ReviewHold,
)
from services.hardship.domain.standstill import Standstill
from services.hardship.standing_flow import obeying
from shared.decision import Context, Decision
from shared.errors import NotFound, StateChanged
from shared.events.base import Event
from shared.events.care import CrisisSignalled
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
    PlanWithdrawn,
)
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced
from shared.events.ids import person_id
from shared.events.mediation import MediationClosed, MediationOpened, SettlementReached
from shared.events.parts import Freezes, HoldReason, PartyRole, Purpose
from shared.events.reminders import (
    BorrowerName,
    LoanUnlinked,
    PersonErased,
    PersonLinked,
    PersonUnlinked,
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
    OTHERS_OFFICER,
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


def test_what_a_case_or_plan_tells_is_handed_on_to_holds_in_the_same_transaction() -> None:
    def accept(state: Any, message: Any, context: Context) -> Decision[Any]:
        return Decision(state, [plan(), HoldRefusedByNobody()])

    class HoldRefusedByNobody(Event):
        """Something else."""

    step = Step(PlanAccepted, accept, emits=(PlanAccepted,))
    silent = Step(PlanAccepted, accept, emits=())
    wrapped, untouched = obeying([step, silent])
    made = wrapped.decide(None, None, Context(NOW, HELEN))
    assert isinstance(made, Decision)
    assert [type(one) for one in made.hands_on] == [PlanAccepted]
    assert untouched is silent
    assert wrapped.decide.__name__ == "accept"


# -- by hand -------------------------------------------------------------------------------------------------


def test_an_officer_places_a_hold_by_its_policy_for_the_loans_that_are_theirs_to_see() -> None:
    desk = a_desk(LOAN, SECOND, ELSEWHERE)
    answer = desk.ask(PlaceHold(PERSON, (), HoldReason.BEREAVEMENT))
    assert answer.loan_ids == (LOAN, SECOND)
    placed = desk.named(HoldPlaced)[0]
    assert (placed.starts_on, placed.ends_on) == (TODAY, TODAY + timedelta(days=89))
    assert placed.review_on == TODAY + timedelta(days=60)
    desk.ask(PlaceHold(PERSON, (), HoldReason.DEATH), ADA)
    assert desk.link(LOAN) == []


def test_what_an_officer_states_beats_the_policy_and_must_fit_together() -> None:
    desk = a_desk()
    freezes = Freezes(purposes=(Purpose.DEMAND,), ageing=True)
    wanted = PlaceHold(
        PERSON, (LOAN,), HoldReason.ILLNESS, freezes, TODAY, date(2026, 12, 1), date(2026, 11, 20)
    )
    desk.ask(wanted)
    placed = desk.named(HoldPlaced)[0]
    assert (placed.freezes, placed.ends_on, placed.review_on) == (
        freezes,
        date(2026, 12, 1),
        date(2026, 11, 20),
    )
    for ends_on, review_on in ((date(2026, 11, 9), None), (date(2026, 12, 1), date(2026, 12, 2))):
        with pytest.raises(EndsBeforeStart):
            desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.ILLNESS, ends_on=ends_on, review_on=review_on))


def test_who_is_unknown_or_another_lenders_is_not_there() -> None:
    desk = a_desk()
    with pytest.raises(NotFound):
        desk.ask(PlaceHold(uuid4(), (), HoldReason.ILLNESS))
    with pytest.raises(PersonUnknown):
        desk.ask(PlaceHold(PERSON, (), HoldReason.ILLNESS), OTHERS_OFFICER)
    with pytest.raises(LoanNotTheirs):
        desk.ask(PlaceHold(PERSON, (SECOND,), HoldReason.ILLNESS))
    hold_id = desk.ask(PlaceHold(PERSON, (), HoldReason.ILLNESS)).hold_id
    with pytest.raises(HoldUnknown):
        desk.ask(LiftHold(PERSON, hold_id), OTHERS_OFFICER)


def test_an_officer_ends_a_hold_for_their_lenders_loans_and_not_for_anothers() -> None:
    desk = a_desk(LOAN, ELSEWHERE)
    desk.take(CrisisSignalled(person_id=PERSON, signal_id=uuid4(), signalled_at=NOW))
    hold_id = desk.named(HoldPlaced)[0].hold_id
    desk.ask(LiftHold(PERSON, hold_id))
    assert [one.loan_id for one in desk.named(HoldLifted)] == [LOAN]
    assert desk.state().frozen(ELSEWHERE, TODAY).ageing
    with pytest.raises(HoldOver):
        desk.ask(LiftHold(PERSON, hold_id))
    with pytest.raises(LoanNotTheirs):
        desk.ask(LiftHold(PERSON, hold_id, (ELSEWHERE,)))


def test_a_hold_that_is_over_for_all_takes_no_new_loan() -> None:
    desk = a_desk()
    desk.take(CrisisSignalled(person_id=PERSON, signal_id=uuid4(), signalled_at=NOW))
    desk.ask(LiftHold(PERSON, desk.named(HoldPlaced)[0].hold_id), ADA)
    assert desk.link(SECOND) == []


def test_a_change_states_the_hold_anew_with_a_revision_of_its_own() -> None:
    desk = a_desk()
    hold_id = desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.BEREAVEMENT)).hold_id
    desk.ask(ChangeHold(PERSON, hold_id, 0, ends_on=date(2027, 3, 1)))
    with pytest.raises(StateChanged):
        desk.ask(ChangeHold(PERSON, hold_id, 0, ends_on=date(2027, 4, 1)))
    desk.ask(ChangeHold(PERSON, hold_id, 1, open_ended=True))
    desk.ask(ChangeHold(PERSON, hold_id, 2, ends_on=date(2026, 11, 20)))
    told = [(one.revision, one.ends_on, one.review_on) for one in desk.named(HoldChanged)]
    review = date(2027, 1, 9)
    assert told == [(1, date(2027, 3, 1), review), (2, None, review), (3, date(2026, 11, 20), None)]
    with pytest.raises(EndsBeforeStart):
        desk.ask(ChangeHold(PERSON, hold_id, 3, ends_on=date(2026, 11, 1)))
    desk.day(date(2026, 11, 21))
    with pytest.raises(HoldOver):
        desk.ask(ChangeHold(PERSON, hold_id, 3, ends_on=date(2027, 4, 1)))
    with pytest.raises(HoldOver):
        desk.ask(ReviewHold(PERSON, hold_id))


def test_a_hold_without_an_end_always_has_a_day_on_which_somebody_looks() -> None:
    desk = a_desk()
    command = PlaceHold(PERSON, (LOAN,), HoldReason.ILLNESS, ends_on=date(2026, 11, 12))
    hold_id = desk.ask(command).hold_id
    assert desk.named(HoldPlaced)[0].review_on is None
    desk.ask(ChangeHold(PERSON, hold_id, 0, open_ended=True))
    assert desk.named(HoldChanged)[0].review_on == TODAY + timedelta(days=28)


def test_a_review_sets_the_next_one() -> None:
    desk = a_desk()
    hold_id = desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.IMPRISONMENT)).hold_id
    desk.day(date(2027, 2, 8))
    desk.ask(ReviewHold(PERSON, hold_id))
    desk.ask(ReviewHold(PERSON, hold_id, date(2027, 3, 1)))
    assert [one.review_on for one in desk.named(HoldChanged)] == [date(2027, 5, 9), date(2027, 3, 1)]


def test_the_last_review_before_an_end_is_the_end_itself() -> None:
    desk = a_desk()
    hold_id = desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.BEREAVEMENT)).hold_id
    desk.day(date(2027, 1, 9))
    desk.ask(ReviewHold(PERSON, hold_id))
    assert [one.review_on for one in desk.named(HoldChanged)] == [None]
    desk.ask(ReviewHold(PERSON, hold_id))
    assert len(desk.named(HoldChanged)) == 1


def test_what_follows_from_something_else_is_not_ended_by_hand() -> None:
    desk = a_desk()
    desk.take(opened(), plan())
    for one in desk.named(HoldPlaced):
        with pytest.raises(ReasonHasItsOwnWay):
            desk.ask(LiftHold(PERSON, one.hold_id))


def test_an_end_after_the_stated_one_is_the_stated_one() -> None:
    desk = a_desk()
    command = PlaceHold(PERSON, (LOAN,), HoldReason.ILLNESS, ends_on=date(2026, 11, 12))
    desk.ask(command)
    told = desk.day(date(2026, 12, 1))
    assert [(type(one), getattr(one, "lifted_on", None)) for one in told] == [
        (HoldLifted, date(2026, 11, 13))
    ]


# -- whose is what -------------------------------------------------------------------------------------------


def merged(desk: Desk, survivor: UUID, formerly: UUID) -> list[Event]:
    borrower = BorrowerName(lender="acme", borrower_reference="B-1")
    return desk.take(PersonLinked(person_id=survivor, borrower=borrower, formerly=formerly))


def test_holds_of_someone_found_to_be_another_are_told_anew_as_that_persons() -> None:
    desk = a_desk()
    survivor = person_id("other", "B-9")
    hold_id = desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.BEREAVEMENT)).hold_id
    told = merged(desk, survivor, PERSON)
    (changed,) = told
    assert isinstance(changed, HoldChanged)
    assert (changed.hold_id, changed.person_id, changed.revision) == (hold_id, survivor, 1)
    assert changed.review_on == desk.named(HoldPlaced)[0].review_on
    later = desk.take(RepresentationStated(person_id=PERSON, loan_ids=(LOAN,), by="adviser", stated_at=NOW))
    assert [(one.person_id) for one in later if isinstance(one, HoldPlaced)] == [survivor]
    with pytest.raises(NotFound):
        desk.ask(LiftHold(PERSON, hold_id))
    desk.ask(LiftHold(survivor, hold_id))
    assert desk.day(date(2027, 6, 1)) == []


def test_someone_of_whom_nothing_was_known_is_merged_too() -> None:
    desk = a_desk()
    nobody = uuid4()
    assert merged(desk, PERSON, nobody) == []
    later = desk.take(RepresentationStated(person_id=nobody, loan_ids=(), by="adviser", stated_at=NOW))
    assert held(desk) == [(HoldReason.REPRESENTATION, LOAN, PERSON)]
    assert len(later) == 1


def test_a_borrower_who_is_another_after_all_gets_what_comes_from_then_on() -> None:
    desk = a_desk()
    survivor = person_id("other", "B-9")
    merged(desk, survivor, PERSON)
    borrower = BorrowerName(lender="acme", borrower_reference="B-1")
    desk.take(PersonUnlinked(person_id=survivor, borrower=borrower, now=PERSON))
    desk.link(LOAN)
    desk.take(RepresentationStated(person_id=PERSON, loan_ids=(), by="adviser", stated_at=NOW))
    assert held(desk) == [(HoldReason.REPRESENTATION, LOAN, PERSON)]


def test_a_hold_of_someone_who_leaves_the_loan_is_looked_at_and_not_lifted() -> None:
    desk = a_desk()
    desk.ask(PlaceHold(PERSON, (), HoldReason.ILLNESS))
    desk.ask(PlaceHold(PERSON, (), HoldReason.DEATH))
    gone = LoanUnlinked(person_id=PERSON, loan_id=LOAN, role=PartyRole.BORROWER)
    (changed,) = desk.take(gone)
    assert isinstance(changed, HoldChanged)
    assert (changed.reason, changed.review_on) == (HoldReason.ILLNESS, TODAY)


def test_a_person_who_is_forgotten_has_nothing_left_here_and_gets_nothing_more() -> None:
    desk = a_desk()
    desk.ask(PlaceHold(PERSON, (), HoldReason.ILLNESS))
    borrower = BorrowerName(lender="acme", borrower_reference="B-1")
    assert desk.take(PersonErased(person_id=PERSON, borrowers=(borrower,))) == []
    assert desk.state() == Standstill(PERSON, erased=True)
    assert desk.timers == {}
    assert desk.take(opened()) == []
