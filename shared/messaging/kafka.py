"""aiokafka behind our port, with a guard around what it does differently from what we need.

Its defaults would commit by themselves, begin at the end and read aborted records; its rebalances run beside
the poll; its
idempotent producer never gives up. Hence: offsets are ours, each change of the assignment is a new epoch, a
poll is never
cancelled, a send has our own deadline, and a producer in doubt is thrown away.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from aiokafka.partitioner import murmur2

from shared.messaging.port import Outgoing, Partition, Record, SendUnknown, TooLargeForBroker

log = structlog.get_logger()

CLOSE_WITHIN_S = 5.0
START_RETRY_FIRST_S, START_RETRY_LONGEST_S = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class KafkaConfig:
    """How to reach the brokers, and the limits of group membership. With a user, SCRAM-SHA-512 is used."""

    bootstrap: str
    user: str | None = None
    password: str | None = None
    tls: ssl.SSLContext | None = None
    client_id: str = "huancui"
    session_timeout_ms: int = 30_000
    heartbeat_interval_ms: int = 3_000
    rebalance_timeout_ms: int = 30_000
    max_poll_interval_ms: int = 300_000
    request_timeout_ms: int = 20_000
    metadata_max_age_ms: int = 5_000
    compression: str | None = "lz4"

    def client_options(self) -> dict[str, Any]:
        """What every client of ours is made with."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "client_id": self.client_id,
            "request_timeout_ms": self.request_timeout_ms,
            "metadata_max_age_ms": self.metadata_max_age_ms,
        }
        if self.user is not None:
            options |= {
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        options["security_protocol"] = ("SASL_" if self.user is not None else "") + (
            "SSL" if self.tls else "PLAINTEXT"
        )
        if self.tls:
            options["ssl_context"] = self.tls
        return options


class KafkaBroker:
    """Makes guarded clients for one cluster."""

    def __init__(self, config: KafkaConfig) -> None:
        self.config = config

    def consumer(self, group: str, topics: Sequence[str], patterns: Sequence[str] = ()) -> "KafkaConsumer":
        """A member of `group`."""
        return KafkaConsumer(self.config, group, topics, patterns)

    def producer(self) -> "KafkaProducer":
        """A new idempotent producer."""
        return KafkaProducer(self.config)

    async def fetch(self, partition: Partition, offset: int) -> Record | None:
        """One record by its place."""
        consumer = AIOKafkaConsumer(
            **self.config.client_options(), enable_auto_commit=False, isolation_level="read_committed"
        )
        await consumer.start()
        try:
            place = TopicPartition(*partition)
            consumer.assign([place])
            first, end = (
                (await consumer.beginning_offsets([place]))[place],
                (await consumer.end_offsets([place]))[place],
            )
            if not first <= offset < end:
                return None
            consumer.seek(place, offset)
            found = await consumer.getmany(place, timeout_ms=10_000, max_records=1)
            records: list[Record] = found.get(place, [])
            return records[0] if records and records[0].offset == offset else None
        finally:
            await consumer.stop()

    async def partitions(self, topics: Sequence[str]) -> dict[str, int]:
        """How many partitions each topic has; 0 where it is missing or hidden from us."""
        options = self.config.client_options()
        admin = AIOKafkaAdminClient(**options)
        await admin.start()
        try:
            described = await admin.describe_topics(list(topics))
            return {
                one["topic"]: len(one["partitions"]) if one["error_code"] == 0 else 0 for one in described
            }
        finally:
            await admin.close()


class _Assignments(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Numbers assignments. A revocation waits for the batch in flight: hand-over follows its commit."""

    def __init__(self, wait_ms: int) -> None:
        self.epoch = 0
        self.partitions: frozenset[Partition] = frozenset()
        self.processing = asyncio.Lock()
        self.rebalances = 0
        self._wait_s = wait_ms / 1000

    async def on_partitions_revoked(self, revoked: Any) -> None:
        self.epoch += 1
        self.rebalances += 1
        self.partitions = frozenset()
        try:
            await asyncio.wait_for(self.processing.acquire(), self._wait_s)
        except TimeoutError:
            # Its late transaction will find the positions moved and do nothing.
            log.warning("revoked_during_batch")
        else:
            self.processing.release()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        self.epoch += 1
        self.partitions = frozenset(Partition(one.topic, one.partition) for one in assigned)


class KafkaConsumer:
    """The guard around aiokafka's consumer."""

    def __init__(
        self, config: KafkaConfig, group: str, topics: Sequence[str], patterns: Sequence[str]
    ) -> None:
        self._config, self._group = config, group
        self._pattern = "^(?:" + "|".join([*map(re.escape, topics), *patterns]) + ")$"
        self._assignments = _Assignments(config.rebalance_timeout_ms // 2)
        self._client: AIOKafkaConsumer | None = None
        self._asking: AIOKafkaConsumer | None = None
        self._one_asks = asyncio.Lock()

    async def start(self) -> None:
        """Join the group; tries again for as long as the broker does not answer."""
        delay = START_RETRY_FIRST_S
        while True:
            client = self._make()
            try:
                await client.start()
            except (KafkaError, OSError) as error:
                log.warning("consumer_start_retried", group=self._group, error=type(error).__name__)
                await self._close(client)
            else:
                self._client = client
                return
            await asyncio.sleep(delay)
            delay = min(delay * 2, START_RETRY_LONGEST_S)

    def _make(self) -> AIOKafkaConsumer:
        config = self._config
        # The answer to a join comes when the others have joined too; giving up earlier begins all anew.
        patience = max(config.session_timeout_ms, config.rebalance_timeout_ms) + 5_000
        client = AIOKafkaConsumer(
            **config.client_options() | {"request_timeout_ms": patience},
            group_id=self._group,
            enable_auto_commit=False,
            # We say where to read. A position that no longer exists must be a loud stop, never a silent jump.
            auto_offset_reset="none",
            isolation_level="read_committed",
            session_timeout_ms=config.session_timeout_ms,
            heartbeat_interval_ms=config.heartbeat_interval_ms,
            rebalance_timeout_ms=config.rebalance_timeout_ms,
            max_poll_interval_ms=config.max_poll_interval_ms,
            max_partition_fetch_bytes=4 * 1024 * 1024,
            fetch_max_wait_ms=200,
        )
        client.subscribe(pattern=self._pattern, listener=self._assignments)
        return client

    async def stop(self) -> None:
        """Leave the group."""
        if self._asking is not None:
            await self._close(self._asking)
            self._asking = None
        if self._client is not None:
            await self._close(self._client)
            self._client = None
            self._assignments.epoch += 1
            self._assignments.partitions = frozenset()

    @staticmethod
    async def _close(client: AIOKafkaConsumer) -> None:
        with contextlib.suppress(KafkaError, OSError, TimeoutError):
            await asyncio.wait_for(client.stop(), CLOSE_WITHIN_S)

    @property
    def processing(self) -> asyncio.Lock:
        """Held while a batch is applied: a revocation waits for it."""
        return self._assignments.processing

    @property
    def rebalances(self) -> int:
        """How often the assignment was taken away."""
        return self._assignments.rebalances

    def assignment(self) -> tuple[int, frozenset[Partition]]:
        """Epoch and partitions."""
        return self._assignments.epoch, self._assignments.partitions

    def pause(self, partition: Partition) -> None:
        """Do not read this partition until it is sought."""
        place = TopicPartition(*partition)
        self._connected.pause(place)
        # Any place will do: without one, every poll complains that there is none and returns nothing.
        self._connected.seek(place, 0)

    def seek(self, partition: Partition, offset: int) -> None:
        """Read on from here."""
        place = TopicPartition(*partition)
        self._connected.seek(place, offset)
        self._connected.resume(place)

    async def poll(self, max_records: int, timeout_ms: int, lanes: int = 1) -> list[Record]:
        """Records of this epoch's partitions, a fair share of each lane's."""
        epoch, partitions = self._assignments.epoch, self._assignments.partitions
        found: list[Record] = []
        try:
            # What is there already, lane by lane: one call would empty a few partitions and leave the others.
            for lane in range(lanes if lanes > 1 else 0):
                places = [TopicPartition(*one) for one in partitions if one.partition % lanes == lane]
                if places:
                    found += _flat(await self._connected.getmany(*places, max_records=max_records))
            if not found:
                found = _flat(await self._connected.getmany(timeout_ms=timeout_ms, max_records=max_records))
        except NoOffsetForPartitionError:
            pass  # the group has no offset there: our seek, not the group, says where to read
        except OffsetOutOfRangeError:
            pass  # the runner compares positions with what the topic holds
        # From before a change of the assignment they do not count: the next owner reads from its position.
        return found if self._assignments.epoch == epoch else []

    async def position(self, partition: Partition) -> int:
        """After all that `poll` has passed."""
        return int(await self._connected.position(TopicPartition(*partition)))

    async def end_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """End offsets, asked of the brokers over connections of their own: on the consumer's the question
        would wait behind a fetch that waits for records.
        """
        async with self._one_asks:
            if self._asking is None:
                client = AIOKafkaConsumer(
                    **self._config.client_options(),
                    enable_auto_commit=False,
                    isolation_level="read_committed",
                )
                await client.start()
                self._asking = client
            client = self._asking
            try:
                return _by_partition(await client.end_offsets([TopicPartition(*p) for p in partitions]))
            except (KafkaError, OSError):
                self._asking = None
                await self._close(client)
                raise

    async def beginning_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """First offsets, asked of the brokers."""
        return _by_partition(
            await self._connected.beginning_offsets([TopicPartition(*p) for p in partitions])
        )

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        """For lag tools."""
        await self._connected.commit({TopicPartition(*p): offset for p, offset in offsets.items()})

    @property
    def _connected(self) -> AIOKafkaConsumer:
        assert self._client is not None, "the consumer is not started"
        return self._client


@lru_cache(maxsize=50_000)
def _hashed(key: bytes) -> int:
    return int(murmur2(key)) & 0x7FFF_FFFF


def _partition(key: bytes, partitions: list[int], available: list[int]) -> int:
    """The Java client's choice (murmur2), remembered: keys come again and again, and the hash is slow in
    Python.
    """
    return partitions[_hashed(key) % len(partitions)]


def _flat(found: Mapping[Any, list[Record]]) -> list[Record]:
    return [record for records in found.values() for record in records]


def _by_partition(offsets: Mapping[Any, int]) -> dict[Partition, int]:
    return {Partition(place.topic, place.partition): offset for place, offset in offsets.items()}


class KafkaProducer:
    """One idempotent producer. It is not repaired: in doubt, stop it and make another."""

    def __init__(self, config: KafkaConfig) -> None:
        self._client = AIOKafkaProducer(
            **config.client_options(),
            acks="all",
            enable_idempotence=True,
            partitioner=_partition,
            compression_type=config.compression,
            max_batch_size=512 * 1024,
            # The size is checked where an event is made; here the broker's limit alone decides.
            max_request_size=16 * 1024 * 1024,
        )

    async def start(self) -> None:
        """Connect."""
        await asyncio.wait_for(self._client.start(), CLOSE_WITHIN_S)

    async def send(self, records: Sequence[Outgoing], deadline_s: float) -> list[Exception | None]:
        """Send in order; an answer for each."""
        futures: list[asyncio.Future[Any]] = []
        failure: Exception | None = None
        try:
            async with asyncio.timeout(deadline_s):
                for one in records:
                    sent = await self._client.send(one.topic, one.value, key=one.key, headers=one.headers)
                    futures.append(sent)
                if futures:
                    await asyncio.wait(futures)
        except TimeoutError:
            failure = SendUnknown("no answer within the deadline")
        except (KafkaError, OSError) as error:
            failure = SendUnknown(type(error).__name__)
        return [self._answer(one, failure) for one in futures] + [
            failure or SendUnknown("not sent") for _ in records[len(futures) :]
        ]

    @staticmethod
    def _answer(future: asyncio.Future[Any], failure: Exception | None) -> Exception | None:
        if not future.done():
            return failure or SendUnknown("no answer")
        if future.cancelled():
            return SendUnknown("cancelled")
        error = future.exception()
        if error is None:
            return None
        return (
            TooLargeForBroker()
            if isinstance(error, MessageSizeTooLargeError)
            else SendUnknown(type(error).__name__)
        )

    async def stop(self) -> None:
        """Close. A producer that still has unacknowledged records never ends by itself: its sender is ended
        for it.
        """
        sender = getattr(self._client, "_sender", None)
        task: asyncio.Task[None] | None = sender.sender_task if sender is not None else None
        if task is not None and not task.done():
            task.cancel()
        with contextlib.suppress(KafkaError, OSError, TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(self._client.stop(), CLOSE_WITHIN_S)
