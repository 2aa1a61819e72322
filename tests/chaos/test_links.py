"""Scenarios 36, 57 and 58: a database that falls under load, bad links, a link that is cut."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from tests.chaos.links import Links, linked
from tests.chaos.load import some_loans, some_payments
from tests.chaos.world import MakeWorld, World
from tests.harness import until


@pytest.fixture(scope="module")
async def links(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Links]:
    """Servers of this module."""
    async with linked(tmp_path_factory.mktemp("links")) as made:
        yield made


@pytest.fixture
async def world(links: Links, make_world: MakeWorld) -> AsyncIterator[World]:
    """A world on the servers behind the links."""
    yield await make_world(infra=links.servers)
    links.heal()


@pytest.mark.parametrize("falls", [2, pytest.param(10, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
async def test_scenario_36_a_database_that_falls_under_load_has_lost_nothing_it_acknowledged(
    links: Links, world: World, falls: int
) -> None:
    loans = some_loans(10)
    await world.publish(loans)
    ledger = await world.start("ledger", **links.settings(world, "ledger"))
    async with world.inside("followup", **links.settings(world, "followup")):
        for number in range(falls):
            load = world.http()
            handing = asyncio.ensure_future(
                load.hand_in(ledger.url, some_payments(loans, 150, seed=number, name=f"H{number}-"))
            )
            await world.publish(some_payments(loans, 150, seed=number, name=f"K{number}-"))
            await _answered(load, 20)
            await links.servers.kill_database()
            assert not handing.done(), "the load was over before the database fell"
            await until(lambda: _answers(world, 503), "it says that it is not ready")
            await links.servers.restart_database()
            await handing
        await world.balances()


async def _answered(load: Any, count: int) -> None:
    async def some() -> bool:
        return len(load.acknowledged) >= count

    await until(some, f"{count} commands are acknowledged")


async def _answers(world: World, status: int) -> bool:
    return (await world.processes[0].readiness())[0] == status


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
async def test_scenario_57_slow_breaking_and_half_open_links_cost_time_and_nothing_else(
    links: Links, world: World, rounds: int
) -> None:
    loans = some_loans(10)
    await world.publish(loans)
    ledger = await world.start("ledger", **links.settings(world, "ledger"))
    async with world.inside("followup", **links.settings(world, "followup")):
        for number in range(rounds):
            before = links.kafka.counts.resets + links.database.counts.resets
            # To Kafka 200 ms there and back, and one piece in fifty breaks its connection. A transaction is
            # some forty pieces, and holds its locks meanwhile: the link to the database is that much better.
            links.kafka.delay_s, links.kafka.reset_share = 0.1, 0.02
            links.database.delay_s, links.database.reset_share = 0.02, 0.004
            load = world.http()
            await asyncio.gather(
                _publish_insisting(world, loans, f"K{number}-"),
                load.hand_in(
                    ledger.url, some_payments(loans, 30, seed=number, name=f"H{number}-"), within_s=120
                ),
            )
            assert links.kafka.counts.resets + links.database.counts.resets > before, (
                "no connection was broken"
            )
            links.heal()
            await _half_open(links, world, ledger.url, number)
        links.heal()
        await world.balances(within_s=90)


async def _publish_insisting(world: World, loans: Any, name: str) -> None:
    """Publish, with the same ids again where the link broke."""
    payments = some_payments(loans, 100, name=name)
    async with asyncio.timeout(60):
        while True:
            try:
                await world.publish(payments)
            except (AssertionError, OSError, KafkaError):
                await asyncio.sleep(0.2)
            else:
                return


async def _half_open(links: Links, world: World, url: str, number: int) -> None:
    """Connections to Kafka that nobody answers any more are given up and others made, without healing."""
    loans = some_loans(10)
    before = links.kafka.counts.swallowed
    links.kafka.half_open()
    await world.http().hand_in(url, some_payments(loans, 30, seed=number, name=f"O{number}-"))
    await world.publish(some_payments(loans, 30, seed=number, name=f"P{number}-"))
    await world.settle(60)
    assert links.kafka.counts.swallowed > before, "nothing was sent on a half-open connection"


async def test_scenario_58_without_kafka_commands_are_answered_and_the_outbox_waits(
    links: Links, world: World
) -> None:
    loans = some_loans(10)
    async with world.inside("followup", **links.settings(world, "followup")):
        ledger = await world.start("ledger", **links.settings(world, "ledger"))
        load = world.http()
        await load.hand_in(ledger.url, loans)
        links.kafka.cut()
        await load.hand_in(ledger.url, some_payments(loans, 100, name="cut"))
        assert set(load.statuses) <= {200, 201, 202}
        assert await _answers(world, 200), "Kafka away must not make the service unready"
        assert await world.value("ledger", "SELECT count(*) FROM outbox") >= 100
        assert links.kafka.counts.refused > 0
        links.kafka.heal()
        await world.balances()


async def test_scenario_58_without_its_database_a_service_says_so_and_the_same_request_works_later(
    links: Links, world: World
) -> None:
    loans = some_loans(10)
    async with world.inside("followup"):
        ledger = await world.start("ledger", **links.settings(world, "ledger"))
        load = world.http()
        await load.hand_in(ledger.url, loans)
        await world.settle()
        links.database.cut()
        payments = some_payments(loans, 20, name="cut")
        await world.publish(some_payments(loans, 20, name="kafka"))
        statuses = {await load.once(ledger.url, payment) for payment in payments[:5]}
        assert statuses == {503}
        await until(lambda: _answers(world, 503), "it is not ready")
        assert links.database.counts.refused > 0
        links.database.heal()
        await load.hand_in(ledger.url, payments)
        await until(lambda: _answers(world, 200), "it is ready again")
        await world.balances()
