"""Disputes and complaints: what rests while they are looked at, who decides, and what follows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.hardship.domain import complaints, disputes
from services.hardship.domain.complaints import (
    ComplaintDecided,
    ComplaintUnknown,
    FileComplaint,
    NotByTheOneComplainedAbout,
    ResolveComplaint,
    SayAbout,
)
from services.hardship.domain.disputes import (
    AddText,
    AlreadyDisputed,
    AppealDispute,
    AppealOver,
    BooksCorrected,
    DisputeDecided,
    DisputeOpen,
    DisputeUnknown,
    FileDispute,
    NotByTheSame,
    ResolveDispute,
    TooManyTexts,
)
from services.hardship.domain.standstill import Text
from shared.decision import Actor, Role
from shared.events.hardship import ComplaintResolved, DisputeResolved, Finding
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.parts import HoldReason, Purpose
from shared.events.reminders import ComplaintRaised, DisputeRaised
from tests.unit.hardship.stillness import (
    ADA,
    ELSEWHERE,
    HELEN,
    HUGO,
    LOAN,
    OTHERS_OFFICER,
    PERSON,
    SECOND,
    Desk,
    a_desk,
    money,
)

TODAY = date(2026, 11, 10)
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
DISPUTE, COMPLAINT = uuid4(), uuid4()
THEMSELVES = Actor(str(PERSON), Role.BORROWER)


def raised(**changes: Any) -> DisputeRaised:
    fields: dict[str, Any] = {
        "person_id": PERSON,
        "dispute_id": DISPUTE,
        "loan_id": LOAN,
        "reason": "paid_already",
        "raised_at": NOW,
    }
    return DisputeRaised(**{**fields, **changes})


def complained(**changes: Any) -> ComplaintRaised:
    fields: dict[str, Any] = {
        "person_id": PERSON,
        "complaint_id": COMPLAINT,
        "loan_ids": (),
        "reason": "rude",
        "raised_at": NOW,
    }
    return ComplaintRaised(**{**fields, **changes})


def text(about: str = "statement") -> Text:
    return Text(uuid4(), about, "somebody", NOW, b"sealed")


def a_disputed_desk(**changes: Any) -> Desk:
    desk = a_desk()
    desk.take(raised(**changes))
    return desk


def resolve(outcome: Finding, **fields: Any) -> ResolveDispute:
    return ResolveDispute(PERSON, DISPUTE, outcome, text("reasons"), **fields)


# -- disputes ------------------------------------------------------------------------------------------------


def test_what_is_disputed_rests_until_it_is_decided() -> None:
    desk = a_disputed_desk()
    (placed,) = desk.named(HoldPlaced)
    assert (placed.reason, placed.disputed, placed.person_id) == (HoldReason.DISPUTE, None, PERSON)
    assert placed.freezes.interest_and_fees
    assert desk.take(raised()) == []
    desk.day(date(2026, 11, 20))
    desk.ask(resolve(Finding.REJECTED))
    (told,) = desk.named(DisputeResolved)
    assert (told.dispute_id, told.loan_id, told.outcome) == (DISPUTE, LOAN, Finding.REJECTED)
    assert [one.lifted_on for one in desk.named(HoldLifted)] == [date(2026, 11, 20)]


def test_of_a_disputed_part_the_hold_names_the_part() -> None:
    desk = a_disputed_desk(disputed=money("30.00"))
    (placed,) = desk.named(HoldPlaced)
    assert placed.disputed == money("30.00")
    assert placed.freezes.purposes == (Purpose.DEMAND,)
    assert not placed.freezes.interest_and_fees


@pytest.mark.parametrize("outcome", [Finding.UPHELD, Finding.PARTLY_UPHELD])
def test_where_the_person_was_right_nothing_is_demanded_until_the_books_say_so_too(outcome: Finding) -> None:
    desk = a_disputed_desk()
    desk.ask(resolve(outcome))
    assert desk.named(HoldLifted) == []
    assert desk.state().disputes[0].correct_by == TODAY + timedelta(days=10)
    desk.ask(BooksCorrected(PERSON, DISPUTE))
    assert len(desk.named(HoldLifted)) == 1
    with pytest.raises(DisputeOpen):
        desk.ask(BooksCorrected(PERSON, DISPUTE))


def test_where_the_books_are_right_already_the_hold_ends_with_the_decision() -> None:
    desk = a_disputed_desk()
    desk.ask(resolve(Finding.UPHELD, books_are_right=True))
    assert len(desk.named(HoldLifted)) == 1


def test_a_rejected_dispute_is_appealed_once_and_somebody_else_decides() -> None:
    desk = a_disputed_desk()
    with pytest.raises(DisputeOpen):
        desk.ask(AppealDispute(PERSON, DISPUTE, None), THEMSELVES)
    desk.ask(resolve(Finding.REJECTED))
    desk.day(date(2026, 12, 10))
    desk.ask(AppealDispute(PERSON, DISPUTE, text("appeal")), THEMSELVES)
    assert len({one.hold_id for one in desk.named(HoldPlaced)}) == 2
    assert desk.state().disputes[0].answer_by == date(2027, 1, 9)
    with pytest.raises(NotByTheSame):
        desk.ask(resolve(Finding.REJECTED))
    desk.ask(resolve(Finding.REJECTED), HUGO)
    assert len(desk.named(HoldLifted)) == 2
    with pytest.raises(AppealOver):
        desk.ask(AppealDispute(PERSON, DISPUTE, None), THEMSELVES)
    with pytest.raises(DisputeDecided):
        desk.ask(resolve(Finding.UPHELD), HUGO)


def test_an_appeal_comes_in_time_or_not_at_all() -> None:
    desk = a_disputed_desk()
    desk.ask(resolve(Finding.REJECTED))
    desk.day(date(2026, 12, 11))
    with pytest.raises(AppealOver):
        desk.ask(AppealDispute(PERSON, DISPUTE, None), THEMSELVES)


@pytest.mark.parametrize("outcome", [Finding.WITHDRAWN, Finding.UPHELD])
def test_what_was_not_rejected_is_not_appealed(outcome: Finding) -> None:
    desk = a_disputed_desk()
    desk.ask(resolve(outcome))
    with pytest.raises(AppealOver):
        desk.ask(AppealDispute(PERSON, DISPUTE, None), THEMSELVES)


def test_the_person_files_a_dispute_and_adds_to_it_and_the_lender_shows_what_is_owed() -> None:
    desk = a_desk()
    filed = FileDispute(PERSON, LOAN, "not_mine", money("5.00"), text())
    id_: UUID = desk.ask(filed, THEMSELVES).dispute_id
    with pytest.raises(AlreadyDisputed):
        desk.ask(filed, THEMSELVES)
    desk.ask(AddText(PERSON, id_, text()), THEMSELVES)
    desk.ask(AddText(PERSON, id_, text("evidence")))
    assert [one.about for one in desk.state().disputes[0].texts] == ["statement", "statement", "evidence"]
    desk.ask(ResolveDispute(PERSON, id_, Finding.WITHDRAWN, None))
    with pytest.raises(DisputeDecided):
        desk.ask(AddText(PERSON, id_, text()), THEMSELVES)


def test_no_more_texts_are_taken_than_somebody_can_read() -> None:
    desk = a_disputed_desk()
    for _ in range(disputes.TEXTS_MAX):
        desk.ask(AddText(PERSON, DISPUTE, text()))
    with pytest.raises(TooManyTexts):
        desk.ask(AddText(PERSON, DISPUTE, text()))


def test_a_dispute_is_not_there_for_another_lender_or_another_person() -> None:
    desk = a_disputed_desk()
    for actor in (OTHERS_OFFICER, Actor(str(uuid4()), Role.BORROWER), Actor("m", Role.MEDIATOR)):
        with pytest.raises(DisputeUnknown):
            desk.ask(AddText(PERSON, DISPUTE, text()), actor)


# -- complaints ----------------------------------------------------------------------------------------------


def test_nothing_is_demanded_while_a_complaint_is_looked_at_and_other_contact_goes_on() -> None:
    desk = a_desk(LOAN, SECOND)
    desk.take(complained(), complained())
    assert {one.loan_id for one in desk.named(HoldPlaced)} == {LOAN, SECOND}
    assert desk.state().frozen(LOAN, TODAY) == (frozenset({Purpose.DEMAND}), False, False)
    desk.ask(ResolveComplaint(PERSON, COMPLAINT, Finding.UPHELD, text("reasons")))
    assert [one.outcome for one in desk.named(ComplaintResolved)] == [Finding.UPHELD]
    assert len(desk.named(HoldLifted)) == 2
    with pytest.raises(ComplaintDecided):
        desk.ask(ResolveComplaint(PERSON, COMPLAINT, Finding.UPHELD, None))


def test_nobody_answers_a_complaint_about_themselves() -> None:
    desk = a_desk()
    desk.take(complained())
    desk.ask(SayAbout(PERSON, COMPLAINT, "helen"))
    with pytest.raises(NotByTheOneComplainedAbout):
        desk.ask(ResolveComplaint(PERSON, COMPLAINT, Finding.REJECTED, None))
    desk.ask(ResolveComplaint(PERSON, COMPLAINT, Finding.REJECTED, None), HUGO)


def test_a_complaint_about_no_loan_in_particular_reaches_those_to_come() -> None:
    desk = a_desk()
    desk.ask(FileComplaint(PERSON, (), "pressure", None, None), THEMSELVES)
    desk.link(SECOND)
    assert [one.loan_id for one in desk.named(HoldPlaced)] == [LOAN, SECOND]
    ours = FileComplaint(PERSON, (), "pressure", None, None)
    desk.ask(ours, HELEN)
    assert desk.state().complaints[1].loan_ids == (LOAN, SECOND)


def test_a_complaint_that_the_person_files_is_about_whom_they_say() -> None:
    desk = a_desk(LOAN, ELSEWHERE)
    filed = FileComplaint(PERSON, (LOAN,), "pressure", "helen", text())
    id_ = desk.ask(filed, THEMSELVES).complaint_id
    assert {one.loan_id for one in desk.named(HoldPlaced)} == {LOAN}
    with pytest.raises(ComplaintUnknown):
        desk.ask(ResolveComplaint(PERSON, id_, Finding.REJECTED, None), OTHERS_OFFICER)
    with pytest.raises(NotByTheOneComplainedAbout):
        desk.ask(ResolveComplaint(PERSON, id_, Finding.REJECTED, None), HELEN)
    with pytest.raises(ComplaintUnknown):
        desk.ask(ResolveComplaint(PERSON, uuid4(), Finding.REJECTED, None), ADA)
    assert complaints.cause_of(id_) == desk.state().holds[0].cause
