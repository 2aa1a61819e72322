"""From one service's event to its effect in another, at a steady rate, as two processes."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from benchmarks import events
from benchmarks.figures import Figure, in_ms, percentile
from benchmarks.ground import PARTITIONS, Ends, Ground, connected, reached
from benchmarks.kafka_flow import prepare
from benchmarks.open_loop import arrivals
from shared.events import wire
from shared.events.ids import message_id
from shared.messaging.port import Outgoing, Record

RATE, GOAL_MS = 200, 300.0
OUT = "ledger-events"
WARM_UP_S = 2.0

COMMITTED = "SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM inbox"


async def latency(ground: Ground) -> list[Figure]:
    """Ledger and a second service; beside them one record in, one row committed, by hand."""
    seconds = ground.sized(30, 10)
    moments = arrivals(RATE, seconds)
    scene = await prepare(ground, 0)
    records = events.payments(len(moments), scene.loans, scene.prefix)
    second = await ground.databases.make("followup")
    first = await ground.copy(scene.database)
    with (
        ground.service("tests.followup", ground.settings(second, scene.prefix)),
        ground.service("services.ledger", ground.settings(first, scene.prefix)),
    ):
        await _settled(second, scene.loans)
        async with Ends(ground, scene.prefix + OUT) as out:
            sent = await paced(ground, records, moments)
            await reached(out.grown, len(records))
        emitted = await emissions(ground, scene.prefix)
        applied = await _settled(second, scene.loans + len(records))
    hops = [(sent[cause], at, applied[id_]) for id_, (cause, at) in emitted.items() if cause in sent]
    assert len(hops) == len(records), f"{len(hops)} of {len(records)} payments had their effect"
    one_hop = [effect - at for _, at, effect in hops]
    two_hops = [effect - due for due, _, effect in hops]
    raw = await by_hand(ground, records, moments)
    return [
        Figure(
            "latency",
            f"emit to committed effect in another service at {RATE}/s, p99",
            "ms",
            [percentile(one_hop, 99) * 1000],
            goal=GOAL_MS,
            at_most=True,
            raw_values=[percentile(raw, 99) * 1000],
            raw_what="one record sent, read, one row committed",
            note=in_ms(one_hop),
        ),
        Figure(
            "latency",
            "from when the payment was due at the platform, through both services, p99",
            "ms",
            [percentile(two_hops, 99) * 1000],
            at_most=True,
            note=in_ms(two_hops),
        ),
    ]


async def paced(ground: Ground, records: Sequence[Outgoing], moments: Sequence[float]) -> dict[str, float]:
    """Publish each record when it is due; when each (by its `ce_id`) was, as Unix time."""
    producer = AIOKafkaProducer(
        **ground.infra.kafka("platform").client_options(), acks="all", enable_idempotence=True
    )
    await producer.start()
    try:
        began, sending, due = time.time() + WARM_UP_S, [], {}
        for record, moment in zip(records, moments, strict=True):
            if (wait := began + moment - time.time()) > 0:
                await asyncio.sleep(wait)
            due[dict(record.headers)["ce_id"].decode()] = began + moment
            sending.append(
                await producer.send(record.topic, record.value, key=record.key, headers=record.headers)
            )
        await asyncio.gather(*sending)
    finally:
        await producer.stop()
    return due


async def _settled(database_url: str, messages: int) -> dict[UUID, float]:
    """When each of so many messages was committed, once all are."""
    async with connected(database_url) as connection:

        async def entered() -> int:
            return int(await connection.fetchval("SELECT count(*) FROM inbox"))

        await reached(entered, messages)
        return {row[0]: row[1] for row in await connection.fetch(COMMITTED)}


async def emissions(ground: Ground, prefix: str) -> dict[UUID, tuple[str, float]]:
    """What caused each event of the ledger, and when it was emitted (Unix time), by its message's id."""
    found = {}
    for record in await _all_of(ground, prefix + OUT):
        _, envelope = wire.decode(OUT, record.key, record.headers, record.value)
        assert isinstance(envelope.recorded_at, datetime)
        id_ = message_id(f"{OUT}\n{envelope.source}", envelope.id)
        found[id_] = (envelope.causation_id or "", envelope.recorded_at.timestamp())
    return found


async def _all_of(ground: Ground, topic: str) -> list[Record]:
    consumer = AIOKafkaConsumer(**ground.infra.kafka("reader").client_options(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(places)
        wanted = sum((await consumer.end_offsets(places)).values())
        records: list[Record] = []
        while len(records) < wanted:
            for some in (await consumer.getmany(timeout_ms=1_000)).values():
                records += some
        return records
    finally:
        await consumer.stop()


async def by_hand(ground: Ground, records: Sequence[Outgoing], moments: Sequence[float]) -> list[float]:
    """Seconds from when each record was due until a row for it was committed, without any library of ours."""
    consumer = AIOKafkaConsumer(**ground.infra.kafka("reader").client_options())
    committed: dict[str, float] = {}

    async def take() -> None:
        while len(committed) < len(records):
            found = await consumer.getmany(timeout_ms=100)
            ids = [dict(record.headers)["ce_id"].decode() for some in found.values() for record in some]
            if ids:
                await connection.execute("INSERT INTO taken SELECT unnest($1::text[])", ids)
                committed.update(dict.fromkeys(ids, time.time()))

    async with connected(await ground.infra.create_database()) as connection:
        await connection.execute("CREATE TABLE taken (id text PRIMARY KEY)")
        await consumer.start()
        try:
            consumer.assign([TopicPartition(records[0].topic, number) for number in range(PARTITIONS)])
            await consumer.seek_to_end()
            due, _ = await asyncio.gather(paced(ground, records, moments), take())
        finally:
            await consumer.stop()
    return [committed[id_] - at for id_, at in due.items()]
