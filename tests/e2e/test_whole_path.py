"""The whole path over all four services: what platforms report, and what becomes of the people concerned."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.events.base import Event
from shared.events.care import HardshipSignalled
from shared.events.clock import ClockTicked
from shared.events.examples import LENDER
from shared.events.hardship import HardshipOpened, PlanActivated, PlanInstalmentKept
from shared.events.ids import person_id
from shared.events.ledger import ArrearsCured, PaymentMissed, PaymentMissedRetracted
from shared.events.parts import Party
from shared.events.reminders import (
    ContactPlanned,
    ContactSent,
    ContactWithheld,
    PersonErased,
    TreatmentAssigned,
    TreatmentExhausted,
)
from tests.builders import a_payment, a_reversal
from tests.e2e.callers import Callers, callers_of
from tests.e2e.test_help_stories import a_plan, told
from tests.e2e.test_ledger_stories import SIMULATED, complete, day
from tests.e2e.world import World
from tests.harness import instant
from tests.service.hardship.helping import HELEN
from tests.service.reminders.helping import ADA, CONDUCT, OLGA, PERSON, THEMSELVES, registered
from tests.unit.ledger.test_holds import a_product, a_term_loan

ALL = ("ledger", "reminders", "hardship", "mediation")
CONTACTS: tuple[type[Event], ...] = (ContactPlanned, ContactSent, ContactWithheld)


async def lent(world: World, people: Callers, amount: str = "1200.00", **borrower: Any) -> None:
    """A loan at 12 %, twelve instalments from 1 February 2026 on, to somebody in Shanghai unless told
    otherwise.
    """
    await people.tell("reminders", "PUT", f"lenders/{LENDER}/conduct", ADA, CONDUCT)
    await world.publish(ClockTicked(now=instant("2026-01-02T12:00:00")))
    opened = a_term_loan(
        amount,
        instalment_count=12,
        loan_reference="L-1",
        opened_on="2026-01-01",
        first_due_on="2026-02-01",
        parties=(Party(borrower_reference="B-1"),),
    )
    for event in (
        registered(**borrower),
        a_product(annual_rate=Decimal("0.12")),
        opened,
    ):
        await world.publish(event)
        await world.rest()


async def unpaid_until(world: World, last: date) -> None:
    """Time passes, and the platform reports that it has reported all, and no payment."""
    await day(world, last, complete(last - timedelta(days=1)))


async def contacts(world: World, *kinds: type[Event]) -> list[Any]:
    """Contacts that were told of."""
    return await told(world, "reminder-events", *(kinds or CONTACTS))


async def test_illness_leads_from_a_kind_question_to_a_plan_that_is_kept_and_no_word_more(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await illness(world, people)


@pytest.mark.timeout(600)
async def test_the_same_comes_of_illness_while_two_replicas_of_each_service_are_restarted_in_turn(
    calm_world: World, tmp_path: Path
) -> None:
    world = calm_world
    async with world.with_replicas(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await illness(world, people)
        assert world.rolling is not None
        assert world.rolling.restarts == 2 * len(ALL)


async def illness(world: World, people: Callers) -> None:
    """From a missed instalment over a kind question to a plan that is kept, and no word more but of its own
    payments, once each before it falls due.
    """
    await lent(world, people)
    await unpaid_until(world, date(2026, 2, 4))
    assert len(await told(world, "ledger-events", PaymentMissed)) == 1
    assert len(await contacts(world, TreatmentAssigned)) >= 1
    before = await contacts(world, ContactSent)
    assert [one for one in before if one.sent_at >= instant("2026-02-01T00:00:00")] == []

    await unpaid_until(world, date(2026, 2, 8))
    sent = (await contacts(world, ContactSent))[len(before) :]
    assert [(one.purpose.value, one.template) for one in sent] == [("help", "missed_first")]

    reply = {"channel": "mail", "words": "我生病住院了，这个月还不上"}
    answer = await people.post("reminders", f"persons/{PERSON}/replies", THEMSELVES, reply)
    assert answer["intents"] == ["cannot_pay"]
    await world.rest()
    (signal,) = await told(world, "care-events", HardshipSignalled)
    assert signal.reason.value == "illness"
    assert len(await told(world, "hardship-events", HardshipOpened)) == 1
    (case,) = (await people.get("hardship", "cases", HELEN))["data"]

    plan = await a_plan(people, case["case_id"])
    await world.rest()
    assert len(await told(world, "hardship-events", PlanActivated)) == 1
    shown = await people.get("hardship", f"plans/{plan}", THEMSELVES)
    dues = [one for one in shown["loans"][0]["dues"] if one["due_on"] > "2026-02-08"][:2]
    for one in dues:
        on = date.fromisoformat(one["due_on"])
        amount, reference = one["amount"]["amount"], one["due_on"]
        await day(world, on, a_payment(amount, loan="L-1", reference=reference, value_on=on), complete(on))
    kept = await told(world, "hardship-events", PlanInstalmentKept)
    assert [one.due_on.isoformat() for one in kept] == [one["due_on"] for one in dues]
    asked = [one for one in await contacts(world, ContactSent) if one.purpose.value != "answer"]
    since = len(before) + len(sent)
    assert asked[len(before) : since] == sent
    assert [(one.purpose.value, one.template) for one in asked[since:]] == [("plan", "plan_reminder")] * 2
    for one, due in zip(asked[since:], kept, strict=True):
        days_before = (due.due_on - one.sent_at.date()).days
        assert 1 <= days_before <= 3


async def test_who_pays_within_days_by_themselves_hears_nothing_and_a_reversal_begins_anew(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world, people)
        await unpaid_until(world, date(2026, 2, 3))
        paid = a_payment("106.62", loan="L-1", reference="late", value_on=date(2026, 2, 3))
        await day(world, date(2026, 2, 4), paid, complete(date(2026, 2, 3)))
        assert len(await told(world, "ledger-events", ArrearsCured)) == 1
        await unpaid_until(world, date(2026, 2, 20))
        late = [
            one for one in await contacts(world, ContactSent) if one.sent_at >= instant("2026-02-01T00:00:00")
        ]
        assert late == []
        assert (await contacts(world, TreatmentExhausted))[-1].reason == "paid"

        back = a_reversal("late", loan="L-1", reversed_on=date(2026, 2, 20))
        await day(world, date(2026, 2, 21), back, complete(date(2026, 2, 20)))
        await unpaid_until(world, date(2026, 2, 24))
        assert (await contacts(world, TreatmentAssigned))[-1].loan_id == paid.loan_id
        assert [one.purpose.value for one in await contacts(world, ContactSent)][-1] == "help"


async def test_a_feed_that_is_late_makes_nobody_who_paid_hear_of_a_miss(world: World, tmp_path: Path) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world, people)
        await day(world, date(2026, 2, 1), complete(date(2026, 1, 31)))
        await day(world, date(2026, 2, 12))
        assert await told(world, "ledger-events", PaymentMissed) == []
        paid = a_payment("106.62", loan="L-1", reference="p1", value_on=date(2026, 2, 1))
        await day(world, date(2026, 2, 13), paid, complete(date(2026, 2, 12)))
        await day(world, date(2026, 2, 20))
        assert await told(world, "ledger-events", PaymentMissed, PaymentMissedRetracted) == []
        late = [
            one for one in await contacts(world, ContactSent) if one.sent_at >= instant("2026-02-01T00:00:00")
        ]
        assert late == []


async def test_who_is_forgotten_is_forgotten_everywhere_and_the_books_still_add_up(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world, people)
        await unpaid_until(world, date(2026, 2, 4))
        balance = await world.services["ledger"].rows("SELECT owed_minor FROM loan")
        await people.post("reminders", f"persons/{PERSON}/erasure", OLGA)
        await world.rest()
        assert len(await contacts(world, PersonErased)) == 1
        assert await world.services["ledger"].rows("SELECT owed_minor FROM loan") == balance
        before = await contacts(world)
        await unpaid_until(world, date(2026, 2, 12))
        assert await contacts(world) == before
        assert person_id(LENDER, "B-1") == PERSON
