"""What breaks event systems, where it would reach a person: by the numbers of the list of scenarios."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.events.base import Event
from shared.events.clock import ClockTicked
from shared.events.holds import HoldPlaced
from shared.events.parts import Freezes, HoldReason, Purpose
from shared.events.reminders import (
    ContactPlanned,
    ContactSent,
    ContactWithheld,
    TreatmentAssigned,
    TreatmentExhausted,
)
from shared.messaging.memory import MemoryBroker
from tests.databases import Databases
from tests.harness import STILL, running, until
from tests.service.reminders.helping import (
    LOAN,
    PERSON,
    World,
    booked,
    cured,
    missed,
    opened,
    paid,
    registered,
    world_of,
)

NIGHT_ENDS, NIGHT_BEGINS = 9, 19
HOLD = HoldPlaced(
    loan_id=LOAN,
    hold_id=PERSON,
    person_id=PERSON,
    reason=HoldReason.ILLNESS,
    freezes=Freezes(purposes=(Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP)),
    starts_on=date(2026, 1, 6),
)


@asynccontextmanager
async def one_that_does_not_send(url: str, broker: MemoryBroker) -> AsyncIterator[World]:
    """Reminders whose dispatcher stands still: what it would send waits."""
    idle = {**STILL, "role_dispatch": False}
    async with running("reminders", url, broker, **idle) as service, world_of(service) as world:
        yield world


@asynccontextmanager
async def one_that_sends(url: str, broker: MemoryBroker) -> AsyncIterator[World]:
    """Reminders on the same database, with its dispatcher."""
    async with running("reminders", url, broker, **STILL) as service, world_of(service) as world:
        yield world


async def _planned(world: World) -> None:
    """A contact is planned, and not sent yet."""
    await world.lent()
    await world.publish(ClockTicked(now=datetime(2026, 1, 6, 4, tzinfo=UTC)), missed())
    await world.publish(ClockTicked(now=datetime(2026, 1, 10, 4, tzinfo=UTC)))

    async def planned() -> bool:
        return len(world.told(ContactPlanned)) == 1

    await until(planned, "a contact is planned")
    await world.reminders.settled()


@pytest.mark.parametrize(
    ("told", "rule"),
    [([paid(on="2026-01-10"), cured("2026-01-10")], "nothing_owed"), ([HOLD], None)],
    ids=["49-paid", "54-hold"],
)
async def test_scenarios_49_and_54_what_is_known_at_the_moment_of_sending_counts(
    databases: Databases, broker: MemoryBroker, told: list[Event], rule: str | None
) -> None:
    url = await databases.make("reminders")
    async with one_that_does_not_send(url, broker) as world:
        await _planned(world)
        await world.publish(*told)
    async with one_that_sends(url, broker) as world:
        await world.rest(datetime(2026, 1, 10, 4, tzinfo=UTC))
        assert world.told(ContactSent) == []
        (withheld,) = world.told(ContactWithheld)
        assert rule in (None, withheld.rule)
        assert await world.reminders.value("SELECT count(*) FROM send") == 0


async def test_what_the_service_itself_is_about_to_send_is_nobodys_to_give_back(
    databases: Databases, broker: MemoryBroker
) -> None:
    async with one_that_does_not_send(await databases.make("reminders"), broker) as world:
        await _planned(world)
        (planned,) = world.told(ContactPlanned)
        path = f"contacts/{planned.contact_id}"
        await world.tell("DELETE", path, expected=404)
        await world.tell("PUT", f"{path}/outcome", {"outcome": "not_connected"}, expected=404)


async def test_scenario_49_a_payment_that_comes_just_before_the_contact_leaves_nothing_to_say(
    world: World,
) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    await world.at(datetime(2026, 1, 9, 0, 59, 59, tzinfo=UTC))
    await world.publish(paid(on="2026-01-09"), cured("2026-01-09"))
    await world.on("2026-01-09")
    assert world.told(ContactPlanned) == []
    assert [one.reason for one in world.told(TreatmentExhausted)] == ["paid"]


async def test_scenario_28_what_comes_before_its_loan_is_kept_and_counts_once_it_is_there(
    world: World,
) -> None:
    await world.reminders.publish(missed())
    await world.reminders.settled()
    assert await world.reminders.value("SELECT count(*) FROM held WHERE status = 'waiting'") == 1
    await world.publish(registered(), opened(), booked())
    assert await world.reminders.value("SELECT count(*) FROM held") == 0
    assert [one.loan_id for one in world.told(TreatmentAssigned)] == [LOAN]


@pytest.mark.parametrize(
    ("zone", "due_on", "jumps_to"),
    [
        ("America/New_York", "2026-03-03", "2026-03-08T06:30"),  # the hour from two to three is left out
        ("America/New_York", "2026-10-27", "2026-11-01T05:30"),  # the hour from one to two comes twice
        ("Asia/Shanghai", "2026-03-03", "2026-03-08T18:30"),
        ("Pacific/Apia", "2026-03-03", "2026-03-09T10:00"),
    ],
)
async def test_scenario_51_a_clock_that_jumps_into_the_night_wakes_nobody(
    world: World, zone: str, due_on: str, jumps_to: str
) -> None:
    await world.lent()
    await world.publish(registered(time_zone=zone, country=None))
    jump = datetime.fromisoformat(jumps_to).replace(tzinfo=UTC)
    due = date.fromisoformat(due_on)
    await world.publish(ClockTicked(now=datetime(due.year, due.month, due.day, 15, tzinfo=UTC)))
    await world.publish(missed(due_on))
    await world.publish(ClockTicked(now=jump))
    await world.rest(jump)
    assert world.told(ContactSent) == []
    await world.at(jump + timedelta(days=4))
    sent = [one.sent_at.astimezone(ZoneInfo(zone)) for one in world.told(ContactSent)]
    assert sent != []
    assert all(NIGHT_ENDS <= one.hour < NIGHT_BEGINS for one in sent)
