"""The way in: a consumer whose position is a row, committed with the effects of what it read."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import faults, spine
from shared.clock import system_now
from shared.database import is_infrastructure, transaction
from shared.door import Door
from shared.events.clock import ClockTicked
from shared.faults import FaultPoint
from shared.message import Message
from shared.messages import Reader
from shared.messaging.bell import Bell
from shared.messaging.places import USUAL, IntakeSettings, Place
from shared.messaging.port import Broker, ConsumerPort, Partition, PositionOutOfRange, Record
from shared.observe import Metrics
from shared.spine import Move, PositionMoved

log = structlog.get_logger()

RESTART_AFTER_S = 0.5


class Intake:
    """One consumer of a service: takes partitions over, reads, applies in batches, hands over.

    `failed` holds what stopped it for good (records that were deleted before they were read); then it is not
    ready.
    """

    def __init__(
        self,
        name: str,
        broker: Broker,
        door: Door,
        engine: AsyncEngine,
        reader: Reader,
        metrics: Metrics,
        topics: Sequence[str],
        patterns: Sequence[str] = (),
        settings: IntakeSettings = USUAL,
        group: str | None = None,
        ticked: Bell | None = None,
    ) -> None:
        """`ticked` is a bell that all intakes of a process share, rung when simulated time has moved on:
        timers wait then until each of them has looked at its ends.
        """
        self.name, self.topics, self.patterns = name, topics, patterns
        self._broker, self._door, self._engine, self._reader = broker, door, engine, reader
        self._metrics, self._settings = metrics, settings
        self._group = group or f"huancui-{name}"
        self._places: dict[Partition, Place] = {}
        self._fresh: dict[Partition, datetime] = {}
        self._epoch = -1
        self._stop = asyncio.Event()
        self._ticked = ticked or Bell()
        self._look_soon = self._ticked.sleeper()
        self._to_look_past = system_now()
        self._committed_at = 0.0
        self._passed_at: float | None = None
        self._read_at = time.monotonic()
        self._consumer: ConsumerPort | None = None
        self.failed: Exception | None = None

    def stop(self) -> None:
        """End after the batch in hand."""
        self._stop.set()

    @property
    def places(self) -> dict[Partition, int]:
        """Where this replica stands in the partitions it has."""
        return {partition: place.saved for partition, place in self._places.items()}

    async def run(self) -> None:
        """Read until `stop`. A consumer that fails or is stuck is made anew."""
        while not self._stop.is_set() and self.failed is None:
            consumer = self._broker.consumer(self._group, self.topics, self.patterns)
            try:
                if await self._started(consumer):
                    await self._serve(consumer)
            except PositionOutOfRange as gone:
                self.failed = gone
                log.error("records_gone", consumer=self.name, missing=str(gone))
            except Exception as error:  # a client may raise anything; nothing is lost by beginning anew
                log.warning("consumer_restarts", consumer=self.name, error=type(error).__name__)
                await asyncio.sleep(RESTART_AFTER_S)
            finally:
                await consumer.stop()

    async def _started(self, consumer: ConsumerPort) -> bool:
        """Start a client, which may take as long as the brokers are away; False when we stop meanwhile."""
        starting = asyncio.ensure_future(consumer.start())
        stopped = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not starting.done():
            starting.cancel()
            return False
        starting.result()
        return True

    async def _serve(self, consumer: ConsumerPort) -> None:
        self._consumer, self._epoch, self._read_at = consumer, -1, time.monotonic()
        looking = asyncio.ensure_future(self._look(consumer))
        try:
            await self._read(consumer)
        finally:
            self._consumer = None
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def behind(self, positions: Mapping[tuple[str, int], int]) -> int:
        """How many records are not applied, in all partitions, by the positions that are stored of us; at
        least 1 while this replica is unsettled.
        """
        consumer = self._consumer
        if consumer is None or self._epoch == -1 or consumer.assignment()[0] != self._epoch or self._fresh:
            return 1
        stored = {Partition(*place): offset for place, offset in positions.items()}
        ends = await consumer.end_offsets(list(stored)) if stored else {}
        settled = consumer.assignment()[0] == self._epoch
        return sum(max(0, end - stored[place]) for place, end in ends.items()) + (0 if settled else 1)

    # -- reading
    # ----------------------------------------------------------------------------------------------------

    async def _read(self, consumer: ConsumerPort) -> None:
        settings = self._settings
        while not self._stop.is_set():
            epoch, partitions = consumer.assignment()
            if epoch != self._epoch:
                await self._take_over(consumer, epoch, partitions)
                continue
            poll_ms = settings.poll_ms if self._passed_at is None else settings.passed_poll_ms
            records = await consumer.poll(settings.batch_max, poll_ms, settings.lanes)
            if self._passed_at is not None:
                waited = time.monotonic() - self._passed_at
                if not records or waited > settings.save_passed_after_s:
                    await self._save_passed(consumer)
            if records:
                self._read_at = time.monotonic()
                async with consumer.processing:
                    if consumer.assignment()[0] == self._epoch:
                        await self._apply(consumer, records)
                        if any(self._reader.topic(one.topic) == ClockTicked.TOPIC for one in records):
                            self._ticked.ring()
            else:
                await self._pass_gaps(consumer)
                if self._is_stuck():
                    raise ConsumerStuck(self.name)
            await self._tell_group(consumer)

    async def _take_over(self, consumer: ConsumerPort, epoch: int, partitions: frozenset[Partition]) -> None:
        """Go to our positions. A partition never read before begins at its first record."""
        self._places = {}
        self._metrics.rebalances.inc()
        if partitions:
            try:
                stored = await self._stored(partitions)
                first = await consumer.beginning_offsets(list(partitions))
                end = await consumer.end_offsets(list(partitions))
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                log.warning("take_over_retried", consumer=self.name, error=type(error).__name__)
                await asyncio.sleep(0.2)
                return
            places = await self._places_of(consumer, partitions, stored, first)
            for partition, position in places.items():
                if not first[partition] <= position <= end[partition]:
                    raise PositionOutOfRange(partition, position, first[partition], end[partition])
                if consumer.assignment()[0] != epoch:
                    return
                consumer.seek(partition, position)
            self._places = {partition: Place(position, position) for partition, position in places.items()}
        self._epoch = epoch

    async def _places_of(
        self,
        consumer: ConsumerPort,
        partitions: frozenset[Partition],
        stored: Mapping[Partition, int],
        first: Mapping[Partition, int],
    ) -> dict[Partition, int]:
        """Where to read each partition from. One that may not be begun yet is paused and left out."""
        known_topics = {topic for topic, _ in stored}
        places, begun = {}, {}
        for partition in partitions:
            if partition in stored:
                places[partition] = stored[partition]
            elif partition.topic in known_topics and not await self._may_begin(partition, stored):
                consumer.pause(partition)
            else:
                places[partition] = begun[partition] = first[partition]
        if begun:
            async with transaction(self._engine) as connection:
                await spine.add_positions(connection, self.name, begun)
        return places

    async def _stored(self, partitions: frozenset[Partition]) -> dict[Partition, int]:
        async with transaction(self._engine) as connection:
            found = await spine.positions(connection, self.name, sorted({p.topic for p in partitions}))
        return {Partition(*place): offset for place, offset in found.items()}

    async def _may_begin(self, partition: Partition, stored: Mapping[Partition, int]) -> bool:
        """In a topic that grew, keys may have moved to a new partition: old ones are read to their ends."""
        noticed = self._fresh.setdefault(partition, system_now())
        through = await self._read_through(partition.topic)
        done = all(through[old.partition] >= noticed for old in stored if old.topic == partition.topic)
        if done:
            del self._fresh[partition]
        else:
            log.warning(
                "new_partition_waits",
                consumer=self.name,
                topic=partition.topic,
                partition=partition.partition,
            )
        return done

    async def _read_through(self, topic: str) -> dict[int, datetime]:
        async with transaction(self._engine) as connection:
            return await spine.read_through(connection, self.name, topic)

    async def _apply(self, consumer: ConsumerPort, records: Sequence[Record]) -> None:
        """Apply records in lanes, each a batch of its own over its own partitions."""
        lanes: dict[int, list[Record]] = defaultdict(list)
        for record in records:
            place = self._places.get(Partition(record.topic, record.partition))
            if place is None or record.offset < place.next:
                continue
            lanes[record.partition % self._settings.lanes].append(record)
        epoch = self._epoch

        def stopping() -> bool:
            return self._stop.is_set() or consumer.assignment()[0] != epoch

        self._came_to(
            await asyncio.gather(
                *(self._lane(lane, stopping) for lane in lanes.values()), return_exceptions=True
            )
        )

    def _came_to(self, results: Sequence[object]) -> None:
        """Where something went wrong, take our partitions over again; what is a fault of ours is raised."""
        for result in results:
            if isinstance(result, PositionMoved):
                log.warning("position_moved", consumer=self.name)
                self._epoch = -1
            elif isinstance(result, Exception) and is_infrastructure(result):
                log.warning("batch_given_back", consumer=self.name, error=type(result).__name__)
                self._epoch = -1
            elif isinstance(result, BaseException):
                raise result

    async def _save_passed(self, consumer: ConsumerPort) -> None:
        """Store our positions behind records that concern nobody here: together, and a little later. Whoever
        took over meanwhile has read them again, and nothing was done twice.
        """
        self._passed_at = None
        behind = {p: place.next for p, place in self._places.items() if place.saved < place.next}
        if behind and consumer.assignment()[0] == self._epoch:
            self._came_to(await asyncio.gather(self._move(behind, ()), return_exceptions=True))

    async def _pass_gaps(self, consumer: ConsumerPort) -> None:
        """Move over what is no record (marks of a publisher's transactions): else we would seem to lag for
        ever.

        Called when a poll gave nothing, so all that the client has passed is applied.
        """
        for partition, place in self._places.items():
            if place.end > place.next and consumer.assignment()[0] == self._epoch:
                passed = await consumer.position(partition)
                if passed > place.next:
                    await self._move({partition: passed}, ())

    async def _lane(self, records: Sequence[Record], stopping: Callable[[], bool]) -> None:
        size = self._settings.batch_max
        for start in range(0, len(records), size):
            part = records[start : start + size]
            messages = [m for m in map(self._reader.record, part) if m is not None]
            self._metrics.ignored.inc(len(part) - len(messages))
            reached: dict[Partition, int] = {Partition(r.topic, r.partition): r.offset + 1 for r in part}
            if messages or not self._settings.save_passed_after_s:
                await self._move(reached, messages, stopping)
            else:
                self._passed_at = self._passed_at or time.monotonic()
                for partition, end in reached.items():
                    self._places[partition].next = end

    async def _move(
        self,
        reached: Mapping[Partition, int],
        messages: Sequence[Message],
        stopping: Callable[[], bool] | None = None,
    ) -> None:
        """Apply messages, and store how far that takes us."""
        moves = [Move(*partition, self._places[partition].saved, end) for partition, end in reached.items()]
        await self._door.records(self.name, messages, moves, stopping=stopping or self._stop.is_set)
        for partition, end in reached.items():
            self._places[partition].saved = self._places[partition].next = end

    async def _tell_group(self, consumer: ConsumerPort) -> None:
        """For lag tools only: best effort, never read back."""
        if time.monotonic() - self._committed_at < self._settings.commit_every_s or not self._places:
            return
        self._committed_at = time.monotonic()
        faults.reached(FaultPoint.BEFORE_OFFSET_COMMIT)
        if consumer.assignment()[0] == self._epoch:
            with contextlib.suppress(Exception):  # a rebalance, a broker that is away: harmless
                await consumer.commit({partition: place.saved for partition, place in self._places.items()})

    def _is_stuck(self) -> bool:
        behind = any(
            place.looked_at is not None and place.end > place.next for place in self._places.values()
        )
        return behind and time.monotonic() - self._read_at > self._settings.stuck_after_s

    # -- how far we have read
    # ---------------------------------------------------------------------------------------

    async def _look(self, consumer: ConsumerPort) -> None:
        """Again and again look at the ends of our partitions, and note up to which moment all is applied."""
        while True:
            await self._until_next_look()
            try:
                await self._look_once(consumer)
            except (
                Exception
            ) as error:  # the brokers or the database are away: the note grows old, and timers wait
                log.warning("look_failed", consumer=self.name, error=type(error).__name__)

    async def _until_next_look(self) -> None:
        every, after = self._settings.look_every_ms / 1000, self._settings.look_after_ms
        if after is None:
            await asyncio.sleep(every)
            return
        past = self._to_look_past
        if all(one.read_through is not None and one.read_through > past for one in self._places.values()):
            await self._look_soon.sleep(every)
            self._to_look_past = system_now()
        await asyncio.sleep(after / 1000)

    async def _look_once(self, consumer: ConsumerPort) -> None:
        if self._epoch != -1 and await self._new_ones_may_begin():
            # Not sooner: taking over again drops what was fetched, and so keeps the old ones from their ends.
            self._epoch = -1
        epoch, places = self._epoch, dict(self._places)
        if not places or epoch == -1:
            return
        at = system_now()
        ends = await consumer.end_offsets(list(places))
        if self._epoch != epoch:
            return
        lag: dict[str, int] = defaultdict(int)
        reached: dict[datetime, dict[Partition, int]] = defaultdict(dict)
        for partition, place in places.items():
            lag[self._reader.topic(partition.topic)] += max(0, ends[partition] - place.next)
            if place.looked_at is None or place.saved >= place.end:
                if place.looked_at is not None:
                    reached[place.looked_at][partition] = place.end
                place.looked_at, place.end = at, ends[partition]
            if place.saved >= place.end:
                reached[place.looked_at][partition] = place.end
                place.read_through = place.looked_at
        for topic, records in lag.items():
            self._metrics.position_lag_records.labels(topic=topic).set(records)
        if reached:
            async with transaction(self._engine) as connection:
                for moment, its_ends in sorted(reached.items()):
                    await spine.note_read_through(connection, self.name, moment, its_ends)
            self._door.saved.ring()  # timers may wait for it

    async def _new_ones_may_begin(self) -> bool:
        """Whether the old partitions of a topic are read so far that its new ones need wait no longer."""
        for topic in {partition.topic for partition in self._fresh}:
            noticed = max(at for partition, at in self._fresh.items() if partition.topic == topic)
            if all(at >= noticed for at in (await self._read_through(topic)).values()):
                return True
        return False


class ConsumerStuck(Exception):
    """There is something to read, but the client has returned nothing for a long time."""
