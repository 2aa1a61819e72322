"""What breaks event systems, where it would reach a plan: by the numbers of the list of scenarios."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.events.hardship import (
    PlanAccepted,
    PlanActivated,
    PlanBroken,
    PlanBrokenRetracted,
    PlanWithdrawn,
)
from shared.events.ledger import ScheduleRevised
from shared.messaging.memory import MemoryBroker
from tests.builders import a_payment
from tests.databases import Databases
from tests.harness import STILL, running
from tests.service.hardship.helping import World, lent, world_of
from tests.service.hardship.test_plan_stories import TIGHT, accepting, missed, proposed


@dataclass
class Sides:
    """Hardship and a ledger, each of which may be deaf for a while: it answers questions all the same."""

    databases: Databases
    broker: MemoryBroker
    folder: Path
    urls: dict[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def both(self, *, deaf: str = "") -> AsyncIterator[World]:
        """Run both until the end of the block."""
        async with AsyncExitStack() as stack:
            services = {}
            for name in ("hardship", "ledger"):
                self.urls[name] = self.urls.get(name) or await self.databases.make(name)
                settings = {**STILL, "role_consume": name != deaf}
                services[name] = await stack.enter_async_context(
                    running(name, self.urls[name], self.broker, **settings)
                )
            both = world_of(services["hardship"], services["ledger"], self.broker, self.folder)
            world = await stack.enter_async_context(both)
            if not deaf:
                await world.rest()
            yield world


@pytest.fixture
def sides(databases: Databases, broker: MemoryBroker, tmp_path: Path) -> Sides:
    """Both, not yet running."""
    return Sides(databases, broker, tmp_path)


async def plan_at(world: World, plan_id: str) -> tuple[str, Any, Any]:
    """The plan's status, and what both sides say falls due by it."""
    shown = await world.get(f"plans/{plan_id}")
    dues = [(one["due_on"], int(Decimal(one["amount"]["amount"]) * 100)) for one in shown["loans"][0]["dues"]]
    revised = [one for one in world.ledger.published("ledger-events") if isinstance(one, ScheduleRevised)]
    told = [(one.due_on.isoformat(), one.amount.minor) for one in revised[-1].instalments]
    return shown["status"], dues, told


async def test_scenario_53_an_acceptance_and_a_change_of_mind_that_cross_with_the_confirmation(
    sides: Sides,
) -> None:
    async with sides.both() as world:
        await lent(world, "L-1")
        before = await world.ledger.value("SELECT owed_minor FROM loan")
        made = await proposed(world, await world.opened(), "longer_term", TIGHT)
    async with sides.both(deaf="ledger") as world:
        await world.post(f"plans/{made['plan_id']}/answer", accepting(made))
        await world.post(f"plans/{made['plan_id']}/withdraw")
        await world.hardship.settled()
        assert [len(world.told(kind)) for kind in (PlanAccepted, PlanWithdrawn)] == [1, 1]
    async with sides.both() as world:
        causes = [
            one.cause
            for one in world.ledger.published("ledger-events")
            if isinstance(one, ScheduleRevised) and one.plan is not None
        ]
        assert causes == ["plan", "plan_withdrawn"]
        assert (await plan_at(world, made["plan_id"]))[0] == "withdrawn"
        assert world.told(PlanActivated) == []
        assert await world.ledger.value("SELECT owed_minor FROM loan") == before


async def test_scenario_53_a_break_and_the_payments_that_undo_it_cross(sides: Sides) -> None:
    async with sides.both() as world:
        await lent(world, "L-1")
        made = await proposed(world, await world.opened(), "longer_term", TIGHT)
        await world.post(f"plans/{made['plan_id']}/answer", accepting(made))
        await world.rest()
        agreed = await plan_at(world, made["plan_id"])
        assert agreed[0] == "active"
        await missed(world, "2026-02-01", "2026-03-01", "2026-04-01")
        assert len(world.told(PlanBroken)) == 1
        assert (await plan_at(world, made["plan_id"]))[0] == "broken"
    async with sides.both(deaf="ledger") as world:
        for day, minor in agreed[1][:3]:
            amount = str(Decimal(minor) / 100)
            await world.hardship.publish(a_payment(amount, reference=day, loan="L-1", value_on=day))
        await world.hardship.settled()
        assert world.told(PlanBrokenRetracted) == []
    async with sides.both() as world:
        await world.rest()
        (undone,) = world.told(PlanBrokenRetracted)
        assert str(undone.plan_id) == made["plan_id"]
        status, dues, told = await plan_at(world, made["plan_id"])
        assert (status, dues) == agreed[:2]
        # What the ledger asks for from the break on is what the plan had asked for.
        assert set(told) <= set(agreed[2])
        assert told != []
