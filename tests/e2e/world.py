"""What a story plays in: topics, databases, a platform that publishes, and a driver of simulated time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.events import wire
from shared.events.base import Event
from shared.events.clock import ClockTicked
from shared.messaging.kafka import KafkaBroker
from shared.messaging.port import Partition, ProducerPort, Record
from shared.service import Quiescence
from tests.builders import a_record
from tests.databases import Databases
from tests.harness import Running, running, until


@dataclass
class World:
    """Everything around the services of a story."""

    broker: KafkaBroker
    prefix: str
    databases: Databases
    producer: ProducerPort
    services: dict[str, Running]

    @classmethod
    @asynccontextmanager
    async def opened(cls, broker: KafkaBroker, prefix: str, databases: Databases) -> AsyncIterator["World"]:
        """A world with its platform connected and no service yet."""
        producer = broker.producer()
        await producer.start()
        try:
            yield cls(broker, prefix, databases, producer, {})
        finally:
            await producer.stop()

    @asynccontextmanager
    async def with_services(self, *names: str, **changes: Any) -> AsyncIterator["World"]:
        """Run services until the end of the block."""
        async with AsyncExitStack() as stack:
            for name in names:
                settings = {"topic_prefix": self.prefix, **changes}
                url = await self.databases.make(name)
                self.services[name] = await stack.enter_async_context(
                    running(name, url, self.broker, **settings)
                )
            yield self

    async def publish(self, *events: Event, ids: Sequence[str] = ()) -> None:
        """Publish as the platform does, and wait until Kafka has it."""
        records = [
            a_record(event, prefix=self.prefix, id=ids[index] if ids else None)
            for index, event in enumerate(events)
        ]
        assert not any(await self.producer.send(records, 20))

    async def rest(self) -> list[Quiescence]:
        """Wait until all services have come to rest: two equal rounds, outboxes empty, nothing due."""
        before: list[Any] = []

        async def resting() -> list[Quiescence]:
            nonlocal before
            found = [await service.service.quiescence() for service in self.services.values()]
            now = [(one.consumed, one.emitted) for one in found]
            still = now == before and all(one.at_rest for one in found)
            before = now
            return found if still else []

        found: list[Quiescence] = await until(resting, "all services come to rest", within_s=60)
        return found

    async def live_until(self, end: datetime) -> int:
        """Let simulated time pass from each due moment to the next; how many ticks it took."""
        ticks = 0
        while True:
            due = [one.next_due_at for one in await self.rest() if one.next_due_at is not None]
            moment = min(due, default=end)
            await self.publish(ClockTicked(now=min(moment, end)))
            ticks += 1
            if moment >= end:
                await self.rest()
                return ticks

    async def records(self, topic: str, partitions: int = 2) -> list[Record]:
        """All records of a topic, partition by partition."""
        found: list[Record] = []
        consumer = self.broker.consumer(f"look-{self.prefix}{topic}", [self.prefix + topic])
        await consumer.start()
        try:
            await until(lambda: _assigned(consumer), "the topic is assigned")
            wanted = [Partition(self.prefix + topic, number) for number in range(partitions)]
            for partition in wanted:
                consumer.seek(partition, 0)
            ends = await consumer.end_offsets(wanted)
            while len(found) < sum(ends.values()):
                found += await consumer.poll(500, 200)
        finally:
            await consumer.stop()
        return sorted(found, key=lambda record: (record.partition, record.offset))

    async def events(self, topic: str) -> list[tuple[Event, wire.Envelope]]:
        """All events of a topic, partition by partition."""
        return [wire.decode(topic, r.key, r.headers, r.value) for r in await self.records(topic)]


async def _assigned(consumer: Any) -> bool:
    await asyncio.sleep(0)
    return bool(consumer.assignment()[1])
