"""Holds that platforms ask for, that come with loans from elsewhere, and that go with loans that move."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.hardship.domain.hold_requests import (
    GrantRequest,
    RefuseRequest,
    RequestDecided,
    RequestUnknown,
)
from services.hardship.domain.holds_by_hand import LiftHold, PlaceHold
from services.hardship.domain.standstill import RequestStatus
from shared.errors import NotFound
from shared.events.hardship import PlanCompleted
from shared.events.holds import HoldLifted, HoldPlaced, HoldRefused
from shared.events.ids import loan_id, name_id, person_id
from shared.events.ledger import LoanMoved, LoanRegistered
from shared.events.loans import Channel, LoanKind
from shared.events.parts import Components, Freezes, HoldReason, Party, PartyRole, Purpose
from shared.events.reminders import BorrowerName, PersonLinked
from shared.events.servicing import HoldRequested, LegalActionEnded, LegalActionStarted
from shared.events.takeover import LoanMigrated, RunningHold, RunningPlan
from tests.unit.hardship.stillness import (
    ADA,
    HELEN,
    LOAN,
    OTHERS_OFFICER,
    PERSON,
    SECOND,
    Desk,
    a_desk,
    money,
)

TODAY = date(2026, 11, 10)
SOLD = loan_id("other", "N-1")


def request(**changes: Any) -> HoldRequested:
    """A platform's request for the person, by its own name for them."""
    fields: dict[str, Any] = {
        "lender": "acme",
        "loan_reference": "L-1",
        "hold_reference": "H-1",
        "borrower_reference": "B-1",
        "reason": HoldReason.BEREAVEMENT,
        "starts_on": TODAY,
    }
    return HoldRequested(**{**fields, **changes})


def request_id(event: HoldRequested) -> Any:
    """As the service calls it."""
    return name_id("hold-request", f"{event.loan_id}\n{event.hold_reference}")


def moved(reason: str = "transferred") -> LoanMoved:
    return LoanMoved(
        loan_id=LOAN,
        to_loan_id=SOLD,
        to_lender="other",
        to_loan_reference="N-1",
        moved_on=TODAY,
        reason=reason,
    )


# -- asked for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason", [HoldReason.BEREAVEMENT, HoldReason.DISASTER, HoldReason.DISPUTE, HoldReason.INCAPACITY]
)
def test_what_needs_no_evidence_is_granted_at_once(reason: HoldReason) -> None:
    desk = Desk()
    (placed,) = desk.take(request(reason=reason))
    assert isinstance(placed, HoldPlaced)
    assert (placed.hold_reference, placed.person_id, placed.loan_id) == ("H-1", PERSON, LOAN)
    assert desk.take(request(reason=reason)) == []


def test_the_freezes_that_the_platform_names_are_added_to_those_of_the_reason() -> None:
    desk = Desk()
    asked = Freezes(purposes=(Purpose.PLAN,), interest_and_fees=False)
    (placed,) = desk.take(request(freezes=asked, ends_on=date(2026, 11, 30)))
    assert isinstance(placed, HoldPlaced)
    assert placed.freezes.purposes == (Purpose.DEMAND, Purpose.REMINDER, Purpose.PLAN)
    assert placed.freezes.interest_and_fees
    assert placed.ends_on == date(2026, 11, 30)


def test_of_a_disputed_part_interest_runs_on_for_the_rest() -> None:
    desk = Desk()
    (placed,) = desk.take(request(reason=HoldReason.DISPUTE, disputed=money("25.00")))
    assert isinstance(placed, HoldPlaced)
    assert placed.disputed == money("25.00")
    assert not placed.freezes.interest_and_fees


def test_a_request_that_names_nobody_is_for_everyone_who_is_part_of_the_loan() -> None:
    desk = Desk()
    (placed,) = desk.take(request(borrower_reference=None))
    assert isinstance(placed, HoldPlaced)
    assert placed.person_id is None


def test_other_reasons_wait_for_an_officer_who_grants() -> None:
    desk = a_desk()
    event = request(reason=HoldReason.INSOLVENCY)
    assert desk.take(event) == []
    answer = desk.ask(GrantRequest(PERSON, request_id(event)))
    assert answer.status is RequestStatus.GRANTED
    assert desk.named(HoldPlaced)[0].hold_reference == "H-1"
    with pytest.raises(RequestDecided):
        desk.ask(RefuseRequest(PERSON, request_id(event), "late"))


def test_other_reasons_wait_for_an_officer_who_refuses() -> None:
    desk = a_desk()
    event = request(reason=HoldReason.FRAUD)
    desk.take(event)
    desk.ask(RefuseRequest(PERSON, request_id(event), "no_evidence"))
    (refused,) = desk.named(HoldRefused)
    assert (refused.hold_reference, refused.refused_on, refused.reason) == ("H-1", TODAY, "no_evidence")
    assert desk.day(date(2027, 1, 1)) == []


def test_a_request_that_nobody_answers_in_time_is_granted() -> None:
    desk = a_desk()
    desk.take(request(reason=HoldReason.FRAUD))
    assert desk.day(TODAY + timedelta(days=5)) == []
    (placed,) = desk.day(TODAY + timedelta(days=6))
    assert isinstance(placed, HoldPlaced)
    assert desk.state().requests[0].decided_by == "unanswered"


def test_whoever_asked_for_a_hold_may_end_it_although_nobody_has_told_whose_the_loan_is() -> None:
    desk = Desk()
    (placed,) = desk.take(request())
    assert isinstance(placed, HoldPlaced)
    desk.ask(LiftHold(PERSON, placed.hold_id))
    assert len(desk.named(HoldLifted)) == 1


def test_another_lenders_officer_does_not_find_the_request() -> None:
    desk = a_desk()
    event = request(reason=HoldReason.FRAUD)
    desk.take(event)
    with pytest.raises(RequestUnknown):
        desk.ask(GrantRequest(PERSON, request_id(event)), OTHERS_OFFICER)


def test_a_request_for_someone_who_was_found_to_be_another_is_that_persons() -> None:
    desk = a_desk()
    survivor = person_id("other", "B-9")
    borrower = BorrowerName(lender="acme", borrower_reference="B-1")
    desk.take(PersonLinked(person_id=survivor, borrower=borrower, formerly=PERSON))
    (placed,) = desk.take(request())
    assert isinstance(placed, HoldPlaced)
    assert placed.person_id == survivor


# -- from another system -------------------------------------------------------------------------------------


def migrated() -> LoanMigrated:
    holds = (
        RunningHold(
            hold_reference="OLD-1",
            reason=HoldReason.ILLNESS,
            freezes=Freezes(purposes=(Purpose.DEMAND,), ageing=True),
            starts_on=date(2026, 10, 1),
            ends_on=date(2026, 11, 20),
        ),
        RunningHold(
            hold_reference="OLD-2",
            reason=HoldReason.DISPUTE,
            freezes=Freezes(purposes=(Purpose.DEMAND,)),
            starts_on=date(2026, 10, 1),
            disputed=money("10.00"),
        ),
    )
    return LoanMigrated(
        lender="acme",
        loan_reference="L-1",
        kind=LoanKind.PROVIDED,
        channel=Channel.BANK,
        cut_over_on=TODAY,
        opened_on=date(2026, 1, 1),
        balance=Components(principal=money("100.00")),
        holds=holds,
    )


def test_holds_that_come_with_a_loan_keep_the_ledgers_ids_and_nothing_is_told_anew() -> None:
    desk = Desk()
    event = migrated()
    assert desk.take(event) == []
    state = desk.state(LOAN)
    assert [one.id for one in state.holds] == [event.hold_id(one) for one in event.holds]
    assert state.frozen(LOAN, TODAY).purposes == {Purpose.DEMAND}
    assert [one.loans[0].review_on for one in state.holds] == [None, date(2026, 12, 10)]
    (over,) = desk.day(date(2026, 11, 21))
    assert isinstance(over, HoldLifted)
    desk.ask(LiftHold(LOAN, event.hold_id(event.holds[1])))
    assert len(desk.named(HoldLifted)) == 2


def test_a_plan_that_comes_with_a_loan_closes_demands_until_somebody_says_that_it_is_over() -> None:
    desk = Desk()
    plan = RunningPlan(plan_reference="P-1", accepted_on=date(2026, 9, 1))
    event = migrated().model_copy(update={"plan": plan, "holds": ()})
    (placed,) = desk.take(event)
    assert isinstance(placed, HoldPlaced)
    assert (placed.reason, placed.freezes.purposes) == (HoldReason.PLAN, (Purpose.DEMAND,))
    assert desk.take(event) == []
    desk.ask(LiftHold(LOAN, placed.hold_id))
    assert len(desk.named(HoldLifted)) == 1


@pytest.mark.parametrize(
    ("roles", "keeper"),
    [
        ([("B-2", PartyRole.GUARANTOR), ("B-1", PartyRole.BORROWER)], PERSON),
        ([("B-3", PartyRole.CARER), ("B-1", PartyRole.JOINT)], PERSON),
    ],
)
def test_a_plan_that_comes_with_a_loan_is_its_borrowers(
    roles: list[tuple[str, PartyRole]], keeper: UUID
) -> None:
    desk = Desk()
    plan = RunningPlan(plan_reference="P-1", accepted_on=date(2026, 9, 1))
    parties = tuple(Party(borrower_reference=name, role=role) for name, role in roles)
    event = migrated().model_copy(update={"plan": plan, "holds": (), "parties": parties})
    (placed,) = desk.take(event)
    assert isinstance(placed, HoldPlaced)
    assert (placed.reason, placed.person_id) == (HoldReason.PLAN, keeper)
    kept = PlanCompleted(person_id=keeper, plan_id=event.plan_id(plan), completed_on=TODAY, loan_ids=(LOAN,))
    assert [type(one) for one in desk.take(kept)] == [HoldLifted]


def test_a_plan_that_comes_with_a_loan_of_someone_found_to_be_another_is_that_persons() -> None:
    desk = a_desk()
    survivor = person_id("other", "B-9")
    borrower = BorrowerName(lender="acme", borrower_reference="B-1")
    desk.take(PersonLinked(person_id=survivor, borrower=borrower, formerly=PERSON))
    plan = RunningPlan(plan_reference="P-1", accepted_on=date(2026, 9, 1))
    parties = (Party(borrower_reference="B-1"),)
    (placed,) = desk.take(migrated().model_copy(update={"plan": plan, "holds": (), "parties": parties}))
    assert isinstance(placed, HoldPlaced)
    assert placed.person_id == survivor


# -- loans that move -----------------------------------------------------------------------------------------


def test_the_holds_of_a_loan_that_was_sold_go_with_it_and_nothing_is_told_anew() -> None:
    desk = a_desk()
    hold_id = desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.BEREAVEMENT)).hold_id
    desk.take(migrated())
    assert desk.take(moved()) == []
    assert desk.state().frozen(SOLD, TODAY).interest_and_fees
    assert desk.state(SOLD).frozen(SOLD, TODAY).ageing
    assert desk.state().lender_of(SOLD) == "other"
    assert not desk.state().seen_by(HELEN)
    desk.ask(LiftHold(PERSON, hold_id), OTHERS_OFFICER)
    assert [(one.hold_id, one.loan_id) for one in desk.named(HoldLifted)] == [(hold_id, SOLD)]
    told = desk.day(date(2026, 11, 21))
    assert [one.loan_id for one in told if isinstance(one, HoldLifted)] == [SOLD]


def test_the_holds_of_a_loan_that_was_replaced_are_placed_for_the_new_one() -> None:
    desk = a_desk()
    hold_id = desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.BEREAVEMENT)).hold_id
    (placed,) = desk.take(moved("replaced"))
    assert isinstance(placed, HoldPlaced)
    assert (placed.hold_id, placed.loan_id) == (hold_id, SOLD)


def test_a_request_for_a_loan_that_was_sold_is_for_the_loan_that_it_is_now() -> None:
    desk = a_desk(LOAN, SECOND)
    desk.take(moved())
    (first,) = desk.take(request())
    (second,) = desk.take(request(borrower_reference=None, hold_reference="H-2"))
    assert isinstance(first, HoldPlaced)
    assert isinstance(second, HoldPlaced)
    assert (first.loan_id, first.person_id) == (SOLD, PERSON)
    assert (second.loan_id, second.person_id) == (SOLD, None)


def test_a_request_that_waits_goes_with_the_loan() -> None:
    desk = a_desk()
    event = request(reason=HoldReason.FRAUD, borrower_reference=None)
    desk.take(event)
    desk.take(moved())
    desk.ask(GrantRequest(SOLD, request_id(event)), OTHERS_OFFICER)
    assert desk.named(HoldPlaced)[0].loan_id == SOLD


def test_a_court_action_goes_with_the_loan_and_ends_by_the_name_that_it_had() -> None:
    desk = a_desk()
    names = {"lender": "acme", "loan_reference": "L-1", "action_reference": "A-1"}
    desk.take(LegalActionStarted(**names, started_on=TODAY, kind="claim"))
    desk.take(moved())
    (lifted,) = desk.take(LegalActionEnded(**names, ended_on=TODAY, outcome="withdrawn"))
    assert isinstance(lifted, HoldLifted)
    assert lifted.loan_id == SOLD


def test_a_loan_that_moves_before_anything_was_known_of_it_is_followed() -> None:
    desk = Desk()
    desk.take(moved())
    (placed,) = desk.take(request(borrower_reference=None))
    assert isinstance(placed, HoldPlaced)
    assert placed.loan_id == SOLD


def test_nothing_is_placed_by_hand_for_a_loan_that_goes_on_as_another() -> None:
    desk = a_desk()
    desk.take(moved())
    with pytest.raises(NotFound):
        desk.ask(PlaceHold(LOAN, (), HoldReason.FRAUD), ADA)
    desk.ask(PlaceHold(SOLD, (), HoldReason.FRAUD), ADA)
    assert desk.named(HoldPlaced)[0].loan_id == SOLD


def test_a_loan_in_the_books_is_its_lenders() -> None:
    desk = Desk()
    registered = LoanRegistered(
        loan_id=LOAN, lender="acme", loan_reference="L-1", owed=money("1.00"), opened_on=TODAY
    )
    desk.take(registered)
    desk.ask(PlaceHold(LOAN, (), HoldReason.FRAUD))
    assert [(one.loan_id, one.person_id) for one in desk.named(HoldPlaced)] == [(LOAN, None)]
