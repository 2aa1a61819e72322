"""`python -m benchmarks.raw_flow`: what the ledger writes for payments, by hand: the limit of kafka-flow.

The same records are read, the same statements run with rows computed beforehand, in batches of the same size
over as many connections, and a relay publishes the outbox. Meanwhile nothing is decoded, decided or encoded.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from benchmarks.events import LENDER
from benchmarks.ground import PARTITIONS, plain
from benchmarks.raw_rows import AT, OUT, Rows, computed, loans_of, read_ahead
from services.ledger.store import loans as store
from services.ledger.store.results import KEEP_PUBLISHED
from shared.messaging import relay
from shared.settings import ServiceSettings
from shared.spine import inbox, outbox, progress, states

CONSUMER, TOPIC = "ledger", f"loan-events.{LENDER}"
POLL_MS, RELAY_PAUSE_S = 100, 0.005


async def apply(connection: asyncpg.Connection, topic: str, records: Sequence[Any], rows: Rows) -> None:
    """One batch in one transaction."""
    batch = [rows.of[(record.partition, record.offset)] for record in records]
    changed = list({row.loan[0]: row.loan for row in batch}.values())
    ids = [loan[0] for loan in changed]
    async with connection.transaction():
        await connection.fetch(inbox._CLAIM, *_columns(row.inbox for row in batch), AT)
        locks = sorted({row.lock for row in batch})
        await connection.fetch(states._LOCK, locks, [False] * len(locks))
        await connection.fetch(states._HELD, ["Loan"] * len(ids), ids)
        await connection.fetch(store._LOANS, ids)
        await connection.fetch(store._NAMED, [row.fact[0] for row in batch], [row.fact[1] for row in batch])
        await connection.fetch(store._UPDATE, *_columns(changed))
        await connection.fetch(store._ADD_FACTS, *_columns(row.fact for row in batch), AT)
        postings = itertools.chain.from_iterable(row.postings for row in batch)
        await connection.fetch(store._ADD_POSTINGS, *_columns(postings), AT)
        await connection.fetch(outbox._NUMBER, [OUT] * len(ids), sorted(ids), [1] * len(ids))
        await connection.fetch(outbox._EMIT, *_columns(row.outbox for row in batch), AT)
        await connection.fetch(progress._MOVE, CONSUMER, *_columns(_moves(topic, records)))


def _columns(rows: Any) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))


def _moves(topic: str, records: Sequence[Any]) -> list[tuple[str, int, int, int]]:
    reached: dict[int, tuple[str, int, int, int]] = {}
    for record in records:
        first = reached.get(record.partition)
        expected = first[2] if first else record.offset
        reached[record.partition] = (topic, record.partition, expected, record.offset + 1)
    return list(reached.values())


async def consume(
    consumer: AIOKafkaConsumer,
    connections: Sequence[asyncpg.Connection],
    topic: str,
    rows: Rows,
    settings: ServiceSettings,
) -> None:
    """Read and apply until all rows are used: a lane for each connection."""
    left, most = len(rows.of), settings.batch_max * len(connections)

    async def lane(connection: asyncpg.Connection, records: Sequence[Any]) -> None:
        for at in range(0, len(records), settings.batch_max):
            await apply(connection, topic, records[at : at + settings.batch_max], rows)

    while left:
        found = await consumer.getmany(timeout_ms=POLL_MS, max_records=most)
        lanes: dict[int, list[Any]] = defaultdict(list)
        for place, records in found.items():
            lanes[place.partition % len(connections)] += records
        await asyncio.gather(*(lane(connections[number], records) for number, records in lanes.items()))
        left -= sum(map(len, found.values()))


async def publish(connection: asyncpg.Connection, producer: AIOKafkaProducer, rows: Rows) -> None:
    """Publish the outbox until all rows have gone."""
    left, above = len(rows.of), 0
    while left:
        found = await connection.fetch(relay._READ, above, relay.RelaySettings().batch_max)
        if not found:
            above = 0  # a row may commit after one with a higher number
            await asyncio.sleep(RELAY_PAUSE_S)
            continue
        sent = [
            await producer.send(
                topic, value, key=key, partition=rows.partition[key], headers=rows.headers[value]
            )
            for _, topic, key, _, value in found
        ]
        await asyncio.gather(*sent)
        await connection.execute(KEEP_PUBLISHED, [row["seq"] for row in found])
        left, above = left - len(found), found[-1]["seq"]


async def run(settings: ServiceSettings) -> None:
    """Compute, then work, then wait to be ended: whoever measures looks at the topic."""
    url = plain(settings.database_url.get_secret_value())
    options = settings.kafka("raw").client_options()
    topic = settings.topic_prefix + TOPIC
    consumer = AIOKafkaConsumer(
        **options, isolation_level="read_committed", max_partition_fetch_bytes=4 * 1024 * 1024
    )
    producer = AIOKafkaProducer(
        **options, acks="all", enable_idempotence=True, compression_type="lz4", max_batch_size=512 * 1024
    )
    relaying, *lanes = [await asyncpg.connect(url) for _ in range(1 + settings.lanes)]
    found = await relaying.fetch(progress._POSITIONS, CONSUMER, [topic])
    starts = {TopicPartition(topic, row[1]): row[2] for row in found}
    consumer.assign(list(starts))
    await consumer.start()
    await producer.start()
    _seek(consumer, starts)
    records = await read_ahead(consumer, starts)
    rows = computed(records, await loans_of(relaying), TOPIC, settings.topic_prefix, PARTITIONS)
    _seek(consumer, starts)
    await asyncio.gather(consume(consumer, lanes, topic, rows, settings), publish(relaying, producer, rows))
    await asyncio.Event().wait()


def _seek(consumer: AIOKafkaConsumer, starts: dict[TopicPartition, int]) -> None:
    for place, start in starts.items():
        consumer.seek(place, start)


if __name__ == "__main__":
    uvloop.run(run(ServiceSettings()))
