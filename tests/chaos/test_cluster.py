"""Scenarios 13 and 15: brokers and controllers of a cluster of three fail while events are published."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from fastapi import FastAPI
from kafka.admin import KafkaAdminClient

from tests.chaos.load import HttpLoad, a_story
from tests.chaos.world import MakeWorld, World
from tests.infra.embedded import Breakable
from tests.processes import Process, eventually

OUTBOX = "SELECT count(*) FROM outbox"


@pytest.fixture(scope="module")
def servers(breakable: Callable[..., Breakable]) -> Breakable:
    return breakable(nodes=3, durable=True)


async def _leader(world: World, topic: str) -> int:
    admin = AIOKafkaAdminClient(**world.infra.kafka().client_options())
    await admin.start()
    try:
        [described] = await admin.describe_topics([world.prefix + topic])
        return int(described["partitions"][0]["leader"])
    finally:
        await admin.close()


async def _controller(world: World) -> int:
    def ask() -> int:
        login = world.infra.kafka_login
        assert login is not None
        admin = KafkaAdminClient(
            bootstrap_servers=world.infra.bootstrap,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username=login.user,
            sasl_plain_password=login.password,
        )
        try:
            quorum = admin.describe_metadata_quorum()
            return int(quorum["topics"][0]["partitions"][0]["leader_id"])
        finally:
            admin.close()

    return await asyncio.to_thread(ask)


@asynccontextmanager
async def _load_in_background(http: HttpLoad, target: str | FastAPI, count: int) -> AsyncIterator[None]:
    """Hand events in while something happens, at least one before it and one after."""
    story = a_story(4, count)
    await http.hand_in(target, story[:5])
    load = asyncio.ensure_future(http.hand_in(target, story[5:], callers=1, within_s=200))
    yield
    await load
    assert set(http.statuses) == {202}, "writes go on without Kafka"


async def _published(world: World, least: int) -> None:
    async def there() -> bool:
        return await world.value("ledger", OUTBOX) == 0 and await world.topic_end("ledger-events") >= least

    await eventually(there, f"{least} events are published")


async def test_scenario_13_the_leader_is_killed_then_another(
    servers: Breakable, make_world: MakeWorld
) -> None:
    world: World = await make_world(servers, services=("ledger",), partitions=1)
    http = world.http()
    process = await world.start("ledger", role_consume=False, send_deadline_s=3)
    leader = await _leader(world, "ledger-events")
    async with _load_in_background(http, process.url, 200):
        await servers.kill(leader)
    try:
        await _published(world, 204)
        assert await _leader(world, "ledger-events") != leader, "another has taken over"
        # With one of three left nothing is acknowledged any more.
        second = next(node for node in servers.nodes if node != leader)
        await servers.kill(second)
        before, more = _doubts(process), a_story(2, 20, name="M")
        await http.hand_in(process.url, more)

        async def in_doubt() -> bool:
            return _doubts(process) > before

        await eventually(in_doubt, "nothing is acknowledged any more")
        assert await world.value("ledger", OUTBOX) == len(more), "the outbox waits"
    finally:
        for node in servers.nodes:
            await servers.restart(node)
    await _published(world, 204 + len(more))
    await process.kill()
    async with world.inside("ledger"):
        await world.balances()


def _doubts(process: Process) -> int:
    """How often its relay had no acknowledgement, or could make no producer."""
    return process.said("send_in_doubt") + process.said("producer_not_started")


async def test_scenario_15_the_controller_fails_during_publishing(
    servers: Breakable, make_world: MakeWorld
) -> None:
    world: World = await make_world(servers, services=("ledger",), partitions=1)
    http = world.http()
    async with world.serving(role_consume=False, send_deadline_s=3) as app:
        controller = await _controller(world)
        try:
            async with _load_in_background(http, app, 200):
                await servers.kill(controller)
            await _published(world, 204)
            assert await _controller(world) != controller, "another has taken over"
        finally:
            await servers.restart(controller)
    async with world.inside("ledger"):
        await world.balances()
