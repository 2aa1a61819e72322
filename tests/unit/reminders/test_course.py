"""A person's story, from a missed instalment to what follows from their answer."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.reminders.adapters.treatments import load_catalogue
from services.reminders.domain import course as going
from services.reminders.domain.answers import Owed, Reply, follow
from services.reminders.domain.contact import Channel
from services.reminders.domain.course import About, Course, Look, Missed, Turn
from services.reminders.domain.orders import AnswerWith, Ask, HoldNow, Task
from services.reminders.domain.promises import Payment
from services.reminders.domain.treatments import Closing, Opening
from services.reminders.domain.words.intents import read
from services.reminders.domain.words.languages import SPEECHES
from services.reminders.domain.words.messages import Occasion
from shared.events.base import Event
from shared.events.care import Circumstance, HardshipSignalled
from shared.events.parts import HoldReason
from shared.events.reminders import (
    BorrowerReplied,
    PromiseBroken,
    PromiseBrokenRetracted,
    PromiseKept,
    PromiseKeptRetracted,
    PromiseMade,
    TreatmentAssigned,
    TreatmentExhausted,
)
from shared.money import Money

CATALOGUE = load_catalogue()
PERSON, CAR, SOFA = UUID(int=9), UUID(int=1), UUID(int=2)
DUE, ACME = date(2026, 3, 2), About("acme")


def on(day: int) -> date:
    return DUE + timedelta(days=day)


def event_id(place: int) -> UUID:
    return UUID(int=1_000 + place)


def late(course: Course = Course(PERSON), instalment: int = 1) -> Turn:  # noqa: B008  # frozen
    return going.missed(course, Missed(CAR, instalment, DUE), ACME, on(1), CATALOGUE)


def look(course: Course, day: int) -> Look:
    return going.look(course, on(day), CATALOGUE, event_id)


def answer(course: Course, text: str, day: int) -> tuple[Turn, Sequence[object]]:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(days=day)
    owed = (Owed(CAR, Money(30_000, "EUR"), DUE),)
    reply = Reply(UUID(int=77), PERSON, Channel.SMS, "mobile", at, on(day), owed)
    return going.replied(course, follow(reply, read(text, on(day), SPEECHES, "DE")), on(day), ())


def named(events: Sequence[Event]) -> list[type[Event]]:
    return [type(one) for one in events]


def exhausted(events: Sequence[Event]) -> list[str]:
    return [one.reason for one in events if isinstance(one, TreatmentExhausted)]


def test_a_miss_is_waited_for_help_is_offered_and_who_lost_their_job_is_asked_for_nothing_more() -> None:
    course, told = late()
    (assigned,) = told
    assert isinstance(assigned, TreatmentAssigned)
    assert (assigned.treatment, assigned.reasons) == ("first_miss", ("first_miss",))

    for day in range(1, 4):
        assert look(course, day).wanted == ()
    assert course.next_day(on(1), CATALOGUE) == on(4)
    (wanted,) = look(course, 4).wanted
    assert wanted.step.occasion is Occasion.MISSED_FIRST
    course = going.contacted(course, wanted, on(4), CATALOGUE)

    turn, orders = answer(course, "Sorry, I lost my job", 5)
    assert named(turn.events) == [BorrowerReplied, HardshipSignalled, TreatmentExhausted]
    assert [one.reason for one in turn.events if isinstance(one, HardshipSignalled)] == [
        Circumstance.JOB_LOSS
    ]
    assert exhausted(turn.events) == ["hardship"]
    assert orders == (AnswerWith(Occasion.ANSWER_CANNOT_PAY),)
    assert [look(turn.course, day).wanted for day in range(5, 90)] == [()] * 85
    assert turn.course.next_day(on(5), CATALOGUE) is None
    assert going.missed(turn.course, Missed(CAR, 2, on(30)), ACME, on(31), CATALOGUE).events == ()


def test_what_is_late_when_help_has_ended_is_treated_again() -> None:
    course = going.closed(late().course, [CAR], Closing.HARDSHIP).course
    turn = going.reopened(course, [CAR], Closing.HARDSHIP, {CAR: ACME, SOFA: ACME}, on(50), CATALOGUE)
    assert [one.treatment for one in turn.events if isinstance(one, TreatmentAssigned)] == ["long_arrears"]


def test_a_payment_ends_everything_about_its_loan() -> None:
    turn = going.cured(late().course, CAR)
    assert exhausted(turn.events) == ["paid"]
    assert look(turn.course, 4).wanted == ()


def test_a_reversed_payment_brings_back_what_had_been_missed() -> None:
    course = going.cured(late().course, CAR).course
    turn = going.not_cured(course, CAR, ACME, on(20), CATALOGUE)
    assert named(turn.events) == [TreatmentAssigned]
    assert (turn.course.missed, turn.course.cures) == (late().course.missed, 0)
    assert going.not_cured(turn.course, CAR, ACME, on(20), CATALOGUE) == Turn(turn.course)


def test_a_miss_that_was_none_ends_the_treatment_and_is_not_held_against_anyone() -> None:
    turn = going.not_missed(late().course, CAR, 1)
    assert exhausted(turn.events) == ["miss_retracted"]
    assert (turn.course.misses, turn.course.missed) == (0, ())
    assert going.not_missed(turn.course, CAR, 1) == Turn(turn.course)


def test_a_second_missed_instalment_begins_nothing_anew() -> None:
    course = late().course
    second = going.missed(course, Missed(CAR, 2, on(30)), ACME, on(31), CATALOGUE)
    assert second.course.treating.running[0].due_on == DUE
    assert late(course) == Turn(course)


def test_who_missed_before_or_may_miss_gets_a_word_before_the_due_date() -> None:
    before = going.due_soon(Course(PERSON), CAR, on(30), ACME, on(23), CATALOGUE)
    assert before.events == ()
    course = going.assessed(Course(PERSON), CAR, [Opening.EARLY_CONTACT]).course
    turn = going.due_soon(course, CAR, on(30), ACME, on(23), CATALOGUE)
    assert named(turn.events) == [TreatmentAssigned]
    assert look(turn.course, 25).wanted[0].step.occasion is Occasion.REMINDER_BEFORE_DUE
    known = going.cured(late().course, CAR).course
    assert named(going.due_soon(known, CAR, on(30), ACME, on(23), CATALOGUE).events) == [TreatmentAssigned]


def test_nobody_who_is_late_is_reminded_of_what_falls_due_next() -> None:
    course = late().course
    assert going.due_soon(course, CAR, on(30), ACME, on(23), CATALOGUE) == Turn(course)


def test_a_promise_keeps_all_quiet_and_then_is_kept() -> None:
    turn, _ = answer(late().course, "I will pay 300 euros on 10 March", 3)
    assert PromiseMade in named(turn.events)
    assert [bool(look(turn.course, day).wanted) for day in range(3, 12)] == [False] * 9
    ahead = look(turn.course, 7)
    assert [one.due_on for one in ahead.remind] == [on(8)]
    course = going.reminded(ahead.course, ahead.remind[0].id)
    assert look(course, 7).remind == ()
    course = going.paid(course, Payment(UUID(int=50), CAR, on(8), Money(30_000, "EUR"))).course
    assert named(look(course, 8).events) == [PromiseKept]


def test_a_broken_promise_is_told_once_and_taken_back_when_the_payment_is_found() -> None:
    course = answer(late().course, "I will pay 300 euros on 10 March", 3)[0].course
    broken = look(course, 20)
    assert named(broken.events) == [PromiseBroken]
    assert look(broken.course, 21).events == ()
    course = going.paid(broken.course, Payment(UUID(int=50), CAR, on(8), Money(30_000, "EUR"))).course
    found = look(course, 25)
    taken_back, kept = found.events
    assert isinstance(taken_back, PromiseBrokenRetracted)
    assert taken_back.broken_event_id == event_id(0)
    assert isinstance(kept, PromiseKept)
    nothing_kept = going.not_paid(found.course, UUID(int=50), Money(0, "EUR")).course
    assert named(look(nothing_kept, 26).events) == [PromiseKeptRetracted, PromiseBroken]


def test_a_payment_said_to_be_made_is_waited_for() -> None:
    turn, orders = answer(late().course, "I paid yesterday", 3)
    assert Ask(Task.FIND_PAYMENT) in orders
    assert [bool(look(turn.course, day).wanted) for day in (4, 10, 11)] == [False, False, True]


def test_a_dispute_closes_its_loan_and_is_held_by_the_gate() -> None:
    turn, orders = answer(late().course, "I dispute this", 3)
    assert exhausted(turn.events) == ["dispute"]
    assert HoldNow(HoldReason.DISPUTE, frozenset({CAR})) in orders


def test_a_loan_that_is_repaid_is_spoken_of_no_more_and_keeps_its_promises() -> None:
    course = answer(late().course, "I will pay 300 euros on 10 March", 3)[0].course
    turn = going.gone(course, CAR, on(5))
    assert exhausted(turn.events) == ["loan_gone"]
    assert named(look(turn.course, 5).events) == [PromiseKept]


def test_nothing_is_told_of_a_promise_for_a_loan_that_is_anothers_now() -> None:
    course = answer(late().course, "I will pay 300 euros on 10 March", 3)[0].course
    turn = going.gone(course, CAR)
    assert exhausted(turn.events) == ["loan_gone"]
    assert look(turn.course, 40).events == ()


def test_a_loan_that_is_not_repaid_after_all_asks_for_its_promises_again() -> None:
    course = answer(late().course, "I will pay 300 euros on 10 March", 3)[0].course
    course = going.owed_again(look(going.gone(course, CAR, on(5)).course, 5).course, CAR).course
    assert named(look(course, 6).events) == [PromiseKeptRetracted]


def test_a_contact_that_the_gate_withholds_is_wanted_on_the_day_it_names() -> None:
    course = late().course
    (wanted,) = look(course, 4).wanted
    course = going.withheld(course, wanted, on(7))
    assert [bool(look(course, day).wanted) for day in (4, 6, 7)] == [False, False, True]
