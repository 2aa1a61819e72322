"""What a person is told once: of a plan that lies before them, its payments, one that did not come, of
mediation, of a promise. Each on its day, each withdrawn when it is no longer so.
"""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.reminders.domain import saying
from services.reminders.domain.contact import Channel, Contact
from services.reminders.domain.person_file import Planned, Word, new_file
from services.reminders.domain.treatments import Capacity
from services.reminders.domain.words.messages import Occasion
from services.reminders.store import persons
from shared.database import transaction
from shared.events.base import Event
from shared.events.examples import LENDER
from shared.events.hardship import (
    NothingAffordable,
    PlanAccepted,
    PlanActivated,
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanDeclined,
    PlanExpired,
    PlanInstalmentMissed,
    PlanInstalmentMissedRetracted,
    PlanLoan,
    PlanProposed,
)
from shared.events.ledger import InstalmentDueSoon, LoanMoved, LoanRepaid, PaymentMissedRetracted
from shared.events.mediation import MediationDeclined, MediationOpened
from shared.events.parts import Purpose
from shared.events.reminders import ContactSent, ContactWithheld, PromiseBroken, TreatmentAssigned
from shared.money import Money
from tests.builders import an_event
from tests.service.reminders.helping import (
    ADA,
    ELSEWHERE,
    LOAN,
    OLGA,
    PERSON,
    World,
    missed,
    paid,
    registered,
)

PLAN = UUID(int=77)
NAMED: dict[str, Any] = {"person_id": PERSON, "plan_id": PLAN}
OTHER: dict[str, Any] = {"person_id": PERSON, "plan_id": UUID(int=78)}
TODAY = date(2026, 1, 6)
ACTIVATED = an_event(PlanActivated, **NAMED, loan_ids=(LOAN,))
PROPOSED = an_event(PlanProposed, **NAMED, loan_ids=(LOAN,), expires_on=date(2026, 1, 20))


def due_soon(due_on: str, unpaid: int = 10_000) -> InstalmentDueSoon:
    return InstalmentDueSoon(
        loan_id=LOAN, instalment=2, due_on=date.fromisoformat(due_on), unpaid=Money(unpaid, "CNY")
    )


def said(world: World) -> list[tuple[str | None, str]]:
    """The templates that went out, and when."""
    return [(one.template, one.sent_at.date().isoformat()) for one in world.told(ContactSent)]


async def words(world: World) -> tuple[Occasion, ...]:
    async with transaction(world.reminders.service.engine) as connection:
        found = await persons.find_person(connection, PERSON)
    assert found is not None
    return tuple(one.occasion for one in found.words)


async def test_a_plans_next_payment_is_spoken_of_three_days_before_and_once(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(ACTIVATED, due_soon("2026-01-15"))
    await world.on("2026-01-11")
    assert said(world) == []
    await world.on("2026-01-30")
    assert said(world) == [("plan_reminder", "2026-01-12")]
    (sent,) = world.told(ContactSent)
    assert sent.purpose is Purpose.PLAN


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_what_is_said_has_the_same_id_whatever_came_last(world: World, place: int) -> None:
    await world.lent()
    await world.on("2026-01-06")
    came: list[Event] = [ACTIVATED, due_soon("2026-01-15")]
    came.insert(place, registered())
    await world.publish(*came)
    await world.on("2026-01-13")
    (sent,) = world.told(ContactSent)
    assert sent.contact_id == UUID("85f879ed-9074-8165-a14d-85d0cb3cb039")


async def test_a_payment_before_the_day_makes_the_word_needless(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(ACTIVATED, due_soon("2026-01-15"), paid(on="2026-01-08"))
    assert await words(world) == ()
    await world.on("2026-01-30")
    assert said(world) == []


@pytest.mark.parametrize(("until", "template"), [("2026-01-06", None), ("2026-01-12", "miss_retracted")])
async def test_who_was_written_to_about_a_miss_that_was_none_hears_that_we_are_sorry(
    world: World, until: str, template: str | None
) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.on(until)
    before = said(world)
    assert bool(before) == bool(template)
    await world.publish(PaymentMissedRetracted(loan_id=LOAN, instalment=1, missed_event_id=UUID(int=1)))
    await world.on("2026-02-20")
    assert [one for one, _ in said(world)[len(before) :]] == ([] if template is None else [template])


async def test_an_apology_is_not_made_where_it_was_missed_after_all(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.on("2026-01-12")
    retracted = PaymentMissedRetracted(loan_id=LOAN, instalment=1, missed_event_id=UUID(int=1))
    await world.publish(retracted, missed())
    assert await words(world) == ()


async def test_what_is_left_after_a_part_is_spoken_of_anew(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(
        ACTIVATED, due_soon("2026-01-15"), paid(4_000, "2026-01-08"), due_soon("2026-01-15", 6_000)
    )
    await world.on("2026-01-30")
    assert said(world) == [("plan_reminder", "2026-01-12")]


async def test_a_loan_without_a_plan_gets_no_word_of_one(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(ACTIVATED, an_event(PlanBroken, **NAMED, loan_ids=(LOAN,)), due_soon("2026-01-15"))
    assert await words(world) == ()


async def test_a_payment_that_falls_due_tomorrow_or_today_is_not_too_late_but_too_soon(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(ACTIVATED, due_soon("2026-01-06"))
    assert await words(world) == ()
    await world.publish(due_soon("2026-01-07"))
    await world.on("2026-01-08")
    assert said(world) == [("plan_reminder", "2026-01-06")]


async def test_a_missed_payment_of_a_plan_is_a_question_first(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    missed_one = an_event(
        PlanInstalmentMissed, **NAMED, loan_id=LOAN, due_on=date(2026, 1, 2), unpaid=Money(5_000, "CNY")
    )
    await world.publish(missed(), ACTIVATED, missed_one)
    await world.on("2026-01-30")
    assert said(world) == [("plan_question", "2026-01-06")]


async def test_a_missed_payment_that_came_to_light_is_not_asked_about(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06", hour=14)  # late in the evening in Shanghai
    about: dict[str, Any] = {**NAMED, "loan_id": LOAN, "due_on": date(2026, 1, 2)}
    await world.publish(ACTIVATED, an_event(PlanInstalmentMissed, **about, unpaid=Money(5_000, "CNY")))
    assert await words(world) == (Occasion.PLAN_QUESTION,)
    await world.publish(an_event(PlanInstalmentMissedRetracted, **about))
    await world.on("2026-01-30")
    assert said(world) == []


@pytest.mark.parametrize(
    "over",
    [
        paid(5_000, "2026-01-07"),
        LoanRepaid(loan_id=LOAN, repaid_on=date(2026, 1, 7), credit=Money(0, "CNY")),
        an_event(LoanMoved, loan_id=LOAN),
    ],
    ids=["paid", "repaid", "moved"],
)
async def test_nobody_is_asked_about_a_payment_that_is_no_longer_theirs_to_make(
    world: World, over: Event
) -> None:
    await world.lent()
    await world.on("2026-01-06", hour=14)  # late in the evening in Shanghai
    about: dict[str, Any] = {**NAMED, "loan_id": LOAN, "due_on": date(2026, 1, 2)}
    await world.publish(ACTIVATED, an_event(PlanInstalmentMissed, **about, unpaid=Money(5_000, "CNY")))
    assert await words(world) == (Occasion.PLAN_QUESTION,)
    await world.publish(over)
    assert await words(world) == ()


async def test_what_waits_to_be_said_goes_with_who_is_found_to_be_the_same_person(world: World) -> None:
    await world.lent()
    await world.publish(registered("B-9", "other"))
    await world.on("2026-01-06", hour=14)
    await world.publish(PROPOSED)
    await world.post(f"persons/{ELSEWHERE}/links", {"other": str(PERSON)}, ADA)
    await world.reminders.settled()
    assert await words(world) == (Occasion.PLAN_PROPOSED,)
    async with transaction(world.reminders.service.engine) as connection:
        found = await persons.find_person(connection, PERSON)
    assert found is not None
    assert found.id == ELSEWHERE
    assert found.capacity(date(2026, 1, 7)) is Capacity.TIGHT
    name = {"lender": LENDER, "borrower_reference": "B-1"}
    await world.post(f"persons/{ELSEWHERE}/unlink", name, ADA)
    await world.reminders.settled()
    assert await words(world) == ()


async def test_who_has_not_answered_a_proposal_is_told_of_it_the_next_day(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(PROPOSED)
    await world.on("2026-01-06", hour=10)
    assert said(world) == []
    await world.on("2026-01-30")
    assert said(world) == [("plan_proposed", "2026-01-07")]


async def test_a_proposal_that_is_answered_or_over_is_not_spoken_of(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    accepted = an_event(PlanAccepted, **NAMED, loans=(PlanLoan(loan_id=LOAN, part=1),))
    for answer in (accepted, an_event(PlanDeclined, **NAMED), an_event(PlanExpired, **NAMED)):
        await world.publish(PROPOSED)
        assert Occasion.PLAN_PROPOSED in await words(world)
        await world.publish(answer)
        assert await words(world) == ()


async def test_mediation_is_offered_to_who_did_not_ask_for_it(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    case: dict[str, Any] = {
        "person_id": PERSON,
        "lender": LENDER,
        "loan_ids": (LOAN,),
        "answer_by": date(2026, 1, 20),
    }
    await world.publish(an_event(MediationOpened, **case, case_id=UUID(int=1), asked_by="borrower"))
    assert await words(world) == ()
    await world.publish(an_event(MediationOpened, **case, case_id=UUID(int=2), asked_by="lender"))
    await world.on("2026-01-07")
    assert said(world) == [("mediation_invitation", "2026-01-06")]
    await world.on("2026-01-08", hour=14)
    await world.publish(an_event(MediationOpened, **case, case_id=UUID(int=3), asked_by="lender"))
    assert await words(world) == (Occasion.MEDIATION_INVITATION,)
    await world.publish(an_event(MediationDeclined, person_id=PERSON, case_id=UUID(int=3)))
    assert await words(world) == ()


async def test_a_promise_that_was_not_kept_is_a_question_and_none_while_help_is_on_its_way(
    world: World,
) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    reply = {"words": "100 on 2026-01-12", "channel": "sms"}
    await world.post(f"persons/{PERSON}/replies", reply, OLGA)
    await world.on("2026-01-20")
    assert world.told(PromiseBroken) != []
    assert "promise_question" in [template for template, _ in said(world)]


async def test_a_word_that_the_gate_withholds_is_said_when_it_may_be(
    world: World,
) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(PROPOSED)
    await world.on("2026-01-07", hour=0)
    # One contact a day, over all: of two words on one day the second waits for the next.
    await world.publish(an_event(PlanActivated, **OTHER, loan_ids=(LOAN,)), due_soon("2026-01-10"))
    await world.on("2026-01-30")
    assert said(world) == [("plan_proposed", "2026-01-07"), ("plan_reminder", "2026-01-08")]


async def test_a_word_for_which_it_is_too_late_is_given_up_and_seen_to_be(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(PROPOSED)
    await world.on("2026-01-07", hour=0)
    await world.publish(an_event(PlanActivated, **OTHER, loan_ids=(LOAN,)), due_soon("2026-01-08"))
    await world.on("2026-01-30")
    assert said(world) == [("plan_proposed", "2026-01-07")]
    assert {(one.template, one.rule) for one in world.told(ContactWithheld)} == {
        ("plan_reminder", "floor.day")
    }
    assert await words(world) == ()


def test_what_waits_to_go_out_is_withdrawn_when_it_is_no_longer_so() -> None:
    word = Word(Occasion.PLAN_REMINDER, PLAN, LENDER, (LOAN,), TODAY, TODAY, date(2026, 1, 15))
    contact = Contact(Channel.MAIL, Purpose.PLAN, "a", LENDER, LENDER, (LOAN,))
    planned = Planned(UUID(int=1), contact, Occasion.PLAN_REMINDER, word=word)
    file = replace(new_file(PERSON), words=(word,), planned=(planned,))

    def left(**which: Any) -> tuple[int, bool]:
        after = saying.withdrawn(file, which.pop("occasions", [Occasion.PLAN_REMINDER]), **which)
        return len(after.words), after.planned[0].withdrawn

    for which in ({}, {"about": PLAN}, {"loan": LOAN}, {"due_on": date(2026, 1, 15)}):
        assert left(**which) == (0, True), which
    for other in (
        {"occasions": [Occasion.PLAN_QUESTION]},
        {"about": LOAN},
        {"loan": PLAN},
        {"due_on": date(2026, 1, 16)},
    ):
        assert left(**other) == (1, False), other


async def test_what_a_person_can_afford_decides_how_a_later_miss_is_treated(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(an_event(NothingAffordable, person_id=PERSON, loan_ids=(LOAN,)), missed())
    (first,) = world.told(TreatmentAssigned)
    assert first.reasons == ("cannot_afford_it",)


async def test_a_plan_that_was_not_broken_after_all_speaks_for_its_loan_again(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed(), ACTIVATED, an_event(PlanBroken, **NAMED, loan_ids=(LOAN,)))
    assert len(world.told(TreatmentAssigned)) == 2
    await world.publish(an_event(PlanBrokenRetracted, **NAMED, loan_ids=(LOAN,)), due_soon("2026-01-15"))
    assert await words(world) == (Occasion.PLAN_REMINDER,)
    await world.on("2026-01-30")
    assert said(world) == [("plan_reminder", "2026-01-12")]


async def test_who_kept_a_plan_to_its_end_is_treated_like_anyone(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(PROPOSED, ACTIVATED, an_event(PlanCompleted, **NAMED, loan_ids=(LOAN,)), missed())
    (first,) = world.told(TreatmentAssigned)
    assert first.reasons == ("first_miss",)
