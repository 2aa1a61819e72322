"""What happens to services behind their backs: in PostgreSQL, in Kafka's groups and topics."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, RecordsToDelete
from kafka.admin import KafkaAdminClient

from shared.decision import Key
from shared.spine import lock_id
from tests.chaos.proxy import Proxy
from tests.chaos.world import World
from tests.harness import Running, until

SERVICE_BACKENDS = "datname = current_database() AND application_name LIKE 'huancui-%'"


# -- PostgreSQL ----------------------------------------------------------------------------------------------


def through(url: str, proxy: Proxy) -> str:
    """The address of a database, by way of a proxy."""
    return re.sub(r":\d+/", f":{proxy.port}/", url)


def port_of(url: str) -> int:
    """The port in the address of a database."""
    found = re.search(r":(\d+)/", url)
    assert found is not None
    return int(found.group(1))


@asynccontextmanager
async def connected(world: World, service: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a service's database."""
    connection = await asyncpg.connect(world.databases[service].replace("+asyncpg", ""), timeout=10)
    try:
        yield connection
    finally:
        await connection.close()


class Lock:
    """Holds a state's lock, so that every batch that needs it waits."""

    def __init__(self, connection: asyncpg.Connection, key: Key) -> None:
        self._connection, self._id = connection, lock_id(key)

    async def take(self) -> None:
        """Take it; waits for whoever has it."""
        await self._connection.execute("SELECT pg_advisory_lock($1)", self._id)

    async def release(self) -> None:
        """Let the batches go on, in the order in which they came."""
        await self._connection.execute("SELECT pg_advisory_unlock($1)", self._id)


async def backends(world: World, service: str) -> list[int]:
    """All backends of a service."""
    found: list[int] | None = await world.value(
        service, f"SELECT array_agg(pid) FROM pg_stat_activity WHERE {SERVICE_BACKENDS}"
    )
    return found or []


async def waiting_for_locks(world: World, service: str) -> list[int]:
    """The backends of a service that wait for a lock."""
    found: list[int] | None = await world.value(
        service,
        f"SELECT array_agg(pid) FROM pg_stat_activity WHERE {SERVICE_BACKENDS} AND wait_event_type = 'Lock'",
    )
    return found or []


async def blocked(world: World, service: str, count: int = 1) -> list[int]:
    """Wait until so many backends of a service wait for a lock; which ones."""

    async def enough() -> list[int]:
        found = await waiting_for_locks(world, service)
        return found if len(found) >= count else []

    found: list[int] = await until(enough, f"{count} batches of {service} wait for a lock")
    return found


async def failing_at_first(world: World, service: str, table: str, sqlstate: str, times: int) -> None:
    """Let the next inserts into a table fail, so many times, with this SQLSTATE."""
    await world.execute(
        service,
        f"""
        CREATE SEQUENCE failures;
        CREATE FUNCTION fail_at_first() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- A sequence keeps its count when the transaction is rolled back.
            IF nextval('failures') <= {times} THEN
                RAISE EXCEPTION 'as the test wants' USING ERRCODE = '{sqlstate}';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER fail_at_first BEFORE INSERT ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION fail_at_first();
        """,
    )


async def failures(world: World, service: str) -> int:
    """How often that trigger was reached."""
    return int(await world.value(service, "SELECT last_value FROM failures"))


async def slow_commits(world: World, service: str, table: str, seconds: float) -> None:
    """Let the COMMIT of every transaction that adds to a table take its time."""
    await world.execute(
        service,
        f"""
        CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER take_time AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION take_time();
        """,
    )


async def committing(world: World, service: str) -> None:
    """Wait until a backend of a service is inside its COMMIT."""
    await until(
        lambda: world.value(
            service,
            f"SELECT count(*) FROM pg_stat_activity WHERE {SERVICE_BACKENDS} AND state = 'active' "
            "AND query ILIKE 'COMMIT%'",
        ),
        f"{service} commits",
    )


async def terminate_some(world: World, service: str, share: float) -> int:
    """End each backend of a service with this chance; how many were ended."""
    return int(
        await world.value(
            service,
            f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {SERVICE_BACKENDS} "
            "AND random() < $1",
            share,
        )
    )


# -- Kafka ---------------------------------------------------------------------------------------------------


def group(world: World, service: str) -> str:
    """The consumer group of a service."""
    return f"huancui-{world.prefix}{service}"


@asynccontextmanager
async def admin(world: World) -> AsyncIterator[AIOKafkaAdminClient]:
    """An administrator's client."""
    client = AIOKafkaAdminClient(**world.infra.kafka().client_options())
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def group_offsets(world: World, service: str) -> dict[tuple[str, int], int]:
    """What the group's members have committed to Kafka, by topic and partition."""
    async with admin(world) as client:
        found = await client.list_consumer_group_offsets(group(world, service))
    return {(place.topic, place.partition): at.offset for place, at in found.items()}


async def group_state(world: World, service: str) -> tuple[str, int]:
    """The group's state, as the broker calls it, and how many members it has."""
    async with admin(world) as client:
        (answer,) = await client.describe_consumer_groups([group(world, service)])
    described = answer.groups[0]
    return described[2], len(described[5])


async def commit_as_a_stranger(world: World, service: str, offsets: Mapping[tuple[str, int], int]) -> None:
    """Set the offsets of a group that has no members."""
    consumer = AIOKafkaConsumer(
        **world.infra.kafka().client_options(), group_id=group(world, service), enable_auto_commit=False
    )
    await consumer.start()
    try:
        places = {TopicPartition(*place): offset for place, offset in offsets.items()}
        consumer.assign(list(places))
        await consumer.commit(places)
    finally:
        await consumer.stop()


async def delete_group(world: World, service: str) -> None:
    """Delete a group that has no members, with all its offsets."""
    options = world.infra.kafka().client_options()
    names = (
        "bootstrap_servers",
        "security_protocol",
        "sasl_mechanism",
        "sasl_plain_username",
        "sasl_plain_password",
    )

    def delete() -> None:
        client = KafkaAdminClient(**{name: options[name] for name in names if name in options})
        try:
            client.delete_groups([group(world, service)])
        finally:
            client.close()

    await asyncio.to_thread(delete)


async def delete_records(world: World, ends: Mapping[tuple[str, int], int]) -> None:
    """Delete all records before these offsets, as a topic's retention would."""
    async with admin(world) as client:
        await client.delete_records(
            {
                TopicPartition(world.prefix + topic, partition): RecordsToDelete(before_offset=end)
                for (topic, partition), end in ends.items()
            }
        )


async def add_partitions(world: World, topic: str, count: int) -> None:
    """Raise a topic's number of partitions."""
    async with admin(world) as client:
        await client.create_partitions({world.prefix + topic: NewPartitions(count)})

    async def there() -> bool:
        return len(await world.ends([topic])) == count

    await until(there, f"{topic} has {count} partitions")


# -- services in this process --------------------------------------------------------------------------------


def metric(service: Running, name: str, **labels: Any) -> float:
    """The sum of a metric over all labels but those given, by its name without `huancui_`."""
    return sum(
        sample.value
        for family in service.service.metrics.registry.collect()
        for sample in family.samples
        if sample.name == f"huancui_{name}"
        and all(sample.labels.get(key) == value for key, value in labels.items())
    )


async def owning(*services: Running) -> None:
    """Wait until each of these replicas has partitions."""

    async def all_own() -> bool:
        return all(intake.places for one in services for intake in one.service.intakes)

    await until(all_own, "every replica has partitions", 30)
