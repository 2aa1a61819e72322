"""A broker in memory behind the same port, so that a service's decisions, queries and routes are tested
without Kafka.
"""

import asyncio
import re
import time
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.messaging.port import Outgoing, Partition, Record, TooLargeForBroker

PARTITIONS = 2


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """A record as it was published."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass
class MemoryBroker:
    """Topics are made by the first record. Each consumer of a group gets all partitions: the last one to join
    takes them over.
    """

    largest: int = 1_000_000
    logs: dict[Partition, list[MemoryRecord]] = field(default_factory=lambda: defaultdict(list))
    owners: dict[str, "MemoryConsumer"] = field(default_factory=dict)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def consumer(self, group: str, topics: Sequence[str], patterns: Sequence[str] = ()) -> "MemoryConsumer":
        """A member of `group`, which owns all partitions from its start on."""
        return MemoryConsumer(self, group, re.compile("|".join([*map(re.escape, topics), *patterns])))

    def producer(self) -> "MemoryProducer":
        """A producer."""
        return MemoryProducer(self)

    async def fetch(self, partition: Partition, offset: int) -> Record | None:
        """One record by its place."""
        log = self.logs.get(partition, [])
        return log[offset] if 0 <= offset < len(log) else None

    async def partitions(self, topics: Sequence[str]) -> dict[str, int]:
        """Every topic exists."""
        return dict.fromkeys(topics, PARTITIONS)

    async def publish(self, one: Outgoing) -> MemoryRecord:
        """Append a record."""
        partition = Partition(one.topic, zlib.crc32(one.key) % PARTITIONS)
        for number in range(PARTITIONS):
            self.logs.setdefault(Partition(one.topic, number), [])
        log = self.logs[partition]
        record = MemoryRecord(
            *partition, len(log), int(time.time() * 1000), one.key, one.value, list(one.headers)
        )
        log.append(record)
        async with self.arrived:
            self.arrived.notify_all()
        return record

    def records(self, topic: str) -> list[MemoryRecord]:
        """All records of a topic, partition by partition."""
        return [
            record
            for partition, log in sorted(self.logs.items())
            if partition.topic == topic
            for record in log
        ]


class MemoryConsumer:
    """Reads where it is told, from the partitions it owns."""

    def __init__(self, broker: MemoryBroker, group: str, wanted: re.Pattern[str]) -> None:
        self._broker, self._group, self._wanted = broker, group, wanted
        self._at: dict[Partition, int] = {}
        self._epoch = 0
        self._owned: frozenset[Partition] = frozenset()
        self.processing = asyncio.Lock()
        self.rebalances = 0

    async def start(self) -> None:
        """Own everything."""
        self._broker.owners[self._group] = self

    async def stop(self) -> None:
        """Own nothing."""
        if self._broker.owners.get(self._group) is self:
            del self._broker.owners[self._group]

    def assignment(self) -> tuple[int, frozenset[Partition]]:
        """All partitions of the wanted topics, while this is the group's last member."""
        owned = frozenset(
            partition
            for partition in list(self._broker.logs)
            if self._broker.owners.get(self._group) is self and self._wanted.fullmatch(partition.topic)
        )
        if owned != self._owned:
            self._owned, self._at = owned, {}
            self._epoch += 1
            self.rebalances += 1
        return self._epoch, owned

    def pause(self, partition: Partition) -> None:
        """Do not read it."""
        self._at.pop(partition, None)

    def seek(self, partition: Partition, offset: int) -> None:
        """Read on from here."""
        self._at[partition] = offset

    async def poll(self, max_records: int, timeout_ms: int, lanes: int = 1) -> list[Record]:
        """What is there, or what comes within the time-out."""
        max_records *= lanes
        if not (found := self._take(max_records)):
            try:
                async with asyncio.timeout(timeout_ms / 1000), self._broker.arrived:
                    await self._broker.arrived.wait()
            except TimeoutError:
                return []
            found = self._take(max_records)
        return found

    def _take(self, max_records: int) -> list[Record]:
        found: list[Record] = []
        for partition, offset in self._at.items():
            records = self._broker.logs[partition][offset : offset + max_records - len(found)]
            self._at[partition] = offset + len(records)
            found += records
        return found

    async def position(self, partition: Partition) -> int:
        """After all that `poll` has returned."""
        return self._at[partition]

    async def end_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """Lengths."""
        return {partition: len(self._broker.logs[partition]) for partition in partitions}

    async def beginning_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """Nothing is ever deleted."""
        return dict.fromkeys(partitions, 0)

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        """There are no lag tools."""


class MemoryProducer:
    """Publishes at once."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def start(self) -> None:
        """Nothing to connect."""

    async def send(self, records: Sequence[Outgoing], deadline_s: float) -> list[Exception | None]:
        """Append in order; what is too large is refused."""
        answers: list[Exception | None] = []
        for one in records:
            if len(one.value or b"") > self._broker.largest:
                answers.append(TooLargeForBroker())
            else:
                await self._broker.publish(one)
                answers.append(None)
        return answers

    async def stop(self) -> None:
        """Nothing to close."""
