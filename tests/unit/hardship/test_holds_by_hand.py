"""Holds by hand, and whose they are when persons turn out to be one, leave a loan, or are forgotten."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.hardship.domain.holds import (
    HoldOver,
    HoldUnknown,
    LoanNotTheirs,
    PersonUnknown,
    StartsTooFarAway,
)
from services.hardship.domain.holds_by_hand import (
    ChangeHold,
    EndsBeforeStart,
    LiftHold,
    PlaceHold,
    ReasonHasItsOwnWay,
    ReviewHold,
)
from services.hardship.domain.standstill import Standstill
from shared.errors import NotFound, StateChanged
from shared.events.base import Event
from shared.events.care import CrisisSignalled
from shared.events.hardship import (
    PlanAccepted,
    PlanLoan,
)
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced
from shared.events.ids import person_id
from shared.events.mediation import MediationOpened
from shared.events.parts import Freezes, HoldReason, PartyRole, Purpose
from shared.events.reminders import (
    BorrowerName,
    LoanUnlinked,
    PersonErased,
    PersonLinked,
    PersonUnlinked,
    RepresentationStated,
)
from shared.events.servicing import HoldRequested, LegalActionEnded, LegalActionStarted
from tests.builders import a_full_event
from tests.unit.hardship.stillness import (
    ADA,
    ELSEWHERE,
    LOAN,
    OTHERS_OFFICER,
    PERSON,
    SECOND,
    Desk,
    a_desk,
)

TODAY = date(2026, 11, 10)
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
CASE, PLAN = uuid4(), uuid4()


def opened() -> MediationOpened:
    return a_full_event(MediationOpened, person_id=PERSON, loan_ids=(LOAN,), case_id=CASE, opened_at=NOW)


def plan(*loans: UUID) -> PlanAccepted:
    parts = tuple(PlanLoan(loan_id=one, part=n) for n, one in enumerate(loans or (LOAN,), 1))
    return PlanAccepted(person_id=PERSON, plan_id=PLAN, accepted_on=TODAY, loans=parts)


def held(desk: Desk) -> list[tuple[HoldReason, UUID, UUID | None]]:
    """What was placed: why, for which loan, whose."""
    return [(one.reason, one.loan_id, one.person_id) for one in desk.named(HoldPlaced)]


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


@pytest.mark.parametrize("day", [date(2025, 11, 9), date(2027, 11, 11), date.min, date.max])
def test_a_start_that_is_more_than_a_year_away_is_a_slip_of_the_pen(day: date) -> None:
    desk = a_desk()
    with pytest.raises(StartsTooFarAway):
        desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.BEREAVEMENT, starts_on=day))


@pytest.mark.parametrize("day", [date.min, date.max])
def test_days_at_the_ends_of_the_calendar_break_nothing(day: date) -> None:
    desk = a_desk()
    names: dict[str, Any] = {"lender": "acme", "loan_reference": "L-1"}
    for number, reason in enumerate((HoldReason.BEREAVEMENT, HoldReason.DEATH, HoldReason.FRAUD)):
        asked = HoldRequested(
            **names, hold_reference=f"H-{number}", borrower_reference="B-1", reason=reason, starts_on=day
        )
        desk.take(asked, asked.model_copy(update={"hold_reference": f"E-{number}", "ends_on": day}))
    desk.take(
        LegalActionStarted(**names, action_reference="A-1", started_on=day, kind="claim"),
        LegalActionEnded(**names, action_reference="A-1", ended_on=day, outcome="withdrawn"),
    )
    desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.ILLNESS, ends_on=date.max))
    desk.day(date(2027, 12, 1))
    assert desk.faults == []


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


def test_a_new_loan_is_held_no_earlier_than_the_hold_begins() -> None:
    desk = a_desk()
    desk.ask(PlaceHold(PERSON, (), HoldReason.BEREAVEMENT, starts_on=date(2026, 11, 20)), ADA)
    (placed,) = desk.link(SECOND)
    assert isinstance(placed, HoldPlaced)
    assert (placed.starts_on, placed.ends_on) == (date(2026, 11, 20), date(2027, 2, 17))


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


def test_of_two_who_are_one_the_id_that_was_left_may_be_taken_again() -> None:
    desk = a_desk()
    other = person_id("other", "B-9")
    hold_id = desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.BEREAVEMENT)).hold_id
    merged(desk, other, PERSON)
    (changed,) = merged(desk, PERSON, other)
    assert isinstance(changed, HoldChanged)
    assert (changed.hold_id, changed.person_id, changed.revision) == (hold_id, PERSON, 2)
    assert [one.id for one in desk.state().holds] == [hold_id]


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
