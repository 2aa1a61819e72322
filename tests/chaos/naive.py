"""A relay as it is often written: workers share the outbox by SKIP LOCKED. It loses a key's order."""

import asyncio

import asyncpg

from shared.events.wire import unpack_headers
from shared.messaging.port import Broker, Outgoing, ProducerPort

ROWS_AT_ONCE = 10
SEND_WITHIN_S = 30.0

_TAKE = "SELECT seq, topic, key, headers, value FROM outbox ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED"
_DELETE = "DELETE FROM outbox WHERE seq = ANY($1::bigint[])"


async def drain(database_url: str, broker: Broker, workers: int = 2) -> None:
    """Publish the outbox by so many workers at once, until it is empty."""
    await asyncio.gather(*(_work(database_url, broker) for _ in range(workers)))


async def _work(database_url: str, broker: Broker) -> None:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    producer = broker.producer()
    await producer.start()
    try:
        while await _publish_some(connection, producer):
            pass
    finally:
        await producer.stop()
        await connection.close()


async def _publish_some(connection: asyncpg.Connection, producer: ProducerPort) -> bool:
    async with connection.transaction():
        rows = await connection.fetch(_TAKE, ROWS_AT_ONCE)
        records = [Outgoing(row[1], row[2], row[4], unpack_headers(row[3])) for row in rows]
        answers = await producer.send(records, SEND_WITHIN_S)
        assert not any(answers), "the broker took not all"
        await connection.execute(_DELETE, [row["seq"] for row in rows])
    return bool(rows)
