"""How a breathing space goes on and ends."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.hardship.domain.holds import HoldOver, HoldUnknown
from services.hardship.domain.holds_by_hand import (
    PlaceHold,
)
from services.hardship.domain.moratorium import (
    BeforeItBegan,
    Debt,
    MoratoriumUnknown,
)
from services.hardship.domain.moratorium_course import (
    AskReview,
    CancelMoratorium,
    DecideReview,
    NoReviewAsked,
    ReviewMidway,
    TooLateForReview,
)
from shared.decision import Actor, Role
from shared.events.hardship import PlanAccepted, PlanLoan
from shared.events.holds import HoldChanged
from shared.events.parts import HoldReason
from tests.unit.hardship.moratoria import START, ends, entry
from tests.unit.hardship.stillness import (
    HELEN,
    LOAN,
    OTHERS_OFFICER,
    PERSON,
    SECOND,
    a_desk,
)


def test_the_adviser_looks_midway_and_it_goes_on() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    desk.day(date(2026, 12, 5))
    desk.ask(ReviewMidway(PERSON, hold_id, goes_on=True))
    (changed,) = desk.named(HoldChanged)
    assert (changed.review_on, changed.ends_on, changed.revision) == (None, date(2027, 1, 8), 1)


def test_the_adviser_looks_midway_and_it_ends() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    desk.day(date(2026, 12, 5))
    desk.ask(ReviewMidway(PERSON, hold_id, goes_on=False, ends_on=date(2026, 12, 7), reason="debt_solution"))
    assert ends(desk) == [date(2026, 12, 7)]
    found = desk.state().moratorium(hold_id)
    assert found is not None
    assert (found.ended_on, found.end_reason) == (date(2026, 12, 6), "debt_solution")
    with pytest.raises(HoldOver):
        desk.ask(CancelMoratorium(PERSON, hold_id, date(2026, 12, 8), "again"))
    assert desk.timers == {}


def test_a_plan_does_not_end_it_but_asks_the_adviser_whether_it_does() -> None:
    desk = a_desk(LOAN, SECOND)
    desk.ask(entry(debts=(Debt(LOAN, "loan"), Debt(SECOND, "loan"))))
    desk.day(date(2026, 11, 12))
    plan = PlanAccepted(
        person_id=PERSON,
        plan_id=uuid4(),
        accepted_on=date(2026, 11, 12),
        loans=(PlanLoan(loan_id=LOAN, part=1),),
    )
    desk.take(plan)
    (changed,) = desk.named(HoldChanged)
    assert (changed.loan_id, changed.review_on) == (LOAN, date(2026, 11, 12))
    assert ends(desk) == []


def test_it_ends_with_the_persons_death_and_the_hold_for_that_is_there_already() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    desk.day(date(2026, 11, 20))
    desk.ask(PlaceHold(PERSON, (), HoldReason.DEATH, starts_on=date(2026, 11, 18)))
    assert ends(desk) == [date(2026, 11, 19)]
    found = desk.state().moratorium(hold_id)
    assert found is not None
    assert (found.ended_on, found.end_reason) == (date(2026, 11, 18), "death")
    assert all(desk.state().frozen(LOAN, START + timedelta(days=n)).interest_and_fees for n in range(300))


def test_an_end_for_one_debt_leaves_the_others_protected() -> None:
    desk = a_desk(LOAN, SECOND)
    hold_id = desk.ask(entry(debts=(Debt(LOAN, "loan"), Debt(SECOND, "loan")))).hold_id
    desk.ask(CancelMoratorium(PERSON, hold_id, date(2026, 11, 12), "not_a_debt", (LOAN,)))
    assert desk.state().frozen(SECOND, date(2026, 12, 1)).interest_and_fees
    found = desk.state().moratorium(hold_id)
    assert found is not None
    assert found.ended_on is None
    with pytest.raises(BeforeItBegan):
        desk.ask(CancelMoratorium(PERSON, hold_id, START - timedelta(days=1), "slip"))


def test_a_creditor_asks_for_a_review_once_in_the_first_twenty_days_of_its_debt() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    desk.day(date(2026, 11, 29))
    desk.ask(AskReview(PERSON, hold_id, LOAN))
    hold = desk.state().hold(hold_id)
    assert hold is not None
    assert hold.loans[0].review_decide_by == date(2026, 12, 14)
    with pytest.raises(TooLateForReview):
        desk.ask(AskReview(PERSON, hold_id, LOAN))
    desk.ask(DecideReview(PERSON, hold_id, LOAN, stays=True))
    assert ends(desk) == []
    with pytest.raises(NoReviewAsked):
        desk.ask(DecideReview(PERSON, hold_id, LOAN, stays=False))


def test_on_the_twenty_first_day_a_creditor_asks_too_late() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    desk.day(date(2026, 11, 30))
    with pytest.raises(TooLateForReview):
        desk.ask(AskReview(PERSON, hold_id, LOAN))


def test_a_review_may_end_the_moratorium_for_the_debt() -> None:
    desk = a_desk()
    hold_id = desk.ask(entry()).hold_id
    desk.ask(AskReview(PERSON, hold_id, LOAN))
    desk.day(date(2026, 11, 15))
    desk.ask(DecideReview(PERSON, hold_id, LOAN, stays=False))
    assert ends(desk) == [date(2026, 11, 15)]


def test_a_hold_that_is_no_moratorium_has_no_such_course() -> None:
    desk = a_desk()
    hold_id = desk.ask(PlaceHold(PERSON, (LOAN,), HoldReason.ILLNESS)).hold_id
    with pytest.raises(MoratoriumUnknown):
        desk.ask(CancelMoratorium(PERSON, hold_id, START, "slip"))
    with pytest.raises(HoldUnknown):
        desk.ask(CancelMoratorium(PERSON, PERSON, START, "slip"))


def test_the_adviser_of_a_moratorium_sees_the_person_and_others_do_not() -> None:
    desk = a_desk()
    desk.ask(entry())
    anna, other = Actor("anna", Role.ADVISER), Actor("arthur", Role.ADVISER)
    assert desk.state().seen_by(anna)
    assert not desk.state().seen_by(other)
    assert desk.state().seen_by(HELEN)
    assert not desk.state().seen_by(OTHERS_OFFICER)
