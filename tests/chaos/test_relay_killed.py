"""Scenarios 1 to 4: the process dies between commit, send and deletion; all still counts, and once."""

import asyncio
import random

import pytest

from shared.faults import FaultPoint
from tests.chaos.load import some_loans, some_payments
from tests.chaos.relays import drained, fill_outbox, relaying
from tests.chaos.world import PAYMENTS, World
from tests.processes import eventually

OUTBOX = "SELECT count(*) FROM outbox"


async def _topic_has(world: World, least: int) -> None:
    async def there() -> bool:
        return await world.topic_end("ledger-events") >= least

    await eventually(there, f"{least} records on ledger-events")


async def test_scenario_01_killed_after_the_commit_and_before_the_send(world: World) -> None:
    loans = some_loans(1)
    payment = some_payments(loans, 1)[0]
    http = world.http()
    # Without its relay, which might be quicker than the fall.
    quiet = {"role_consume": False, "role_relay": False}
    first = await world.start("ledger", fault=f"{FaultPoint.AFTER_DB_COMMIT}:2", **quiet)
    await http.hand_in(first.url, loans)
    assert await http.once(first.url, payment) == 0, "the process died before it could answer"
    await first.fell()
    assert (await world.value("ledger", PAYMENTS), await world.value("ledger", OUTBOX)) == (1, 2)
    assert await world.topic_end("ledger-events") == 0
    async with world.serving() as second, world.inside("followup"):
        await http.hand_in(second, [payment])
        assert http.replayed == 1, "the answer was that of the first attempt"
        await world.balances()


async def test_scenario_02_killed_before_the_commit(world: World) -> None:
    loans = some_loans(1)
    payment = some_payments(loans, 1)[0]
    http = world.http()
    first = await world.start("ledger", fault=f"{FaultPoint.BEFORE_DB_COMMIT}:2", role_consume=False)
    await http.hand_in(first.url, loans)
    await drained(world)
    assert await http.once(first.url, payment) == 0
    await first.fell()
    assert (await world.value("ledger", PAYMENTS), await world.value("ledger", OUTBOX)) == (0, 0)
    async with world.serving() as second, world.inside("followup"):
        await http.hand_in(second, [payment])
        assert http.replayed == 0, "nothing had been done before"
        assert await world.value("ledger", PAYMENTS) == 1
        await world.balances()


async def test_scenario_03_killed_after_the_acknowledgement_and_before_the_deletion(world: World) -> None:
    await fill_outbox(world, 3, 30)
    relay = world.launch("ledger", fault=FaultPoint.AFTER_KAFKA_ACK, role_consume=False, role_timers=False)
    await relay.fell()
    assert await world.value("ledger", OUTBOX) == 33, "nothing was deleted"
    await _topic_has(world, 33)
    async with world.inside("followup") as followup:

        async def read() -> bool:
            # A repetition within one batch would be dropped there; what comes later meets the inbox.
            return bool(await followup.value("SELECT sum(payments) = 30 FROM followup"))

        await eventually(read, "the second service has applied what came first")
        async with relaying(world, world.broker()):
            await drained(world)
        assert await world.topic_end("ledger-events") == 66, "all was sent again"
        async with world.inside("ledger"):
            await world.balances()
        assert await followup.value("SELECT count(*) FROM inbox") == 33
        dropped = followup.service.metrics.duplicates_dropped
        assert sum(sample.value for metric in dropped.collect() for sample in metric.samples) >= 33


async def test_scenario_04_killed_halfway_through_the_acknowledgements(world: World) -> None:
    await fill_outbox(world, 5, 95)
    environment = world.environment("ledger")
    relay = world.run_module("tests.chaos.halfway", environment, "halfway")
    await relay.fell()
    assert relay.said("dying_halfway") == 1
    assert (await world.topic_end("ledger-events"), await world.value("ledger", OUTBOX)) == (50, 100)
    async with relaying(world, world.broker()):
        await drained(world)
    assert await world.topic_end("ledger-events") == 150, "the acknowledged half was sent again"
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances()


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_scenario_04_killed_at_any_moment_of_a_long_drain(world: World) -> None:
    dice = random.Random(4)
    await fill_outbox(world, 1_000, 20_000)
    killed = 0
    while await world.value("ledger", OUTBOX):
        before = await world.topic_end("ledger-events")
        relay = await world.start("ledger", role_consume=False, role_timers=False)
        await _topic_has(world, before + 1)
        await asyncio.sleep(dice.random() / 4)  # a moment that nobody chose is what is tried here
        if await world.value("ledger", OUTBOX):
            killed += 1
        await relay.kill()
    assert killed
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances(within_s=300)
