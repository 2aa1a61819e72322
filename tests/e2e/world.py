"""What a story plays in: topics, databases, a platform that publishes, and a driver of simulated time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any

from shared.events import wire
from shared.events.base import Event
from shared.events.clock import ClockTicked
from shared.messaging.kafka import KafkaBroker
from shared.messaging.port import Partition, ProducerPort, Record
from shared.service import Quiescence
from tests.builders import a_record
from tests.databases import Databases
from tests.e2e.slain import Replica, Slain
from tests.harness import Running, running, until

RESTS_WITHIN_S, SLOWLY_S = 60.0, 240.0
"""A group whose members come and go is shared out anew each time, which may take Kafka half a minute."""


@dataclass
class World:
    """Everything around the services of a story."""

    broker: KafkaBroker
    prefix: str
    databases: Databases
    producer: ProducerPort
    services: dict[str, Running | Replica]
    rolling: "Rolling | None" = None
    slain: Slain | None = None

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
        """Run services until the end of the block; in a world where they are killed, in processes."""
        if self.slain is not None:
            async with self.slain.running(self.databases, names, changes):
                self.services |= self.slain.replicas
                yield self
            return
        async with AsyncExitStack() as stack:
            for name in names:
                settings = {"topic_prefix": self.prefix, **changes}
                url = await self.databases.make(name)
                self.services[name] = await stack.enter_async_context(
                    running(name, url, self.broker, **settings)
                )
            yield self

    @asynccontextmanager
    async def with_replicas(self, *names: str, **changes: Any) -> AsyncIterator["World"]:
        """Run two replicas of each service, which are restarted one after the other while things happen:
        another one each time that something is published.
        """
        settings = {"topic_prefix": self.prefix, **changes}
        urls = {name: await self.databases.make(name) for name in names}

        rolling = Rolling(self, names, lambda name: running(name, urls[name], self.broker, **settings))
        async with rolling:
            await self.rest()  # all have joined: a restart is no start
            self.rolling = rolling
            yield self

    async def publish(self, *events: Event, ids: Sequence[str] = ()) -> None:
        """Publish as the platform does, and wait until Kafka has it."""
        if self.rolling is not None:
            await self.rolling.go_on()
        if self.slain is not None:
            await self.slain.something_happens()
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
            found = [await service.quiescence() for service in self.services.values()]
            now = [(one.consumed, one.emitted) for one in found]
            still = now == before and all(one.at_rest for one in found)
            before = now
            return found if still else []

        found: list[Quiescence] = await until(
            resting,
            "all services come to rest",
            within_s=RESTS_WITHIN_S if self.rolling is None and self.slain is None else SLOWLY_S,
        )
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
        """All events of a topic, partition by partition; of one that a killed relay told twice the first, as
        every consumer takes it.
        """
        told = [wire.decode(topic, r.key, r.headers, r.value) for r in await self.records(topic)]
        if self.slain is None:
            return told
        first: dict[str, tuple[Event, wire.Envelope]] = {}
        for event, envelope in told:
            first.setdefault(envelope.id, (event, envelope))
        return list(first.values())


class Rolling:
    """Two replicas of each service, each of them restarted once. A restart goes on beside what happens, and
    ends before the next begins.
    """

    def __init__(
        self,
        world: World,
        names: Sequence[str],
        replica: Callable[[str], AbstractAsyncContextManager[Running]],
    ) -> None:
        self._world, self._names, self._replica = world, names, replica
        self._up: dict[str, list[tuple[AbstractAsyncContextManager[Running], Running]]] = {}
        self._next = cycle(names)
        self._restart: asyncio.Task[None] | None = None
        self.restarts = 0

    async def __aenter__(self) -> None:
        for name in self._names:
            self._up[name] = [await self._started(name) for _ in range(2)]
            self._world.services[name] = self._up[name][0][1]

    async def __aexit__(self, *error: object) -> None:
        if self._restart is not None:
            await self._restart
        for replicas in self._up.values():
            for manager, _ in replicas:
                await manager.__aexit__(None, None, None)

    async def go_on(self) -> None:
        """Begin to restart the next service's older replica; the other one serves meanwhile."""
        if self._restart is not None:
            await self._restart
        if self.restarts < 2 * len(self._names):
            self._restart = asyncio.ensure_future(self._renew(next(self._next)))

    async def _renew(self, name: str) -> None:
        (old, _), other = self._up[name]
        self._world.services[name] = other[1]
        await old.__aexit__(None, None, None)
        self._up[name] = [other, await self._started(name)]
        self.restarts += 1

    async def _started(self, name: str) -> tuple[AbstractAsyncContextManager[Running], Running]:
        manager = self._replica(name)
        return manager, await manager.__aenter__()


async def _assigned(consumer: Any) -> bool:
    await asyncio.sleep(0)
    return bool(consumer.assignment()[1])
