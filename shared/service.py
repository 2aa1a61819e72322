"""One service, running: engine, door, consumers, relay, timers, dispatcher, readiness, metrics, quiescence;
start and stop.
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import faults, spine, upkeep
from shared.batch import Parts
from shared.clock import Clock
from shared.database import make_engine, transaction
from shared.door import Door
from shared.flow import Flow
from shared.messages import Reader
from shared.messaging.bell import Bell
from shared.messaging.intake import Intake
from shared.messaging.kafka import KafkaBroker
from shared.messaging.places import USUAL, IntakeSettings
from shared.messaging.port import Broker
from shared.messaging.relay import LET_GO, Relay, RelaySettings
from shared.messaging.timers import TimerRunner, TimerSettings
from shared.observe import Metrics
from shared.schema_version import at_head
from shared.settings import ServiceSettings
from shared.upkeep import Check

log = structlog.get_logger()

UPKEEP_EVERY_S = 5.0
REST_LOOKED_FOR_FIRST_S, REST_LOOKED_FOR_MOST_S, REST_LOOKED_FOR_SLOWER = 0.004, 0.02, 1.3
"""How often to look whether the work is done: looking takes from those who do it."""
# Four batches at work hold more than a hundred thousand short-lived objects: with less than that, a tenth of
# the time went into looking through all of them again and again.
GC_THRESHOLD = (300_000, 20, 50)


@dataclass(frozen=True, slots=True)
class Source:
    """One consumer of a service: the topics it reads (names of the contracts), and patterns of topics, one
    for each lender.
    """

    name: str
    topics: Sequence[str] = ()
    per_lender: Sequence[str] = ()


class Part(Protocol):
    """Something of a service's own that runs as long as the service does."""

    async def run(self) -> None:
        """Work until `stop`."""

    def stop(self) -> None:
        """End after what is in hand."""


@dataclass
class Service:
    """Everything that runs in one process of a service.

    `reference` is the frozen snapshot that decisions get; `dispatcher` makes what hands things out (sends,
    webhooks), where a service has some; `let_go` is the relay's (see there).
    """

    flow: Flow
    settings: ServiceSettings
    sources: Sequence[Source]
    reference: Any = None
    broker: Broker | None = None
    dispatcher: Callable[["Service"], Part] | None = None
    let_go: str = LET_GO
    migrations: Path | None = None
    """Where its migrations are: a database that lacks some is not ready."""
    metrics: Metrics = field(init=False)
    engine: AsyncEngine = field(init=False)
    clock: Clock = field(init=False)
    door: Door = field(init=False)
    intakes: list[Intake] = field(init=False, default_factory=list)
    ticked: Bell = field(init=False, default_factory=Bell)
    """Rung when simulated time has moved on."""

    def __post_init__(self) -> None:
        settings, name = self.settings, self.flow.service
        faults.arm(settings.fault)
        self.metrics = Metrics(name)
        self._url = settings.database_url.get_secret_value()
        self.engine = make_engine(
            self._url,
            application=f"huancui-{name}",
            pool_size=settings.database_pool_size,
            on_evicted=self.metrics.connections_evicted.inc,
        )
        self.clock = settings.make_clock()
        self.broker = self.broker or KafkaBroker(settings.kafka(f"huancui-{name}"))
        reader = Reader(self.flow, settings.topic_prefix)
        parts = Parts(self.flow, reader, self.clock, self.reference, f"/huancui/{name}")
        self.door = Door(
            parts,
            self.engine,
            self.metrics,
            fetch=self.broker.fetch,
            answer_within_s=settings.answer_within_s,
            still_running_after_s=settings.still_running_after_s,
        )
        self._reader = reader
        self._tasks: list[asyncio.Task[None]] = []
        self._stoppers: list[Callable[[], None]] = []
        self._died: dict[str, BaseException] = {}
        self._missing_topics: Sequence[str] = ()
        self._migrated = False

    # -- life
    # -------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the parts that this replica runs."""
        settings, name, broker = self.settings, self.flow.service, self.broker
        assert broker is not None
        if settings.role_consume:
            for source in self.sources:
                self._add_intake(source, broker)
        if settings.role_relay:
            relay = Relay(
                name,
                self._url,
                broker,
                self.metrics,
                RelaySettings(
                    poll_least_ms=settings.outbox_poll_least_ms,
                    poll_most_ms=settings.outbox_poll_most_ms,
                    send_deadline_s=settings.send_deadline_s,
                ),
                self.let_go,
                self.door.saved,
            )
            self._begin("relay", relay.run, relay.stop)
        if settings.role_timers:
            timer_settings = TimerSettings(
                batch_max=settings.batch_max,
                per_second_max=settings.timers_per_second_max,
                in_order=settings.timers_in_order,
                alone=self.flow.alone,
            )
            timers = TimerRunner(name, self._url, self.engine, self.door, self.clock, timer_settings)
            self._begin("timers", timers.run, timers.stop)
        if settings.role_dispatch and self.dispatcher is not None:
            dispatcher = self.dispatcher(self)
            self._begin("dispatcher", dispatcher.run, dispatcher.stop)
        self._begin("upkeep", self._upkeep, lambda: None)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLD)
        log.info("service_started", service=name)

    def _add_intake(self, source: Source, broker: Broker) -> None:
        settings, prefix = self.settings, self.settings.topic_prefix
        name = f"{self.flow.service}-{source.name}" if source.name else self.flow.service
        intake = Intake(
            name,
            broker,
            self.door,
            self.engine,
            self._reader,
            self.metrics,
            [prefix + topic for topic in source.topics],
            [_pattern(prefix, topic) for topic in source.per_lender],
            IntakeSettings(
                batch_max=settings.batch_max,
                lanes=settings.lanes,
                look_every_ms=settings.look_every_ms,
                look_after_ms=settings.look_after_ms,
                # Whoever drives a simulated clock waits for each position.
                save_passed_after_s=0.0 if settings.look_after_ms is not None else USUAL.save_passed_after_s,
            ),
            group=f"huancui-{prefix}{name}",
            ticked=self.ticked,
        )
        self.intakes.append(intake)
        self._begin(f"consumer {name}", intake.run, intake.stop)

    def _begin(self, part: str, run: Callable[[], Awaitable[None]], stop: Callable[[], None]) -> None:
        async def watched() -> None:
            try:
                await run()
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                # A part that dies of a fault in our code must be seen: the service is no longer ready.
                self._died[part] = error
                log.exception("part_died", service=self.flow.service, part=part)

        self._tasks.append(asyncio.ensure_future(watched()))
        self._stoppers.append(stop)

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand, commit, leave the group; within `stop_within_s`."""
        budget = self.settings.stop_within_s
        began = asyncio.get_running_loop().time()
        for stop in self._stoppers:
            stop()
        self._tasks[-1].cancel()
        _, late = await asyncio.wait(self._tasks, timeout=budget * 0.6)
        for task in late:
            task.cancel()
        left = await self.door.close(max(1.0, budget - (asyncio.get_running_loop().time() - began)))
        await self.engine.dispose()
        log.info("service_stopped", service=self.flow.service, late_parts=len(late), late_batches=left)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        """Run between start and stop."""
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    # -- how it is
    # --------------------------------------------------------------------------------------------------

    async def readiness(self) -> list[Check]:
        """The database is there and may be written, its schema is ours, no part has died, topics exist.

        Kafka being away is no reason: writes go on, the outbox holds what they publish.
        """
        checks = [await upkeep.check_database(self.engine)]
        if self.migrations is not None and checks[0].ok and not self._migrated:
            self._migrated = await at_head(self.engine, self.migrations)
            if not self._migrated:
                checks.append(Check("migrations", False, "run this service's migrations"))
        checks += [Check(part, False, type(error).__name__) for part, error in self._died.items()]
        checks += [Check(f"consumer {i.name}", False, str(i.failed)) for i in self.intakes if i.failed]
        checks += [Check("topics", False, f"missing: {name}") for name in self._missing_topics]
        return checks

    async def _upkeep(self) -> None:
        """Gauges and housekeeping, every few seconds."""
        while True:
            try:
                await self._upkeep_once()
            except (
                Exception
            ) as error:  # the database or the broker is away: readiness tells, and this tries again
                log.warning("upkeep_failed", service=self.flow.service, error=type(error).__name__)
            await asyncio.sleep(UPKEEP_EVERY_S)

    async def _upkeep_once(self) -> None:
        async with transaction(self.engine) as connection:
            now = await self.clock.now(connection)
            await upkeep.measure(connection, self.metrics, now)
            await upkeep.prune_inbox(connection, self.settings.inbox_keep_days)
        await self.door.retry_waiting()
        wanted = [self.settings.topic_prefix + topic for topic in self._topics()]
        assert self.broker is not None
        if wanted:
            found = await self.broker.partitions(wanted)
            missing = [topic for topic in wanted if not found.get(topic)]
            if missing and missing != self._missing_topics:
                log.error("topics_missing", service=self.flow.service, topics=missing)
            self._missing_topics = missing

    def _topics(self) -> list[str]:
        """The topics that this replica reads and publishes to, but those that each lender has."""
        settings, steps = self.settings, (step for steps in self.flow.steps.values() for step in steps)
        read = [t for source in self.sources for t in source.topics] if settings.role_consume else []
        emitted = {e.TOPIC for step in steps for e in step.emits if not e.PER_LENDER}
        return [*read, *sorted(emitted if settings.role_relay else ())]

    async def quiescence(self, within_s: float = 0.0) -> "Quiescence":
        """Whether this service has come to rest, for a driver of simulated time; waits for it for so long."""
        end, pause_s = time.monotonic() + within_s, REST_LOOKED_FOR_FIRST_S
        while not (found := await self._quiescence()).at_rest and time.monotonic() < end:
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * REST_LOOKED_FOR_SLOWER, REST_LOOKED_FOR_MOST_S)
        return found

    async def _quiescence(self) -> "Quiescence":
        async with transaction(self.engine) as connection:
            # The positions first, and before the clock: what is applied meanwhile, a tick too, seems unread.
            positions = await spine.all_positions(connection)
            now = await self.clock.now(connection)
            consumed, emitted, outbox, due, next_due_at = await upkeep.rest(connection, now)
        behind = 0
        if not (outbox or due):  # else it does not rest in any case, and Kafka is not asked
            asked = (intake.behind(positions.get(intake.name, {})) for intake in self.intakes)
            behind = sum(await asyncio.gather(*asked))
        return Quiescence(now, consumed, emitted, outbox, due, next_due_at, behind)


@dataclass(frozen=True, slots=True)
class Quiescence:
    """A simulation may tick when two rounds over all services give equal counters, nothing unread,
    unpublished or due.
    """

    now: datetime
    consumed: int
    emitted: int
    outbox: int
    due: int
    next_due_at: datetime | None
    """When the next timer or send of this service is due."""
    behind: int
    """Records that are not applied yet; at least 1 while this replica takes partitions over. Not looked at,
    and 0, while there is something unpublished or due.
    """

    @property
    def at_rest(self) -> bool:
        """Whether nothing is left to do at this moment of the clock."""
        return not (self.outbox or self.due or self.behind)


def _pattern(prefix: str, topic: str) -> str:
    escaped = (prefix + topic).replace(".", r"\.").replace("-", r"\-")
    return escaped + r"\.[a-z0-9][a-z0-9-]*"
