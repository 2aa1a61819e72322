"""The checker: reads all databases and topics, and reports what was lost, doubled, disordered or unbalanced.

`python -m tests.chaos.checker` takes what it must know as JSON on its standard input and writes what it
found, by kind, as JSON. Its exit status is 0 when it found nothing and 1 when it found something. Of the
event layer it uses the decoding of records alone: what it says of the others' work it finds out by itself.
"""

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.errors import Unreadable
from shared.events import wire
from shared.events.base import Event, event_class
from shared.events.ledger import LoanRegistered, PaymentApplied
from shared.events.loans import LoanOpened, PaymentReceived
from tests.followup.flow import FollowUpMade

KINDS = ("lost", "doubled", "out_of_order", "unbalanced", "unpublished", "held", "unread", "uncaused")
PUBLISHED = {"ledger": "ledger-events", "followup": "followup-events"}
READ = {"ledger": ("loan-events",), "followup": ("ledger-events",)}
EMPTY_POLLS_MAX = 20

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
class Findings:
    """What is wrong, by kind."""

    found: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def add(self, kind: str, text: str) -> None:
        """Report one thing."""
        self.found[kind].append(text)


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


# -- reading -------------------------------------------------------------------------------------------------

TABLES = {
    "outbox": "SELECT seq, topic, held FROM outbox ORDER BY seq",
    "held": "SELECT seq, status, topic, partition, record_offset, name, reason, key FROM held ORDER BY seq",
    "position": "SELECT topic, partition, next_offset FROM position",
}
OWN_TABLES = {
    "ledger": {
        "loan": "SELECT id, amount_minor, unpaid_minor, unpaid_total_minor, credit_minor FROM loan",
        "payment": "SELECT loan_id, reference, id, amount_minor FROM payment",
        "posting": "SELECT loan_id, cause, account, amount_minor, currency FROM posting",
    },
    "followup": {"followup": "SELECT loan_id, payments, applied_minor, followed FROM followup"},
}


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


# -- concluding ----------------------------------------------------------------------------------------------


def first_occurrences(records: Iterable[Told]) -> list[Told]:
    """Each readable event once, where it stands first. A record sent again is allowed, and counts once."""
    seen: set[tuple[str, str]] = set()
    first = []
    for one in records:
        if one.event is not None and (one.source, one.id) not in seen:
            seen.add((one.source, one.id))
            first.append(one)
    return first


def check_topic(records: Sequence[Told], findings: Findings) -> None:
    """The same id has the same contents; the numbers of each key's events rise by one from 1 on."""
    contents: dict[tuple[str, str], bytes] = {}
    for one in records:
        if one.event is None:
            findings.add("lost", f"{one.topic}/{one.partition}/{one.offset} cannot be read")
        elif contents.setdefault((one.source, one.id), one.value) != one.value:
            findings.add("doubled", f"{one.topic}: {one.id} stands there with different contents")
    numbers: dict[str, list[int | None]] = defaultdict(list)
    for one in first_occurrences(records):
        assert one.event is not None
        numbers[one.event.partition_key].append(one.sequence)
    for key, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            missing = set(range(1, len(found) + 1)) - set(found)
            kind = "lost" if missing and found == sorted(found, key=lambda n: n or 0) else "out_of_order"
            findings.add(kind, f"{records[0].topic}: {key} has the numbers {found[:40]}")


def inputs_of(evidence: Evidence, findings: Findings) -> list[Event]:
    """What must have had its effect: acknowledged commands, and published events that are not held."""
    held = {
        (row["topic"], row["partition"], row["record_offset"]): row for row in evidence.rows["ledger"]["held"]
    }
    counted: list[Event] = list(evidence.acknowledged)
    for topic in evidence.inputs:
        records = evidence.topics[topic]
        for one in records:
            if one.event is None and (one.topic, one.partition, one.offset) not in held:
                findings.add("lost", f"{topic}/{one.partition}/{one.offset} is unreadable and not parked")
        counted += [
            one.event
            for one in first_occurrences(records)
            if (one.topic, one.partition, one.offset) not in held and one.event is not None
        ]
    return counted


def check_effects(evidence: Evidence, inputs: Sequence[Event], findings: Findings) -> None:
    """Each payment and each loan that came has one row, its postings and one event that tells of it."""
    ledger = evidence.rows["ledger"]
    told = first_occurrences(evidence.topics[PUBLISHED["ledger"]])
    applied = Counter(one.event.payment_id for one in told if isinstance(one.event, PaymentApplied))
    registered = Counter(one.event.loan_id for one in told if isinstance(one.event, LoanRegistered))
    payments = Counter(row["id"] for row in ledger["payment"])
    cash = Counter((row["loan_id"], row["cause"]) for row in ledger["posting"] if row["account"] == "cash")
    loans = Counter(row["id"] for row in ledger["loan"])
    paid = {one.payment_id: one for one in inputs if isinstance(one, PaymentReceived)}
    opened = {one.loan_id: one for one in inputs if isinstance(one, LoanOpened)}
    for payment_id, one in paid.items():
        name = f"payment {one.payment_reference} of {one.loan_reference}"
        _once(payments[payment_id], f"{name}: its row", findings)
        _once(cash[(one.loan_id, one.payment_reference)], f"{name}: its cash posting", findings)
        _once(applied[payment_id], f"{name}: its PaymentApplied", findings)
    for loan_id, loan in opened.items():
        _once(loans[loan_id], f"loan {loan.loan_reference}: its row", findings)
        _once(registered[loan_id], f"loan {loan.loan_reference}: its LoanRegistered", findings)
    possible = {one.payment_id for one in evidence.attempted if isinstance(one, PaymentReceived)} | set(paid)
    for payment_id in (set(payments) | set(applied)) - possible:
        findings.add("uncaused", f"payment {payment_id} was never reported")
    for payment_id in set(payments) ^ set(applied):
        if payment_id not in paid and payment_id in possible:
            findings.add("lost", f"payment {payment_id}: a row without an event, or an event without a row")


def _once(count: int, what: str, findings: Findings) -> None:
    if count != 1:
        findings.add("lost" if count == 0 else "doubled", f"{what} is there {count} times")


def check_order(evidence: Evidence, findings: Findings) -> None:
    """Payments of a loan that came by Kafka were applied in the order in which they were published."""
    wanted: dict[UUID, list[UUID]] = defaultdict(list)
    for topic in evidence.inputs:
        for one in first_occurrences(evidence.topics[topic]):
            event = one.event
            if isinstance(event, PaymentReceived) and event.payment_id not in wanted[event.loan_id]:
                wanted[event.loan_id].append(event.payment_id)
    applied: dict[UUID, list[UUID]] = defaultdict(list)
    for one in first_occurrences(evidence.topics[PUBLISHED["ledger"]]):
        if isinstance(one.event, PaymentApplied) and one.event.payment_id in wanted[one.event.loan_id]:
            applied[one.event.loan_id].append(one.event.payment_id)
    for loan_id, order in applied.items():
        there = set(order)
        if order != [payment_id for payment_id in wanted[loan_id] if payment_id in there]:
            findings.add("out_of_order", f"loan {loan_id}: payments applied in another order than they came")


def check_money(evidence: Evidence, findings: Findings) -> None:
    """Postings of each cause add up to zero, and each stored balance is the sum of its postings."""
    ledger = evidence.rows["ledger"]
    causes: Counter[tuple[Any, ...]] = Counter()
    accounts: Counter[tuple[Any, ...]] = Counter()
    for row in ledger["posting"]:
        causes[(row["loan_id"], row["cause"], row["currency"])] += row["amount_minor"]
        accounts[(row["loan_id"], row["account"])] += row["amount_minor"]
    for (loan_id, cause, currency), total in causes.items():
        if total:
            findings.add("unbalanced", f"loan {loan_id}, {cause}: postings add up to {total} {currency}")
    paid: Counter[UUID] = Counter()
    for row in ledger["payment"]:
        paid[row["loan_id"]] += row["amount_minor"]
    for row in ledger["loan"]:
        owed, id_ = sum(row["amount_minor"]), row["id"]
        right = {
            "unpaid": max(0, owed - paid[id_]),
            "by postings": accounts[(id_, "receivable")],
            "credit": max(0, paid[id_] - owed),
            "credit by postings": -accounts[(id_, "borrower_credit")],
        }
        stored = {
            "unpaid": row["unpaid_total_minor"],
            "by postings": sum(row["unpaid_minor"]),
            "credit": row["credit_minor"],
            "credit by postings": row["credit_minor"],
        }
        if stored != right:
            findings.add("unbalanced", f"loan {id_}: stored {stored}, computed again {right}")


def check_followup(evidence: Evidence, findings: Findings) -> None:
    """The second service has counted each event of the first once, and told each of its own once."""
    if "followup" not in evidence.rows:
        return
    payments: Counter[UUID] = Counter()
    minor: Counter[UUID] = Counter()
    for one in first_occurrences(evidence.topics[PUBLISHED["ledger"]]):
        if isinstance(one.event, PaymentApplied):
            payments[one.event.loan_id] += 1
            minor[one.event.loan_id] += one.event.applied.minor
    made: dict[UUID, list[int]] = defaultdict(list)
    for one in first_occurrences(evidence.topics[PUBLISHED["followup"]]):
        if isinstance(one.event, FollowUpMade):
            made[one.event.loan_id].append(one.event.number)
    rows = {row["loan_id"]: row for row in evidence.rows["followup"]["followup"]}
    for loan_id in set(payments) | set(rows):
        row = rows.get(loan_id) or {"payments": 0, "applied_minor": 0, "followed": 0}
        if row["payments"] != payments[loan_id] or row["applied_minor"] != minor[loan_id]:
            kind = "lost" if row["payments"] < payments[loan_id] else "doubled"
            counted, told = (row["payments"], row["applied_minor"]), (payments[loan_id], minor[loan_id])
            findings.add(kind, f"followup of {loan_id}: counted {counted}, published {told}")
        if made[loan_id] != list(range(1, row["followed"] + 1)):
            kind = "lost" if len(made[loan_id]) < row["followed"] else "doubled"
            findings.add(
                kind, f"followup of {loan_id}: followed {row['followed']}, told {made[loan_id][:20]}"
            )


def check_rest(evidence: Evidence, findings: Findings) -> None:
    """Nothing waits to be published or read, and nothing is held but for the reasons that are allowed."""
    for service, tables in evidence.rows.items():
        for row in tables["outbox"]:
            if row["held"] is None or "outbox" not in evidence.allowed:
                findings.add("unpublished", f"{service}: row {row['seq']} for {row['topic']} ({row['held']})")
        for row in tables["held"]:
            if row["reason"] not in evidence.allowed:
                findings.add("held", f"{service}: {row['name']} {row['status']} for {row['reason']}")
        read = {(row["topic"], row["partition"]): row["next_offset"] for row in tables["position"]}
        for (topic, partition), end in evidence.ends.items():
            if topic.startswith(READ[service]) and end and read.get((topic, partition)) != end:
                findings.add(
                    "unread", f"{service}: {topic}/{partition} to {read.get((topic, partition))} of {end}"
                )


def conclude(evidence: Evidence) -> dict[str, list[str]]:
    """All findings, by kind."""
    findings = Findings()
    for service in evidence.rows:
        if records := evidence.topics[PUBLISHED[service]]:
            check_topic(records, findings)
    check_effects(evidence, inputs_of(evidence, findings), findings)
    check_order(evidence, findings)
    check_money(evidence, findings)
    check_followup(evidence, findings)
    check_rest(evidence, findings)
    return findings.found


def main() -> int:
    """Check what the standard input tells of."""
    found = conclude(asyncio.run(gather(json.load(sys.stdin))))
    json.dump(found, sys.stdout)
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
