"""What must not be done to people, over all four services: visits, threats, words after all was put right."""

from datetime import date, timedelta
from pathlib import Path

from shared.events.examples import LENDER
from shared.events.ledger import PaymentMissed, PaymentMissedRetracted
from shared.events.reminders import ContactSent, MisconductRefused, PersonProfiled, TreatmentExhausted
from tests.builders import a_payment
from tests.e2e.callers import callers_of
from tests.e2e.test_help_stories import told
from tests.e2e.test_ledger_stories import SIMULATED, complete, day
from tests.e2e.test_whole_path import ALL, contacts, lent, unpaid_until
from tests.e2e.world import World
from tests.harness import instant
from tests.service.reminders.helping import LOAN, OLGA, PERSON, registered

HARSH = "Pay today or we will tell your employer and your neighbours that you are a cheat."


async def test_a_visit_and_a_threat_are_refused_with_what_may_be_done_instead(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world, people)
        await unpaid_until(world, date(2026, 2, 5))
        before = await contacts(world, ContactSent)
        asked = {
            "person_id": str(PERSON),
            "lender": LENDER,
            "loan_ids": [str(LOAN)],
            "channel": "visit",
            "purpose": "demand",
        }
        refused = await people.post("reminders", "contacts/permits", OLGA, asked)
        assert (refused["permitted"], bool(refused["rule"]), bool(refused["alternatives"])) == (
            False,
            True,
            True,
        )
        judged = await people.post("reminders", "texts/check", OLGA, {"text": HARSH})
        assert {one["category"] for one in judged["findings"]} >= {"threat"}
        assert all(one["kinder"] for one in judged["findings"])
        await world.rest()
        assert [one.channel for one in await contacts(world, MisconductRefused)] == ["visit"]
        assert await contacts(world, ContactSent) == before


async def test_a_backdated_payment_takes_the_miss_back_and_nothing_more_is_said(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world, people)
        await unpaid_until(world, date(2026, 2, 4))
        await unpaid_until(world, date(2026, 2, 8))
        assert len(await told(world, "ledger-events", PaymentMissed)) == 1
        asked = [one for one in await contacts(world, ContactSent) if one.purpose.value == "help"]
        assert [one.template for one in asked] == ["missed_first"]

        in_time = a_payment("106.62", loan="L-1", reference="in-time", value_on=date(2026, 1, 30))
        await day(world, date(2026, 2, 9), in_time, complete(date(2026, 2, 8)))
        assert len(await told(world, "ledger-events", PaymentMissedRetracted)) == 1
        await unpaid_until(world, date(2026, 2, 26))
        after = [
            one for one in await contacts(world, ContactSent) if one.sent_at > instant("2026-02-09T12:05:00")
        ]
        assert {one.purpose.value for one in after} <= {"answer"}
        assert (await contacts(world, TreatmentExhausted))[-1].reason == "miss_retracted"


async def test_who_moves_is_written_to_by_the_clock_of_where_they_are(world: World, tmp_path: Path) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world, people)
        await world.publish(registered(time_zone="America/Los_Angeles", country="US", region="US-CA"))
        await world.rest()
        assert (await contacts(world, PersonProfiled))[-1].time_zones == ("America/Los_Angeles",)
        await unpaid_until(world, date(2026, 2, 5))
        await unpaid_until(world, date(2026, 2, 8))
        sent = [
            one for one in await contacts(world, ContactSent) if one.sent_at >= instant("2026-02-02T00:00:00")
        ]
        assert [one.template for one in sent] == ["missed_first"]
        west = timedelta(hours=-8)
        assert all(8 <= (one.sent_at + west).hour < 21 for one in sent)
