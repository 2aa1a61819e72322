"""Somebody who can pay nothing: breathing space, and when it is over a small sum a month."""

from datetime import date
from pathlib import Path
from typing import Any

from shared.events.hardship import NothingAffordable, PlanActivated, PlanInstalmentKept, PlanInstalmentMissed
from shared.events.holds import HoldLifted, HoldPlaced
from shared.events.ledger import PaymentMissed
from shared.events.reminders import ContactSent
from tests.builders import a_payment
from tests.e2e.callers import callers_of
from tests.e2e.test_help_stories import told
from tests.e2e.test_ledger_stories import SIMULATED, complete, day
from tests.e2e.test_whole_path import ALL, contacts, lent
from tests.e2e.world import World
from tests.service.hardship.helping import HELEN, THEMSELVES, stated
from tests.service.reminders.helping import LOAN, PERSON

OVER = date(2026, 3, 5)
IN_ENGLAND = {"time_zone": "Europe/London", "country": "GB", "region": "GB-ENG"}


def notice(applied_on: str, starts_on: str) -> dict[str, Any]:
    """A register's notice of breathing space for the loan."""
    return {
        "person_id": str(PERSON),
        "kind": "standard",
        "register_reference": "BS-1",
        "territory": "GB-ENG",
        "adviser": "anna",
        "applied_on": applied_on,
        "starts_on": starts_on,
        "debts": [{"loan_id": str(LOAN), "kind": "loan"}],
    }


async def test_who_can_pay_nothing_has_breathing_space_and_then_pays_a_token(
    world: World, tmp_path: Path
) -> None:
    async with world.with_services(*ALL, **SIMULATED), callers_of(world, tmp_path) as people:
        await lent(world, people, "90000.00", **IN_ENGLAND)  # with sixty a month left
        opened = await people.post("hardship", f"persons/{PERSON}/cases", THEMSELVES, {"reason": "illness"})
        path = f"cases/{opened['case_id']}"
        await people.post("hardship", f"{path}/statement", THEMSELVES, stated("2600.00", "2500.00"))
        found = await people.post("hardship", f"{path}/options", THEMSELVES)
        assert (found["options"], found["next_step"]) == ([], "token_payments")
        await world.rest()
        (nothing,) = await told(world, "hardship-events", NothingAffordable)
        assert nothing.next_step == "token_payments"

        await people.post("hardship", "moratoria", HELEN, notice("2026-01-03", "2026-01-04"))
        await world.rest()
        spaces = [one for one in await told(world, "holds", HoldPlaced) if one.reason == "breathing_space"]
        assert [one.loan_id for one in spaces] == [LOAN]
        for on in (date(2026, 2, 3), date(2026, 2, 10), date(2026, 3, 3)):
            await day(world, on, complete(on))
        asked = [one for one in await contacts(world, ContactSent) if one.purpose.value != "answer"]
        assert asked == [], "nobody asks for anything in breathing space"

        await day(world, OVER, complete(OVER))
        assert spaces[0].hold_id in {one.hold_id for one in await told(world, "holds", HoldLifted)}
        token = (await people.post("hardship", f"{path}/options", THEMSELVES))["last_resort"]
        made = await people.post("hardship", f"{path}/plans", THEMSELVES, {"option": token["option"]})
        yes = {"accepted": True, "text_hash": made["text_hash"]}
        await people.post("hardship", f"plans/{made['plan_id']}/answer", THEMSELVES, yes)
        await world.rest()
        assert len(await told(world, "hardship-events", PlanActivated)) == 1

        shown = await people.get("hardship", f"plans/{made['plan_id']}", THEMSELVES)
        dues = shown["loans"][0]["dues"][:3]
        missed_before = len(await told(world, "ledger-events", PaymentMissed))
        for one in dues:
            on = date.fromisoformat(one["due_on"])
            payment = a_payment(one["amount"]["amount"], loan="L-1", reference=one["due_on"], value_on=on)
            await day(world, on, payment, complete(on))
        kept = await told(world, "hardship-events", PlanInstalmentKept)
        assert [one.due_on.isoformat() for one in kept] == [one["due_on"] for one in dues]
        assert {one["amount"]["amount"] for one in dues} == {"10.00"}
        assert await told(world, "hardship-events", PlanInstalmentMissed) == []
        assert len(await told(world, "ledger-events", PaymentMissed)) == missed_before
