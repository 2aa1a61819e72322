"""What becomes of people who cannot pay, over ledger, hardship and mediation, as simulated days pass."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from shared.events.base import Event
from shared.events.care import Circumstance, HardshipSignalled
from shared.events.clock import ClockTicked
from shared.events.hardship import HardshipClosed, HardshipOpened, PlanActivated, PlanInstalmentKept
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.ledger import InstalmentDueSoon, PaymentMissed, ScheduleRevised
from shared.events.mediation import MediationClosed, SettlementReached
from shared.events.reminders import DisputeRaised, MediationRequested
from tests.builders import a_payment
from tests.e2e.callers import Callers, callers_of
from tests.e2e.test_ledger_stories import SIMULATED, complete, day
from tests.e2e.world import World
from tests.harness import instant
from tests.service.hardship.helping import HELEN, LOANS, OLGA, PERSON, THEMSELVES, linked, profiled, stated
from tests.service.mediation.client import ADA, KNOWN, MEDIATOR, MIRA
from tests.unit.ledger.test_holds import a_product, a_term_loan

LOAN = LOANS["L-1"]
SERVICES = ("ledger", "hardship", "mediation")


async def lent(world: World) -> None:
    """A loan at 12 %, twelve instalments from 1 February 2026 on."""
    opened = {"loan_reference": "L-1", "opened_on": "2026-01-01", "first_due_on": "2026-02-01"}
    await world.publish(ClockTicked(now=instant("2026-01-02T12:00:00")))
    # In this order, as a platform does: a loan waits for its product, a hold for its loan.
    for event in (
        a_product(annual_rate=Decimal("0.12")),
        a_term_loan("1200.00", instalment_count=12, **opened),
    ):
        await world.publish(event)
        await world.rest()
    await world.publish(profiled(), linked(LOAN))
    await world.rest()


async def told(world: World, topic: str, *kinds: type[Event]) -> list[Any]:
    """What was told of these kinds on a topic."""
    return [event for event, _ in await world.events(topic) if isinstance(event, kinds)]


async def test_one_who_has_lost_their_job_says_so_gets_a_plan_that_fits_and_keeps_it(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*SERVICES, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world)
        await world.publish(
            HardshipSignalled(
                person_id=PERSON,
                signal_id=UUID(int=1),
                reason=Circumstance.JOB_LOSS,
                source="reply",
                signalled_at=instant("2026-01-02T12:00:00"),
            )
        )
        await world.rest()
        (opened,) = await told(world, "hardship-events", HardshipOpened)
        assert [one.loan_id for one in await told(world, "holds", HoldPlaced)] == [LOAN]

        plan = await a_plan(people, str(opened.case_id))
        await world.rest()
        shown = await people.get("hardship", f"plans/{plan}", THEMSELVES)
        assert shown["status"] == "active"
        assert len(await told(world, "hardship-events", PlanActivated)) == 1
        assert await told(world, "ledger-events", ScheduleRevised) != []
        assert len(await told(world, "holds", HoldLifted)) == 1
        assert [one.outcome for one in await told(world, "hardship-events", HardshipClosed)] == ["plan"]

        dues = shown["loans"][0]["dues"][:2]
        for one in dues:
            due_on = date.fromisoformat(one["due_on"])
            payment = a_payment(one["amount"]["amount"], loan="L-1", reference=one["due_on"], value_on=due_on)
            await day(world, due_on, payment, complete(due_on))
        kept = await told(world, "hardship-events", PlanInstalmentKept)
        assert [one.due_on.isoformat() for one in kept] == [one["due_on"] for one in dues]
        assert await told(world, "ledger-events", PaymentMissed) == []


async def a_plan(people: Callers, case: str) -> str:
    """Income and spending stated, the first option that needs nobody's approval chosen, and accepted."""
    await people.post("hardship", f"cases/{case}/statement", THEMSELVES, stated("2600.00", "2480.00"))
    options = (await people.post("hardship", f"cases/{case}/options", THEMSELVES))["options"]
    chosen = next(one["option"] for one in options if not one["needs_approval"])
    made = await people.post("hardship", f"cases/{case}/plans", THEMSELVES, {"option": chosen})
    answer = {"accepted": True, "text_hash": made["text_hash"]}
    await people.post("hardship", f"plans/{made['plan_id']}/answer", THEMSELVES, answer)
    return str(made["plan_id"])


async def test_a_dispute_stands_still_is_mediated_and_its_settlement_becomes_the_loans_new_schedule(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*SERVICES, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world)
        await people.tell("mediation", "PUT", f"mediators/{MEDIATOR}", ADA, KNOWN)
        await world.publish(
            DisputeRaised(
                person_id=PERSON,
                dispute_id=uuid4(),
                loan_id=LOAN,
                reason="amount",
                raised_at=instant("2026-01-02T12:00:00"),
            ),
            MediationRequested(
                person_id=PERSON,
                request_id=uuid4(),
                loan_ids=(LOAN,),
                requested_at=instant("2026-01-02T12:00:00"),
            ),
        )
        await world.rest()
        assert {one.loan_id for one in await told(world, "holds", HoldPlaced)} == {LOAN}

        (case,) = (await people.get("mediation", "cases", ADA))["data"]
        await a_settlement(people, f"cases/{case['case_id']}")
        await world.rest()
        assert len(await told(world, "mediation-events", SettlementReached)) == 1
        (closed,) = await told(world, "mediation-events", MediationClosed)
        assert closed.outcome == "settled"
        assert len(await told(world, "hardship-events", PlanActivated)) == 1
        (revised,) = await told(world, "ledger-events", ScheduleRevised)
        amounts = [str(one.amount) for one in revised.instalments]
        assert (amounts[:3], len(set(amounts[3:-1]))) == (["12.34 CNY"] * 3, 1)
        await day(world, date(2026, 2, 1))
        soon = await told(world, "ledger-events", InstalmentDueSoon)
        assert [(one.due_on, str(one.unpaid)) for one in soon] == [(date(2026, 2, 1), "12.34 CNY")]


async def a_settlement(people: Callers, case: str) -> None:
    """Both take part, both state their view, the lender offers small payments, the person agrees."""
    await people.post("hardship", f"persons/{PERSON}/cases", THEMSELVES, {"reason": "job_loss"})
    (helped,) = (await people.get("hardship", "cases", HELEN))["data"]
    given = stated("4600.00", "2000.00")
    await people.post("hardship", f"cases/{helped['case_id']}/statement", THEMSELVES, given)
    for who in (THEMSELVES, OLGA):
        await people.post("mediation", f"{case}/consent", who, {"agreed": True})
    await people.post("mediation", f"{case}/take-up", MIRA)
    for who in (THEMSELVES, OLGA):
        await people.post("mediation", f"{case}/statements", who, {"text": "This is how we see it."})
    phase = {
        "kind": "token_payments",
        "effective_on": "2026-02-01",
        "ends_on": "2026-04-30",
        "amount": {"amount": "12.34", "currency": "CNY"},
    }
    offer = {"loans": [{"loan_id": str(LOAN), "phases": [phase]}]}
    made = await people.post("mediation", f"{case}/offers", OLGA, offer)
    answer = {"accepted": True}
    await people.post("mediation", f"{case}/offers/{made['offer_id']}/answer", THEMSELVES, answer)
