"""Servers that a test breaks: killed, frozen, started again, with what they had acknowledged."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from shared.messaging.kafka import KafkaBroker
from shared.messaging.port import Outgoing, Partition
from tests.infra.embedded import Breakable

Start = Callable[..., Breakable]


@pytest.fixture(scope="module")
def servers(breakable: Start) -> Breakable:
    return breakable(nodes=1, durable=True)


async def _send(servers: Breakable, value: bytes) -> Exception | None:
    producer = KafkaBroker(servers.kafka()).producer()
    try:
        await producer.start()
        return (await producer.send([Outgoing("broken", b"key", value, [])], 10))[0]
    finally:
        await producer.stop()


async def test_a_killed_node_comes_back_with_what_it_acknowledged(servers: Breakable) -> None:
    await servers.create_topics(["broken"], partitions=1)
    assert await _send(servers, b"before") is None
    await servers.kill(1)
    await servers.restart(1)
    record = await KafkaBroker(servers.kafka()).fetch(Partition("broken", 0), 0)
    assert record is not None
    assert record.value == b"before"


async def test_a_killed_database_comes_back_with_what_it_committed(servers: Breakable) -> None:
    url = (await servers.create_database()).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    await servers.kill_database()
    # The last where the end of the connection was read just before.
    with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)):
        await connection.fetchval("SELECT 1")
    await servers.restart_database()
    again = await asyncpg.connect(url)
    assert await again.fetchval("SELECT number FROM kept") == 1
    await again.close()


async def test_a_frozen_database_answers_nothing_until_it_goes_on(servers: Breakable) -> None:
    connection = await asyncpg.connect(servers.database_url("postgres", driver=""))
    await servers.pause_database()
    question = asyncio.ensure_future(connection.fetchval("SELECT 1"))
    done, _ = await asyncio.wait([question], timeout=0.3)
    assert not done
    await servers.resume_database()
    assert await question == 1
    await connection.close()
