"""What must not be done to people, over all four services: visits, threats, words after all was put right."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from shared.events.borrowers import Address, Medium
from shared.events.clock import ClockTicked
from shared.events.examples import LENDER
from shared.events.holds import HoldPlaced
from shared.events.ids import person_id
from shared.events.ledger import PaymentMissed, PaymentMissedRetracted
from shared.events.parts import Party, PartyRole
from shared.events.reminders import ContactSent, MisconductRefused, PersonProfiled, TreatmentExhausted
from tests.builders import a_payment
from tests.e2e.callers import callers_of
from tests.e2e.test_breathing_space import IN_ENGLAND, notice
from tests.e2e.test_help_stories import told
from tests.e2e.test_ledger_stories import SIMULATED, complete, day
from tests.e2e.test_whole_path import ALL, contacts, lent, unpaid_until
from tests.e2e.world import World
from tests.harness import instant
from tests.service.hardship.helping import HELEN
from tests.service.reminders.helping import ADA, CONDUCT, LOAN, OLGA, PERSON, registered
from tests.unit.ledger.test_holds import a_product, a_term_loan

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


async def test_a_backdated_payment_takes_the_miss_back_and_an_apology_is_all_that_is_said(
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
            one for one in await contacts(world, ContactSent) if one.sent_at >= instant("2026-02-09T12:00:00")
        ]
        assert [(one.purpose.value, one.template) for one in after] == [("help", "miss_retracted")]
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


async def test_one_person_with_three_lenders_is_one_person_to_all_of_them(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world, people)
        for lender in ("other", "third"):
            await people.tell("reminders", "PUT", f"lenders/{lender}/conduct", ADA, CONDUCT)
            opened = a_term_loan(
                "600.00",
                lender=lender,
                loan_reference="L-1",
                instalment_count=6,
                opened_on="2026-01-01",
                first_due_on="2026-02-01",
                parties=(Party(borrower_reference="B-1"),),
            )
            product = a_product(annual_rate=Decimal("0.12")).model_copy(update={"lender": lender})
            for event in (registered("B-1", lender), product, opened):
                await world.publish(event)
                await world.rest()
            same = {"other": str(person_id(lender, "B-1"))}
            await people.post("reminders", f"persons/{PERSON}/links", ADA, same)
            await world.rest()
        done = [complete(date(2026, 2, 3)).model_copy(update={"lender": one}) for one in ("other", "third")]
        await day(world, date(2026, 2, 4), complete(date(2026, 2, 3)), *done)
        assert len({one.loan_id for one in await told(world, "ledger-events", PaymentMissed)}) == 3
        await world.live_until(instant("2026-02-28T12:00:00"))

        late = [
            one for one in await contacts(world, ContactSent) if one.sent_at >= instant("2026-02-02T00:00:00")
        ]
        assert {one.person_id for one in late} == {PERSON}
        days = [(one.sent_at + timedelta(hours=8)).date() for one in late]
        assert len(days) == len(set(days)) > 1
        assert all(sum(timedelta(0) <= on - since < timedelta(days=7) for on in days) <= 3 for since in days)


async def test_of_two_who_borrowed_together_the_one_in_breathing_space_is_left_in_peace(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await people.tell("reminders", "PUT", f"lenders/{LENDER}/conduct", ADA, CONDUCT)
        await world.publish(ClockTicked(now=instant("2026-01-02T12:00:00")))
        both = (Party(borrower_reference="B-1"), Party(borrower_reference="B-2", role=PartyRole.JOINT))
        opened = a_term_loan(
            "1200.00",
            instalment_count=12,
            loan_reference="L-1",
            opened_on="2026-01-01",
            first_due_on="2026-02-01",
            parties=both,
        )
        mail = Address(medium=Medium.MAIL, value="mei@home.example", established=True)
        other = registered("B-2", name="Li Mei", addresses=(mail,))
        for event in (registered(**IN_ENGLAND), other, a_product(annual_rate=Decimal("0.12")), opened):
            await world.publish(event)
            await world.rest()
        await people.post("hardship", "moratoria", HELEN, notice("2026-01-02", "2026-01-03"))
        await world.rest()
        await unpaid_until(world, date(2026, 2, 4))
        await unpaid_until(world, date(2026, 2, 12))
        asked = [one for one in await contacts(world, ContactSent) if one.purpose.value != "answer"]
        assert PERSON not in {one.person_id for one in asked}
        assert {one.person_id for one in await told(world, "holds", HoldPlaced)} == {PERSON}
