"""What a ledger would write for payments that wait in a topic, computed before anything is measured."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import murmur2

from services.ledger.domain import payments
from services.ledger.domain.loan import Loan
from services.ledger.store import loans as store
from shared import spine
from shared.decision import Actor, Context, Decision, Key, Role
from shared.events import wire
from shared.events.ids import event_id, message_id
from shared.events.loans import PaymentReceived

OUT = "ledger-events"
AT = datetime.now(UTC)


class Row(NamedTuple):
    """All that one payment writes: columns in the statements' order."""

    inbox: tuple[UUID, int]
    lock: int
    loan: tuple[Any, ...]
    fact: tuple[UUID, str, str, Any, str]
    postings: Sequence[tuple[Any, ...]]
    outbox: tuple[str, bytes, bytes, bytes]


@dataclass
class Rows:
    """Rows by the place of their record, and what the relay needs to publish them again."""

    of: dict[tuple[int, int], Row]
    headers: dict[bytes, list[tuple[str, bytes]]]
    partition: dict[bytes, int]


async def read_ahead(consumer: AIOKafkaConsumer, starts: dict[TopicPartition, int]) -> list[Any]:
    """All records that wait."""
    ends = await consumer.end_offsets(list(starts))
    left = sum(ends[place] - start for place, start in starts.items())
    records: list[Any] = []
    while len(records) < left:
        for found in (await consumer.getmany(timeout_ms=1_000, max_records=10_000)).values():
            records += found
    return records


async def loans_of(connection: asyncpg.Connection) -> dict[UUID, Loan]:
    """Every loan."""
    ids = [row[0] for row in await connection.fetch("SELECT id FROM loan")]
    return {row[0]: store.loan_of(row) for row in await connection.fetch(store._LOANS, ids)}


def computed(
    records: Sequence[Any], loans: dict[UUID, Loan], topic: str, prefix: str, partitions: int
) -> Rows:
    """The rows of all records, each loan's payments one upon the other."""
    rows = Rows({}, {}, {})
    numbers: dict[UUID, int] = defaultdict(lambda: 1)
    context = Context(now=AT, actor=Actor("raw", Role.SERVICE, None), reference=None)
    for record in records:
        event, envelope = wire.decode(topic, record.key, record.headers, record.value)
        assert isinstance(event, PaymentReceived)
        before = loans[event.loan_id]
        decision = payments.receive(before, event, context)
        assert isinstance(decision, Decision), "payments come in the order of their days"
        assert not decision.timers, "nothing of a loan falls due meanwhile"
        loans[before.id] = decision.state
        id_ = message_id(f"{topic}\n{envelope.source}", envelope.id)
        numbers[before.id] += 1
        out, headers = _published(decision, id_, envelope.id, numbers[before.id], prefix)
        rows.of[(record.partition, record.offset)] = _row(before, decision.state, id_, record.value, out)
        rows.headers[out[3]] = headers
        rows.partition[out[1]] = (murmur2(out[1]) & 0x7FFF_FFFF) % partitions
    return rows


def _row(before: Loan, after: Loan, id_: UUID, value: bytes, out: tuple[str, bytes, bytes, bytes]) -> Row:
    (fact,) = zip(*store._fact_columns([(after.id, after.added[-1])], AT)[:-1], strict=True)
    new = [(after.id, after.currency, one) for one in after.postings[len(before.postings) :]]
    return Row(
        inbox=(id_, wire.body_hash(value)),
        lock=spine.lock_id(Key("Loan", after.id)),
        loan=(after.id, *(column[0] for column in store._changing([after]))),
        fact=fact,
        postings=list(zip(*store._posting_columns(new, AT)[:-1], strict=True)),
        outbox=out,
    )


def _published(
    decision: Decision[Loan], cause: UUID, cause_id: str, sequence: int, prefix: str
) -> tuple[tuple[str, bytes, bytes, bytes], list[tuple[str, bytes]]]:
    (applied,) = decision.events
    envelope = wire.envelope_of(
        applied,
        id=str(event_id(cause, "ledger", 0)),
        source="/huancui/ledger",
        time=AT,
        recorded_at=AT,
        sequence=sequence,
        causation_id=cause_id,
        correlation_id=cause_id,
    )
    key, headers, value = wire.encode(applied, envelope)
    return (prefix + OUT, key, wire.pack_headers(headers), value), headers
