"""`python -m benchmarks.raw_producer`: an outbox's records sent by aiokafka alone: the limit of the relay."""

import asyncio
from typing import Any

import uvloop
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2

from benchmarks.ground import PARTITIONS, connected
from shared.events.wire import unpack_headers
from shared.settings import ServiceSettings

IN_FLIGHT = 5_000


async def read(settings: ServiceSettings) -> list[dict[str, Any]]:
    """The records, as the producer's arguments."""
    async with connected(settings.database_url.get_secret_value()) as connection:
        found = await connection.fetch("SELECT topic, key, headers, value FROM outbox ORDER BY seq")
    return [
        {
            "topic": topic,
            "key": key,
            "value": value,
            "headers": unpack_headers(headers),
            "partition": (murmur2(key) & 0x7FFF_FFFF) % PARTITIONS,
        }
        for topic, key, headers, value in found
    ]


async def run(settings: ServiceSettings) -> None:
    """Read all, send all, then wait to be ended: whoever measures looks at the topic."""
    records = await read(settings)
    producer = AIOKafkaProducer(
        **settings.kafka("raw").client_options(),
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_batch_size=512 * 1024,
    )
    await producer.start()
    for at in range(0, len(records), IN_FLIGHT):
        await asyncio.gather(*[await producer.send(**record) for record in records[at : at + IN_FLIGHT]])
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(run(ServiceSettings()))
