"""Scenarios 5 to 8: several relays, lost locks, late commits, many writers. A key's events stay in order."""

import asyncio
from collections import Counter

import pytest

from shared.decision import Actor, Role
from shared.events.base import Event
from shared.events.examples import LENDER
from shared.events.ledger import LoanRegistered, PaymentApplied
from shared.events.wire import unpack_headers
from tests.chaos import naive
from tests.chaos.load import some_loans, some_payments
from tests.chaos.relays import END_LEADER, Gated, Slow, drained, fill_outbox, relaying
from tests.chaos.world import World
from tests.harness import Running
from tests.processes import eventually

PLATFORM = Actor("chaos", Role.INTEGRATOR, frozenset({LENDER}))


async def _check(world: World) -> None:
    """The ledger reads what is left, then the checker must find nothing."""
    async with world.inside("ledger"):
        await world.balances()


async def test_scenario_05_two_relays_at_once_since_the_first_lost_its_lock(ledger_only: World) -> None:
    world = ledger_only
    await fill_outbox(world, 5, 200)
    gated = Gated(world.broker())
    async with relaying(world, gated, batch_max=100) as [first]:

        async def waits() -> bool:
            return gated.sending > 0

        await eventually(waits, "the first relay stands before its send")
        assert await world.value("ledger", END_LEADER) == 1
        async with relaying(world, world.broker(), batch_max=100) as [second]:
            await drained(world)
            assert (first.leading, second.leading) == (True, True), "both believe that they lead"
            gated.open.set()

            async def again() -> bool:
                return await world.topic_end("ledger-events") >= 205 + 100

            await eventually(again, "the first relay's batch is there twice")
    await _check(world)


@pytest.mark.parametrize("payments", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
async def test_scenario_06_four_relays_and_fifty_hot_loans(ledger_only: World, payments: int) -> None:
    world = ledger_only
    await fill_outbox(world, 50, payments)
    ended = 0
    async with relaying(world, *(Slow(world.broker()) for _ in range(4)), batch_max=50) as relays:
        while await world.value("ledger", "SELECT count(*) FROM outbox"):
            ended += await world.value("ledger", END_LEADER)
            done = await world.topic_end("ledger-events")

            async def further(done: int = done) -> bool:
                left = await world.value("ledger", "SELECT count(*) FROM outbox")
                return not left or await world.topic_end("ledger-events") > done

            await eventually(further, "another relay goes on")
        assert len(relays) == 4
    assert ended > 1, "the lead changed hands"
    await _check(world)


async def test_scenario_06_the_naive_relay_is_found_out(ledger_only: World) -> None:
    world = ledger_only
    await fill_outbox(world, 5, 1_000)
    await naive.drain(world.databases["ledger"], world.broker(), workers=2)
    await drained(world)
    found = await world.check()
    assert found["out_of_order"], "two workers over one outbox lose the order, and nobody noticed"
    assert {kind for kind, what in found.items() if what} == {"out_of_order"}


@pytest.mark.parametrize("held_for_s", [1.0, pytest.param(30.0, marks=pytest.mark.long)])
async def test_scenario_07_a_late_commit_is_published(ledger_only: World, held_for_s: float) -> None:
    world = ledger_only
    slow, quick = some_loans(2)
    async with world.inside("ledger") as ledger:
        await world.publish([slow, quick])
        await world.settle()
        late = some_payments([slow], 1, name="late")
        swift = some_payments([quick], 20, name="swift")
        async with ledger.database.acquire() as blocker, blocker.transaction():
            # A batch moves its position last: so its outbox rows are written, and it cannot commit.
            await blocker.execute("SELECT 1 FROM position FOR UPDATE")
            await world.publish(late)
            await eventually(lambda: _moves_wait(ledger), "the batch waits with its rows written")
            begun = await _last_seq(ledger)
            ends = asyncio.get_running_loop().time() + held_for_s
            for payment in swift:
                await _hand_in(world, ledger, payment)
            await drained(world)
            await eventually(lambda: _past(ends), "the relay has looked past the late row", held_for_s + 5)
            assert await _last_seq(ledger) == begun + len(swift)
            assert await world.topic_end("ledger-events") == 2 + len(swift), "the late one is not there yet"
        await world.balances()
        assert await world.topic_end("ledger-events") == 3 + len(swift)


async def _past(moment: float) -> bool:
    return asyncio.get_running_loop().time() > moment


async def _moves_wait(ledger: Running) -> bool:
    statement = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND wait_event_type = 'Lock' AND query LIKE 'UPDATE position AS p SET next_offset%'"
    )
    return bool(await ledger.value(statement))


async def _last_seq(ledger: Running) -> int:
    found: int = await ledger.value("SELECT pg_sequence_last_value(pg_get_serial_sequence('outbox', 'seq'))")
    return found


async def _hand_in(world: World, ledger: Running, payment: Event) -> None:
    await ledger.submit(payment, actor=PLATFORM)
    world.acknowledged.append(payment)


async def test_scenario_08_twenty_writers_of_one_loan(ledger_only: World) -> None:
    world = ledger_only
    loan = some_loans(1)[0]
    payments = some_payments([loan], 200)
    quiet = {"role_relay": False, "role_timers": False, "role_consume": False}
    async with world.inside("ledger", **quiet) as one, world.inside("ledger", **quiet) as other:
        await _hand_in(world, one, loan)
        waiting = iter(payments)

        async def writer(replica: Running) -> None:
            for payment in waiting:
                await _hand_in(world, replica, payment)

        await asyncio.gather(*(writer(replica) for replica in (one, other) for _ in range(10)))
        assert await one.value("SELECT version FROM loan") == 201
        written = [
            dict(unpack_headers(row["headers"]))
            for row in await one.rows("SELECT headers FROM outbox ORDER BY seq")
        ]
        assert [int(headers["ce_sequence"]) for headers in written] == list(range(1, len(written) + 1))
        told = Counter(headers["ce_type"].decode() for headers in written)
        assert (told[LoanRegistered.TYPE], told[PaymentApplied.TYPE]) == (1, 200)
    async with relaying(world, world.broker()):
        await drained(world)
    await _check(world)
