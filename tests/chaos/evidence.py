"""What the checker reads before it concludes anything: databases, and topics to their ends."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.errors import Unreadable
from shared.events import wire
from shared.events.base import Event, event_class

PUBLISHED = {"ledger": "ledger-events", "followup": "followup-events"}
EMPTY_POLLS_MAX = 20
TABLES = {
    "outbox": "SELECT seq, topic, held FROM outbox ORDER BY seq",
    "held": "SELECT seq, status, topic, partition, record_offset, name, reason, key FROM held ORDER BY seq",
    "position": "SELECT topic, partition, next_offset FROM position",
}
OWN_TABLES = {
    "ledger": {
        "loan": "SELECT id, terms, provided, book, owed_minor, principal_minor, credit_minor FROM loan",
        "fact": "SELECT loan_id, reference, kind, value_on, data, reversed_on FROM fact",
        "posting": "SELECT loan_id, cause, account, amount_minor, currency FROM posting",
    },
    "followup": {"followup": "SELECT loan_id, payments, applied_minor, followed FROM followup"},
}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it stands on a topic; `event` is None where the record cannot be read."""

    topic: str
    partition: int
    offset: int
    id: str
    source: str
    sequence: int | None
    value: bytes
    event: Event | None


@dataclass
class Evidence:
    """All that was read, before anything is concluded from it."""

    topics: dict[str, list[Told]]
    ends: dict[tuple[str, int], int]
    rows: dict[str, dict[str, list[Row]]]
    acknowledged: list[Event]
    attempted: list[Event]
    inputs: list[str]
    allowed: frozenset[str]


async def read_database(service: str, url: str) -> dict[str, list[Row]]:
    """The tables of one service."""
    connection = await asyncpg.connect(url, timeout=20)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return {
                table: [dict(row) for row in await connection.fetch(statement)]
                for table, statement in {**TABLES, **OWN_TABLES[service]}.items()
            }
    finally:
        await connection.close()


async def partitions_of(options: Mapping[str, Any], topics: Sequence[str]) -> list[TopicPartition]:
    """The partitions of those topics that exist."""
    admin = AIOKafkaAdminClient(**options)
    await admin.start()
    try:
        described = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    return [
        TopicPartition(one["topic"], partition["partition"])
        for one in described
        if one["error_code"] == 0
        for partition in one["partitions"]
    ]


async def read_topics(
    options: Mapping[str, Any], prefix: str, topics: Sequence[str]
) -> tuple[dict[str, list[Told]], dict[tuple[str, int], int]]:
    """All records of these topics, in order within each partition, and the end of each partition."""
    places = await partitions_of(options, [prefix + topic for topic in topics])
    told: dict[str, list[Told]] = {topic: [] for topic in topics}
    if not places:
        return told, {}
    consumer = AIOKafkaConsumer(**options, enable_auto_commit=False, isolation_level="read_uncommitted")
    await consumer.start()
    try:
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        empty = 0
        while any([await consumer.position(place) < ends[place] for place in places]):
            found = await consumer.getmany(timeout_ms=500, max_records=5_000)
            empty = 0 if found else empty + 1
            if empty > EMPTY_POLLS_MAX:
                raise TimeoutError("the topics cannot be read to their ends")
            for place, records in found.items():
                topic = place.topic.removeprefix(prefix)
                told[topic] += [_told(topic, record) for record in records]
    finally:
        await consumer.stop()
    return told, {(p.topic.removeprefix(prefix), p.partition): end for p, end in ends.items()}


def _told(topic: str, record: Any) -> Told:
    try:
        event, envelope = wire.decode(topic, record.key, record.headers, record.value)
    except Unreadable:
        return Told(topic, record.partition, record.offset, "", "", None, record.value or b"", None)
    place = (topic, record.partition, record.offset)
    return Told(*place, envelope.id, envelope.source, envelope.sequence, record.value, event)


async def gather(told: Mapping[str, Any]) -> Evidence:
    """Read everything."""
    topics = [*told["inputs"], *(PUBLISHED[service] for service in told["databases"])]
    by_topic, ends = await read_topics(told["kafka"], told["prefix"], topics)
    rows = {service: await read_database(service, url) for service, url in told["databases"].items()}
    for tables in rows.values():
        for table in ("outbox", "held", "position"):
            tables[table] = [
                {**row, "topic": (row["topic"] or "").removeprefix(told["prefix"])} for row in tables[table]
            ]
    acknowledged, attempted = ([_event(one) for one in told[kind]] for kind in ("acknowledged", "attempted"))
    return Evidence(
        by_topic, ends, rows, acknowledged, attempted, list(told["inputs"]), frozenset(told["allowed"])
    )


def _event(fact: Mapping[str, Any]) -> Event:
    cls = event_class(fact["type"])
    assert cls is not None, fact["type"]
    return cls.read(json.dumps(fact["data"]).encode())
