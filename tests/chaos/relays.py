"""Relays in doubt: an outbox to drain, and brokers that hold a send back, cut it in half, spend a number."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from aiokafka import TopicPartition

from shared.events.loans import LoanOpened, PaymentReceived
from shared.messaging.kafka import KafkaBroker, KafkaProducer
from shared.messaging.port import Broker, ConsumerPort, Outgoing, Partition, ProducerPort, Record
from shared.messaging.relay import Relay, RelaySettings
from shared.observe import Metrics
from tests.chaos.load import a_story
from tests.chaos.world import World
from tests.processes import eventually

log = structlog.get_logger()

END_LEADER = (
    "SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a JOIN pg_locks l USING (pid) "
    "WHERE a.datname = current_database() AND a.application_name = 'huancui-ledger-relay' "
    "AND l.locktype = 'advisory' AND l.granted"
)


class Through:
    """A broker that hands everything on to a real one."""

    def __init__(self, real: KafkaBroker) -> None:
        self.real = real

    def consumer(self, group: str, topics: Sequence[str], patterns: Sequence[str] = ()) -> ConsumerPort:
        """That of the real broker."""
        return self.real.consumer(group, topics, patterns)

    def producer(self) -> ProducerPort:
        """That of the real broker."""
        return self.real.producer()

    async def fetch(self, partition: Partition, offset: int) -> Record | None:
        """What the real broker has."""
        return await self.real.fetch(partition, offset)

    async def partitions(self, topics: Sequence[str]) -> dict[str, int]:
        """What the real broker has."""
        return await self.real.partitions(topics)


class _Gate(KafkaProducer):
    def __init__(self, broker: "Gated") -> None:
        super().__init__(broker.real.config)
        self._broker = broker

    async def send(self, records: Sequence[Outgoing], deadline_s: float) -> list[Exception | None]:
        self._broker.sending = len(records)
        await self._broker.open.wait()
        return await super().send(records, deadline_s)


class Gated(Through):
    """Sends wait at a gate, as if the process stood still, until it opens. `sending` counts what waits."""

    def __init__(self, real: KafkaBroker) -> None:
        super().__init__(real)
        self.open = asyncio.Event()
        self.sending = 0

    def producer(self) -> ProducerPort:
        """One that waits before the gate."""
        return _Gate(self)


class _Slow(KafkaProducer):
    async def send(self, records: Sequence[Outgoing], deadline_s: float) -> list[Exception | None]:
        await asyncio.sleep(0.02)
        return await super().send(records, deadline_s)


class Slow(Through):
    """Each send takes a moment more, so that there is time to end the relay that does it."""

    def producer(self) -> ProducerPort:
        """One that takes its time."""
        return _Slow(self.real.config)


class _Half(KafkaProducer):
    async def send(self, records: Sequence[Outgoing], deadline_s: float) -> list[Exception | None]:
        answers = await super().send(records[: len(records) // 2], deadline_s)
        if len(records) > 1 and not any(answers):
            log.error("dying_halfway", acknowledged=len(answers), of=len(records))
            os.kill(os.getpid(), signal.SIGKILL)
        return answers


class Halfway(Through):
    """Of the first batch with more than one record a half is acknowledged; then the process dies."""

    def producer(self) -> ProducerPort:
        """One that dies."""
        return _Half(self.real.config)


class _Spender(KafkaProducer):
    def __init__(self, broker: "Spending") -> None:
        super().__init__(broker.real.config)
        self._broker = broker

    async def send(self, records: Sequence[Outgoing], deadline_s: float) -> list[Exception | None]:
        if self._broker.spend and self._broker.sent:
            self._broker.spend = False
            # The broker has seen one number less than the next record will carry.
            for partition in range(self._broker.partitions_of_topic):
                place = TopicPartition(records[0].topic, partition)
                self._client._txn_manager.increment_sequence_number(place, 1)
        answers = await super().send(records, deadline_s)
        self._broker.sent += sum(answer is None for answer in answers)
        self._broker.refusals += [str(answer) for answer in answers if answer is not None]
        return answers


class Spending(Through):
    """After the first records a sequence number is spent, as a lost batch spends it. `refusals` came back."""

    def __init__(self, real: KafkaBroker, partitions: int) -> None:
        super().__init__(real)
        self.spend, self.sent, self.partitions_of_topic = True, 0, partitions
        self.producers = 0
        self.refusals: list[str] = []

    def producer(self) -> ProducerPort:
        """One that spends a number."""
        self.producers += 1
        return _Spender(self)


async def fill_outbox(world: World, loans: int, payments: int, *, seed: int = 7) -> None:
    """Have the ledger apply a story while no relay runs: all it tells stands in its outbox."""
    story = a_story(loans, payments, seed=seed)
    async with world.inside("ledger", role_relay=False, role_timers=False):
        await world.publish(story)

        async def applied() -> bool:
            # A loan that is paid in full tells more than its payments: its facts say that all has come.
            return bool(await world.value("ledger", "SELECT count(*) FROM fact") == len(story))

        await eventually(applied, "all is in the outbox")
    assert {type(event) for event in story} == {LoanOpened, PaymentReceived}


@asynccontextmanager
async def relaying(
    world: World, *brokers: Broker, batch_max: int = 1000, send_deadline_s: float = 10.0
) -> AsyncIterator[list[Relay]]:
    """A relay of the ledger over each of these brokers, all at once."""
    settings = RelaySettings(
        batch_max=batch_max, poll_least_ms=5, poll_most_ms=20, send_deadline_s=send_deadline_s
    )
    relays = [
        Relay("ledger", world.databases["ledger"], broker, Metrics(f"ledger{number}"), settings)
        for number, broker in enumerate(brokers)
    ]
    tasks = [asyncio.ensure_future(relay.run()) for relay in relays]
    try:
        yield relays
    finally:
        for relay in relays:
            relay.stop()
        await asyncio.gather(*tasks)


async def drained(world: World, within_s: float = 90) -> None:
    """Wait until the ledger's outbox is empty, but for what is held."""

    async def empty() -> bool:
        return bool(await world.value("ledger", "SELECT count(*) FROM outbox WHERE held IS NULL") == 0)

    await eventually(empty, "the outbox is drained", within_s)
