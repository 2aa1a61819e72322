"""Scenarios 11, 12, 14 and 16: the only broker is down, frozen, out of step with us, or closed to us."""

import asyncio
import secrets
import signal
import time
from collections.abc import Callable

import pytest

from shared.provisioning import Grant, Login
from tests.chaos.load import a_story, some_loans
from tests.chaos.relays import Spending, drained, fill_outbox, relaying
from tests.chaos.world import LOAN_EVENTS, MakeWorld, World
from tests.infra.embedded import Breakable
from tests.processes import eventually

READ_BY_THE_LEDGER = (LOAN_EVENTS, "hardship-events", "holds", "reminder-events", "clock")
OUTBOX = "SELECT count(*) FROM outbox"
STOPS_WITHIN_S = 20.0


@pytest.fixture(scope="module")
def servers(breakable: Callable[..., Breakable]) -> Breakable:
    return breakable(nodes=1, durable=True)


async def _doubts(world: World, log_line: str, least: int = 1) -> None:
    async def there() -> bool:
        return world.processes[-1].said(log_line) >= least

    await eventually(there, f"the relay says {log_line}")


@pytest.mark.parametrize("payments", [40, pytest.param(3_000, marks=pytest.mark.long)])
async def test_scenario_11_the_broker_is_down_under_load(
    servers: Breakable, make_world: MakeWorld, payments: int
) -> None:
    world = await make_world(servers, services=("ledger",))
    story = a_story(4, payments)
    process = await world.start("ledger", send_deadline_s=2)
    http = world.http()
    await http.hand_in(process.url, story[:4])
    await drained(world)
    await servers.kill(1)
    try:
        await http.hand_in(process.url, story[4:], within_s=240)
        assert set(http.statuses) == {202}, "every write was taken at the first attempt"
        assert await world.value("ledger", OUTBOX) == payments, "the outbox holds what it cannot publish"
        assert (await process.readiness())[0] == 200, "without Kafka it is ready all the same"
        began = time.monotonic()
        process.signal(signal.SIGTERM)
        # The server hands the signal on to the system once all is done: so that is how the process ends.
        assert await process.ended(STOPS_WITHIN_S + 10) in (0, -signal.SIGTERM)
        assert time.monotonic() - began < STOPS_WITHIN_S, "it ended within its budget"
        assert process.said("service_stopped") == 1
    finally:
        await servers.restart(1)
    async with world.inside("ledger"):
        await world.balances()


async def test_scenario_12_the_broker_stands_still_so_that_the_outcome_is_unknown(
    servers: Breakable, make_world: MakeWorld
) -> None:
    world = await make_world(servers)
    story = a_story(4, 60)
    process = await world.start("ledger", send_deadline_s=1.5, role_consume=False)
    http = world.http()
    await http.hand_in(process.url, story[:20])
    await drained(world)
    await servers.pause(1)
    try:
        await http.hand_in(process.url, story[20:])
        assert await world.value("ledger", OUTBOX) == 44
        await _doubts(world, "send_in_doubt")
        # A new one cannot be made either, as long as nothing answers.
        await _doubts(world, "producer_not_started")
    finally:
        await servers.resume(1)
    await drained(world)
    assert await process.metric("relay_producers_total") >= 2, "the producer in doubt was thrown away"
    await process.kill()
    async with world.inside("ledger"), world.inside("followup"):
        await world.balances()


async def test_scenario_14_the_producer_is_out_of_step_with_the_broker(
    servers: Breakable, make_world: MakeWorld
) -> None:
    world = await make_world(servers, services=("ledger",))
    await fill_outbox(world, 4, 96)
    spending = Spending(world.broker(), partitions=2)
    async with relaying(world, spending, batch_max=20, send_deadline_s=3):
        await drained(world)
    assert spending.refusals, "the broker refused what did not follow on the last number"
    assert spending.producers >= 2, "the producer was replaced"
    async with world.inside("ledger"):
        await world.balances()


async def test_scenario_16_a_topic_closed_to_us_is_told_and_waited_for(
    servers: Breakable, make_world: MakeWorld
) -> None:
    world = await make_world(servers, services=("ledger",))
    login = Login(f"user-{world.prefix}", secrets.token_urlsafe(16))
    grants = [
        *(Grant("READ", "topic", world.prefix + topic) for topic in READ_BY_THE_LEDGER),
        # Who may write something may have a producer: so it is the topic alone that is closed.
        Grant("WRITE", "topic", world.prefix + "followup-events"),
        Grant("READ", "group", f"huancui-{world.prefix}", prefix=True),
    ]
    await asyncio.to_thread(_grant, servers, login, grants)
    process = world.launch("ledger", kafka_user=login.user, kafka_password=login.password)

    async def unready() -> bool:
        status, body = await process.readiness()
        return status == 503 and f"{world.prefix}ledger-events" in body

    await eventually(unready, "not ready, and it says why")
    await world.http().hand_in(process.url, some_loans(5))
    assert await world.value("ledger", OUTBOX) == 5
    await _doubts(world, "send_in_doubt", 2)
    assert process.said("send_in_doubt") < 10, "it does not try in a busy loop"
    write = [Grant("WRITE", "topic", world.prefix + "ledger-events")]
    await asyncio.to_thread(_grant, servers, login, write)
    await process.ready()
    await world.balances()


def _grant(servers: Breakable, login: Login, grants: list[Grant]) -> None:
    with servers.admin() as admin:
        admin.put_user(login)
        admin.grant(login.user, grants)
