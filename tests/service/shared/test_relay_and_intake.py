"""The way out keeps order and sends again in doubt; the way in starts where the database says."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from shared.events.hardship import HardshipOpened
from shared.events.wire import pack_headers
from shared.messaging.memory import MemoryBroker, MemoryProducer
from shared.messaging.port import Outgoing, Partition, SendUnknown
from tests.builders import a_loan, a_payment, a_record, an_event
from tests.databases import Databases
from tests.harness import STILL, running, until


class DoubtfulProducer(MemoryProducer):
    """Takes a few records, answers for fewer, and is in doubt about the rest, as often as the broker says."""

    async def send(self, records: Sequence[Outgoing], deadline_s: float) -> list[Exception | None]:
        """Publish, and now and then lose the answers."""
        broker = self._broker
        assert isinstance(broker, DoubtfulBroker)
        if broker.doubts == 0:
            return await super().send(records, deadline_s)
        broker.doubts -= 1
        taken = await super().send(records[:3], deadline_s)
        return [*taken[:1], *[SendUnknown("lost") for _ in records[1:]]]


class DoubtfulBroker(MemoryBroker):
    """A broker whose answers get lost for a while."""

    doubts = 3

    def producer(self) -> MemoryProducer:
        """A producer in doubt."""
        return DoubtfulProducer(self)


def first_occurrences(broker: MemoryBroker, topic: str) -> list[str]:
    seen: dict[str, None] = {}
    for record in broker.records(topic):
        seen.setdefault(dict(record.headers)["ce_id"].decode())
    return list(seen)


async def test_after_a_doubt_all_is_sent_again_in_order_and_nothing_is_lost(databases: Databases) -> None:
    broker = DoubtfulBroker()
    async with running("ledger", await databases.make("ledger"), broker, **STILL) as ledger:
        await ledger.publish(a_loan(), *(a_payment("1.00", reference=f"p{n}") for n in range(10)))
        await ledger.settled()
        records = broker.records("ledger-events")
        assert len(records) > 11
        sequences: dict[str, int] = {}
        for record in records:
            headers = dict(record.headers)
            sequences.setdefault(headers["ce_id"].decode(), int(headers["ce_sequence"]))
        assert list(sequences.values()) == list(range(1, 12))
        made = ledger.service.metrics.registry.get_sample_value(
            "huancui_relay_producers_total", {"service": "ledger"}
        )
        assert made == 4


async def test_an_event_that_the_broker_will_not_take_holds_its_key_and_no_other(
    databases: Databases,
) -> None:
    broker = MemoryBroker()
    async with running("ledger", await databases.make("ledger"), broker, **STILL) as ledger:
        await ledger.publish(a_loan("one"), a_loan("two"))
        await ledger.settled()
        broker.largest = 10
        await ledger.publish(a_payment(loan="one", reference="p1"))
        await until(
            lambda: ledger.value("SELECT count(*) = 1 FROM outbox WHERE held IS NOT NULL"), "it is held"
        )
        broker.largest = 1_000_000
        await ledger.publish(a_payment(loan="one", reference="p2"), a_payment(loan="two", reference="p3"))

        async def passed() -> bool:
            return len(broker.records("ledger-events")) == 3

        await until(passed, "the other key goes on")
        await until(lambda: ledger.value("SELECT count(*) = 2 FROM outbox"), "the one behind waits")
        assert len(broker.records("ledger-events")) == 3
        await ledger.database.execute("UPDATE outbox SET held = NULL")
        await until(lambda: ledger.value("SELECT count(*) = 0 FROM outbox"), "the held events are published")
        sequences = [
            e.sequence
            for e in ledger.envelopes("ledger-events")
            if e.partition_key == str(a_loan("one").loan_id)
        ]
        assert sequences == [1, 2, 3]


async def test_a_row_that_commits_after_later_ones_is_still_published(databases: Databases) -> None:
    broker = MemoryBroker()
    insert = (
        "INSERT INTO outbox (topic, key, headers, value, created_at) VALUES ('late', $1, $2, '{}', now())"
    )
    bare = pack_headers([])
    async with running("ledger", await databases.make("ledger"), broker, **STILL) as ledger:
        async with ledger.database.acquire() as slow:
            transaction = slow.transaction()
            await transaction.start()
            await slow.execute(insert, b"early", bare)
            await ledger.database.execute(insert, b"later", bare)
            await until(lambda: ledger.value("SELECT count(*) = 0 FROM outbox"), "the later one is published")
            await transaction.commit()
        await ledger.settled()
        assert [record.key for record in broker.records("late")] == [b"later", b"early"]


async def test_two_replicas_publish_once_and_the_standby_takes_over(databases: Databases) -> None:
    broker, url = MemoryBroker(), await databases.make("ledger")
    async with running("ledger", url, broker, **STILL) as first:
        async with running("ledger", url, broker, **STILL) as second:
            await first.publish(a_loan(), *(a_payment("1.00", reference=f"p{n}") for n in range(20)))
            await second.settled()
            assert len(broker.records("ledger-events")) == 21
            killed = await first.value(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE application_name = 'huancui-ledger-relay' AND datname = current_database()"
            )
            assert killed == 2
            await first.publish(a_payment("1.00", reference="after"))
            await second.settled()
        assert first_occurrences(broker, "ledger-events") == [
            dict(r.headers)["ce_id"].decode() for r in broker.records("ledger-events")
        ]


async def test_the_position_in_the_database_rules(databases: Databases) -> None:
    broker, url = MemoryBroker(), await databases.make("ledger")
    async with running("ledger", url, broker, **STILL) as ledger:
        await ledger.publish(a_loan(), a_payment(reference="p1"))
        await ledger.settled()
        # The service writes there too, row by row in an order of its own.
        await ledger.database.execute(
            "LOCK TABLE position IN EXCLUSIVE MODE; UPDATE position SET next_offset = 0"
        )
        await ledger.database.execute("DELETE FROM inbox")
    async with running("ledger", url, broker, **STILL) as again:
        await again.publish(a_payment(reference="p2"))
        await again.settled()
        assert await again.payments() == ["p1", "p2"]
        ids = first_occurrences(broker, "ledger-events")
        assert len(ids) == 3


async def test_the_position_goes_on_behind_records_that_concern_nobody_here(databases: Databases) -> None:
    broker, url = MemoryBroker(), await databases.make("ledger")
    other = an_event(HardshipOpened)
    async with running("ledger", url, broker, **STILL) as ledger:
        await ledger.publish(*[other] * 30, a_loan(), a_payment(reference="p1"), *[other] * 30)
        await ledger.settled()  # the position stands at the end of all that was published
        assert await ledger.value("SELECT count(*) FROM inbox") == 2
    async with running("ledger", url, broker, **STILL) as again:
        # Somebody else has moved the position meanwhile: what was passed is read again, and nothing is lost.
        await again.publish(*[other] * 10)
        await again.database.execute(
            "LOCK TABLE position IN EXCLUSIVE MODE; UPDATE position SET next_offset = 0"
        )
        await again.publish(a_payment(reference="p2"))
        await again.settled()
        assert await again.payments() == ["p1", "p2"]


async def test_work_done_again_after_a_restore_publishes_the_same_ids(databases: Databases) -> None:
    broker = MemoryBroker()
    for _ in range(2):
        async with running("ledger", await databases.make("ledger"), broker, **STILL) as ledger:
            if not broker.logs:
                await ledger.publish(a_loan(), a_payment(reference="p1"))
            await ledger.settled()
    records = broker.records("ledger-events")
    assert len(records) == 4
    assert len(first_occurrences(broker, "ledger-events")) == 2


async def test_a_second_member_takes_over_and_the_first_does_no_harm(databases: Databases) -> None:
    broker, url = MemoryBroker(), await databases.make("ledger")
    async with running("ledger", url, broker, **STILL) as first:
        await first.publish(a_loan())
        await first.settled()
        async with running("ledger", url, broker, **STILL) as second:
            await second.publish(*(a_payment("1.00", reference=f"p{n}") for n in range(30)))
            await second.settled()
            assert len(await second.payments()) == 30
            assert first.service.intakes[0].places == {}


async def test_records_that_were_deleted_unread_stop_the_consumer_loudly(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, url = MemoryBroker(), await databases.make("ledger")
    async with running("ledger", url, broker, **STILL) as ledger:
        await ledger.publish(a_loan())
        await ledger.settled()
        (partition,) = [p for p, log in broker.logs.items() if log and p.topic.startswith("loan-events")]

    class Shortened(MemoryBroker):
        def consumer(self, group: str, topics: Sequence[str], patterns: Sequence[str] = ()) -> Any:
            consumer = super().consumer(group, topics, patterns)

            async def beginning(partitions: Sequence[Partition]) -> dict[Partition, int]:
                return {p: 5 if p == partition else 0 for p in partitions}

            consumer.beginning_offsets = beginning  # type: ignore[method-assign]
            return consumer

    async with running("ledger", url, Shortened(logs=broker.logs), **STILL) as ledger:

        async def failed() -> bool:
            return ledger.service.intakes[0].failed is not None

        await until(failed, "the consumer stops")
        checks = [check for check in await ledger.service.readiness() if not check.ok]
        assert "offsets 1 to 4 are gone" in checks[0].detail


async def test_a_new_partition_waits_until_the_old_ones_are_read(databases: Databases) -> None:
    broker, url = MemoryBroker(), await databases.make("ledger")
    async with running("ledger", url, broker, **STILL) as ledger:
        await ledger.publish(a_loan())
        await ledger.settled()
    lender_topic = a_loan().topic_name
    record = a_record(a_payment(reference="new"))
    broker.logs[Partition(lender_topic, 7)] = []
    async with running("ledger", url, broker, role_relay=False, **STILL) as ledger:
        await broker.publish(record)
        moved = broker.logs[Partition(lender_topic, 7)]
        moved.append(broker.records(lender_topic)[-1])

        async def begun() -> bool:
            return Partition(lender_topic, 7) in ledger.service.intakes[0].places

        await until(begun, "the new partition is begun once the old ones are read")


async def test_shutting_down_under_load_keeps_everything(databases: Databases) -> None:
    broker, url = MemoryBroker(), await databases.make("ledger")
    async with running("ledger", url, broker, **STILL) as ledger:
        loans = [a_loan(f"l{n}") for n in range(20)]
        paid = (a_payment("0.01", reference=f"p{n}", loan=f"l{n % 20}") for n in range(2000))
        await ledger.publish(*loans, *paid)
        await until(ledger.payments, "it has begun")
    async with running("ledger", url, broker, **STILL) as ledger:
        await ledger.settled()
        assert len(await ledger.payments()) == 2000
        assert len(first_occurrences(broker, "ledger-events")) == 2020
        await asyncio.sleep(0)
