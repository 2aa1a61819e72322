"""From a missed instalment to a contact, and what ends it, on a real database."""

from datetime import date
from typing import Any

from shared.events.hardship import PlanActivated, PlanBroken
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.parts import Freezes, HoldReason, Purpose
from shared.events.reminders import (
    ContactPlanned,
    ContactSent,
    ContactWithheld,
    LoanLinked,
    PersonLinked,
    PersonProfiled,
    TreatmentAssigned,
    TreatmentExhausted,
)
from tests.builders import an_event
from tests.service.reminders.helping import (
    LOAN,
    OLGA,
    PERSON,
    World,
    booked,
    cured,
    missed,
    opened,
    paid,
    registered,
)

HOLD = {
    "loan_id": LOAN,
    "hold_id": PERSON,
    "person_id": PERSON,
    "reason": HoldReason.ILLNESS,
    "freezes": Freezes(purposes=(Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP)),
    "starts_on": date(2026, 1, 6),
}


async def test_who_is_who_is_told_without_a_name(world: World) -> None:
    await world.lent()
    assert [one.person_id for one in world.told(PersonLinked)] == [PERSON]
    (profiled,) = world.told(PersonProfiled)
    assert (profiled.time_zones, profiled.country) == (("Asia/Shanghai",), "CN")
    assert [one.loan_id for one in world.told(LoanLinked)] == [LOAN]
    assert "Wei" not in str(world.reminders.published("reminder-events"))


async def test_a_miss_is_waited_out_then_help_is_offered_and_payment_ends_it(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    (assigned,) = world.told(TreatmentAssigned)
    assert assigned.reasons != ()
    await world.on("2026-01-07")
    assert world.told(ContactPlanned) == []
    await world.on("2026-01-20")
    sent = world.told(ContactSent)
    assert sent != []
    assert {one.purpose for one in sent} == {Purpose.HELP}
    assert all(one.loan_ids == (LOAN,) for one in sent)
    await world.publish(paid(on="2026-01-20"), cured("2026-01-20"))
    assert [one.reason for one in world.told(TreatmentExhausted)] == ["paid"]
    count = len(world.told(ContactSent))
    await world.on("2026-03-01")
    assert len(world.told(ContactSent)) == count


async def test_a_miss_that_is_told_before_the_platform_names_the_borrower_is_not_lost(world: World) -> None:
    await world.publish(booked(), missed())
    assert world.told(TreatmentAssigned) == []
    await world.publish(opened(), registered())
    assert [one.loan_id for one in world.told(TreatmentAssigned)] == [LOAN]


async def test_who_pays_in_the_first_days_hears_nothing(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.on("2026-01-07")
    await world.publish(paid(on="2026-01-07"), cured("2026-01-07"))
    await world.on("2026-03-01")
    assert world.told(ContactPlanned, ContactWithheld) == []


async def test_a_hold_ends_the_treatment_at_once_and_its_end_begins_one_again(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed(), HoldPlaced(**HOLD))
    assert [one.reason for one in world.told(TreatmentExhausted)] == ["hold"]
    await world.on("2026-02-01")
    assert world.told(ContactPlanned) == []
    await world.publish(HoldLifted(loan_id=LOAN, hold_id=PERSON, lifted_on=date(2026, 2, 1)))
    assert len(world.told(TreatmentAssigned)) == 2
    await world.on("2026-02-15")
    assert world.told(ContactSent) != []


async def test_a_plan_silences_treatments_until_it_is_broken(world: World) -> None:
    plan: dict[str, Any] = {"person_id": PERSON, "plan_id": LOAN, "loan_ids": (LOAN,)}
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed(), an_event(PlanActivated, **plan))
    await world.on("2026-02-10")
    assert world.told(ContactPlanned) == []
    await world.publish(an_event(PlanBroken, **plan))
    assert len(world.told(TreatmentAssigned)) == 2


async def test_nothing_is_sent_where_nobody_has_said_how_the_lender_conducts_contact(world: World) -> None:
    await world.publish(registered(), booked(), opened())
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.on("2026-01-20")
    assert world.told(ContactPlanned) != []
    assert world.told(ContactSent) == []


async def test_the_timeline_tells_what_was_done_and_why(world: World) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.on("2026-01-20")
    (first, *_) = world.told(ContactSent)
    events = (await world.get(f"persons/{PERSON}/timeline"))["data"]
    assert {"TreatmentAssigned", "ContactPlanned", "ContactSent", "permit"} <= {one["kind"] for one in events}
    why = await world.get(f"contacts/{first.contact_id}/why", OLGA)
    assert why["permitted"] is True
    assert "default@" in why["en"]
