"""What we ask of a Kafka client. Two answer: aiokafka (`kafka.py`) and the broker in memory that tests use
(`memory.py`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Partition(NamedTuple):
    """One partition of a topic."""

    topic: str
    partition: int


class Record(Protocol):
    """One record as a client returns it."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...  # milliseconds since 1970, UTC
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class Outgoing(NamedTuple):
    """One record to publish."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class TooLargeForBroker(Exception):
    """The broker will never take this record as it is."""


class SendUnknown(Exception):
    """Whether the record arrived is not known: no answer within the deadline, or the producer failed. Send it
    again.
    """


class PositionOutOfRange(Exception):
    """The topic no longer holds the record that comes next: records were deleted before this service had read
    them.
    """

    def __init__(self, partition: Partition, position: int, first: int, end: int) -> None:
        self.partition, self.position, self.first, self.end = partition, position, first, end
        missing = (
            f"{position} to {first - 1}" if position < first else f"from {end} on (the topic ends there)"
        )
        super().__init__(f"{partition.topic}/{partition.partition}: offsets {missing} are gone")


class ConsumerPort(Protocol):
    """A member of a consumer group that is told where to read and never decides it."""

    async def start(self) -> None:
        """Connect and join; keeps trying until the broker answers."""
        ...

    async def stop(self) -> None:
        """Leave the group, within a deadline of its own."""
        ...

    @property
    def processing(self) -> asyncio.Lock:
        """Hold it while a batch is applied: handing a partition over waits for it."""
        ...

    @property
    def rebalances(self) -> int:
        """How often an assignment was taken away."""
        ...

    def assignment(self) -> tuple[int, frozenset[Partition]]:
        """The assignment's epoch, which grows with each change, and the partitions that are ours now."""
        ...

    def pause(self, partition: Partition) -> None:
        """Do not read this partition until it is sought."""
        ...

    def seek(self, partition: Partition, offset: int) -> None:
        """Read on from here."""
        ...

    async def poll(self, max_records: int, timeout_ms: int, lanes: int = 1) -> list[Record]:
        """Records of partitions that were sought, in order within each; [] at the time-out.

        At most `max_records` for each lane; a partition is in lane `partition % lanes`. Never cancel it.
        """
        ...

    async def position(self, partition: Partition) -> int:
        """The offset after all that `poll` has passed: it also passes what is no record (marks of
        transactions, gaps).
        """
        ...

    async def end_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """For each partition the offset that the next record will get."""
        ...

    async def beginning_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """For each partition the first offset that still exists."""
        ...

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Tell the group's offsets to lag tools. Nothing here reads them back; a failure is harmless."""
        ...


class ProducerPort(Protocol):
    """An idempotent producer. After any doubt it is thrown away and a new one made."""

    async def start(self) -> None:
        """Connect; raises when the broker does not answer."""
        ...

    async def send(self, records: Sequence[Outgoing], deadline_s: float) -> list[Exception | None]:
        """Send all in order and wait for the answers: None where acknowledged, else TooLargeForBroker or
        SendUnknown.
        """
        ...

    async def stop(self) -> None:
        """Close, within a deadline of its own."""
        ...


class Broker(Protocol):
    """Makes clients, and looks at topics."""

    def consumer(self, group: str, topics: Sequence[str], patterns: Sequence[str] = ()) -> ConsumerPort:
        """A member of `group` for these topics and for all that match a pattern."""
        ...

    def producer(self) -> ProducerPort:
        """A new producer."""
        ...

    async def fetch(self, partition: Partition, offset: int) -> Record | None:
        """One record by its place, or None when it is gone."""
        ...

    async def partitions(self, topics: Sequence[str]) -> dict[str, int]:
        """How many partitions each topic has; 0 for one that does not exist or may not be seen."""
        ...
