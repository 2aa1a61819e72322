"""Scenario 52: a simulated year over all services comes to exactly what plain reckoning says."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.decision import Role
from shared.events.base import Event
from shared.events.clock import ClockTicked
from shared.events.examples import LENDER
from shared.events.ids import loan_id, person_id
from shared.events.ledger import ArrearsCured, LoanRepaid, PaymentMissed
from shared.events.loans import LoanOpened
from shared.events.parts import Party
from shared.events.reminders import (
    ContactSent,
    DisputeRaised,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
)
from tests.builders import a_loan, a_payment, a_reversal, an_instalment, money
from tests.e2e.callers import Callers, callers_of
from tests.e2e.test_help_stories import told
from tests.e2e.test_ledger_stories import SIMULATED, complete, noon
from tests.e2e.world import World
from tests.e2e.year_model import CENTS, INSTALMENTS, LAST_DAY, LIVES, Life, due_dates, reckon
from tests.harness import instant
from tests.service.reminders.helping import ADA, CONDUCT, registered
from tests.web import bearer

ALL = ("ledger", "reminders", "hardship", "mediation")
COUNTED: dict[str, tuple[type[Event], ...]] = {
    "ledger-events": (PaymentMissed, ArrearsCured, LoanRepaid),
    "reminder-events": (PromiseMade, PromiseKept, PromiseBroken, DisputeRaised),
}


@pytest.mark.timeout(900)
async def test_scenario_52_a_simulated_year_comes_to_what_the_model_says(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await people.tell("reminders", "PUT", f"lenders/{LENDER}/conduct", ADA, CONDUCT)
        await world.publish(ClockTicked(now=instant("2026-01-02T04:00:00")))
        for life in LIVES:
            await world.publish(registered(life.name))
        await world.rest()
        await world.publish(*map(_lent, LIVES))
        await world.rest()
        on = date(2026, 1, 2)
        while on <= LAST_DAY:
            await world.live_until(noon(on))
            await world.publish(*_of_a_day(on), complete(on - timedelta(days=1)))
            await _said_on(on, world, people)
            on += timedelta(days=1)
        await world.rest()
        await _comes_to_what_the_model_says(world, people)


async def _comes_to_what_the_model_says(world: World, people: Callers) -> None:
    expected, counts = reckon(), Counter[tuple[str, str]]()
    lives = {loan_id(LENDER, one.name): one.name for one in LIVES}
    persons = {person_id(LENDER, one.name): one.name for one in LIVES}
    for topic, kinds in COUNTED.items():
        for one in await told(world, topic, *kinds):
            counts[lives[one.loan_id], one.NAME] += 1
    in_touch = {one.name for one in LIVES if one.in_touch}
    sent = [
        (persons[one.person_id], one.template) for one in await told(world, "reminder-events", ContactSent)
    ]
    contacts = Counter(one for one in sent if one[0] in in_touch)
    loans = (await people.get("ledger", "loans?limit=50", ADA))["data"]
    unpaid = sum(int(Decimal(one["unpaid"]["amount"]) * 100) for one in loans)
    assert _differing(counts, expected.counts) == {}
    assert _differing(contacts, expected.contacts) == {}
    assert unpaid == expected.unpaid_cents


def _differing(came: Counter[Any], expected: Counter[Any]) -> dict[Any, tuple[int, int]]:
    """What came otherwise than expected: how often, and how often it should have."""
    return {key: (came[key], expected[key]) for key in came | expected if came[key] != expected[key]}


def _lent(life: Life) -> LoanOpened:
    schedule = [
        an_instalment(number, amount=money(f"{CENTS / 100:.2f}"), due_on=due)
        for number, due in enumerate(due_dates(), 1)
    ]
    parties = (Party(borrower_reference=life.name),)
    return a_loan(life.name, instalments=schedule, parties=parties)


def _of_a_day(on: date) -> Iterator[Event]:
    """What the platform tells of a day's payments."""
    for life in LIVES:
        for place, one in enumerate(life.payments):
            reference = f"{life.name}-{place}"
            if one.on == on:
                amount = f"{one.cents / 100:.2f}"
                yield a_payment(amount, loan=life.name, reference=reference, value_on=on)
            if one.back_on == on:
                yield a_reversal(reference, loan=life.name, reversed_on=on)


async def _said_on(on: date, world: World, people: Callers) -> None:
    for life in LIVES:
        words = ""
        if life.promise is not None and life.promise[0] == on:
            words = f"I will pay {CENTS // 100} on {life.promise[1]}"
        if life.disputes_on == on:
            words = "I do not owe this amount, it is wrong"
        if words:
            await world.rest()
            person = person_id(LENDER, life.name)
            themselves = bearer(Role.BORROWER, str(person))
            said = {"channel": "mail", "words": words}
            await people.post("reminders", f"persons/{person}/replies", themselves, said)


def test_the_model_reckons_what_anyone_can_count() -> None:
    totals = reckon()
    misses = {name: count for (name, event), count in totals.counts.items() if event == "PaymentMissed"}
    assert (misses["stops-in-august"], misses["forgets-twice"], misses["in-two-parts"]) == (6, 2, 1)
    assert not [name for name in misses if name.startswith("punctual")]
    assert totals.applied_cents + totals.unpaid_cents == len(LIVES) * INSTALMENTS * CENTS
    assert totals.unpaid_cents == (6 + 9) * CENTS, "of who stopped, and what is disputed since April"
