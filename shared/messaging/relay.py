"""The way out: one relay per service reads the outbox in order, publishes, and deletes exactly what was
acknowledged.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import structlog

from shared import faults
from shared.database import is_infrastructure
from shared.events.wire import unpack_headers
from shared.faults import FaultPoint
from shared.messaging.bell import Bell
from shared.messaging.leader import Stopped, leadership
from shared.messaging.port import Broker, Outgoing, ProducerPort, TooLargeForBroker
from shared.observe import Metrics

log = structlog.get_logger()

_READ = "SELECT seq, topic, key, headers, value FROM outbox WHERE seq > $1 ORDER BY seq LIMIT $2"
# One statement, one snapshot: a key's rows appear together when its held row is released, in their order.
_READ_NOT_HELD = (
    "SELECT seq, topic, key, headers, value FROM outbox AS o WHERE seq > $1 AND NOT EXISTS (SELECT 1 "
    "FROM outbox AS h WHERE h.held IS NOT NULL AND h.topic = o.topic AND h.key = o.key) ORDER BY seq LIMIT $2"
)
LET_GO = "DELETE FROM outbox WHERE seq = ANY($1::bigint[])"
_ANY_HELD = "SELECT EXISTS (SELECT 1 FROM outbox WHERE held IS NOT NULL)"
_HOLD = "UPDATE outbox SET held = $2 WHERE seq = $1"
_OPEN = "pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
_SNAPSHOT = f"SELECT {_OPEN} FROM pg_current_snapshot() AS s"
BOUND_EVERY_S = 0.02
# What a held row's release brings back below the bound is found this often.
FULL_SCAN_EVERY_S = 0.5


@dataclass(slots=True)
class _Bound:
    """The number above which we look, to spare the scan over dead rows.

    A row may commit after rows with higher numbers, and before others of its own key: the bound passes a
    number only when every transaction that could have drawn a lower one has ended, and what it left was read.
    """

    above: int = 0
    passed: int = 0
    """Published through here; which transactions were open then is not known yet."""
    next: int = 0
    """The bound to come, once all transactions before `open_until` have ended."""
    open_until: int = 0
    looked_at: float = 0.0

    async def look(self, connection: asyncpg.Connection) -> int:
        """Ask which transactions have ended; the bound that holds after one more read, or 0."""
        if time.monotonic() - self.looked_at < BOUND_EVERY_S or not (self.next or self.passed):
            return 0
        self.looked_at = time.monotonic()
        oldest_open, not_begun = await connection.fetchrow(_SNAPSHOT)
        if not self.next:
            self.next, self.open_until, self.passed = self.passed, not_begun, 0
        return self.next if oldest_open >= self.open_until else 0

    def read(self, last: int, ripe: int, whole: bool) -> None:
        """All rows that were found were published, the last one having this number (0: none was found)."""
        if ripe:
            self.above, self.next = ripe, 0
        if not whole:
            self.above = min(self.above, last)
        self.passed = max(self.passed, last)


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """`send_deadline_s` bounds one batch; the pauses between polls grow from least to most while nothing
    comes.
    """

    batch_max: int = 1000
    poll_least_ms: int = 5
    poll_most_ms: int = 100
    send_deadline_s: float = 10.0
    failure_pause_most_s: float = 2.0


class Relay:
    """Publishes one service's outbox while it leads; otherwise it stands by.

    `let_go` is the statement that takes acknowledged rows (their numbers are `$1`) out of the outbox: a
    service may keep what was published elsewhere in the same statement, in the order in which it was
    published.
    """

    def __init__(
        self,
        service: str,
        database_url: str,
        broker: Broker,
        metrics: Metrics,
        settings: RelaySettings,
        let_go: str = LET_GO,
        saved: Bell | None = None,
    ) -> None:
        self._service, self._url, self._broker = service, database_url, broker
        self._metrics, self._settings, self._let_go = metrics, settings, let_go
        self._producer: ProducerPort | None = None
        self._failures = 0
        self._any_held = True
        self._rows_at_once = settings.batch_max
        self._stop = asyncio.Event()
        self._idle = (saved or Bell()).sleeper()
        self.leading = False

    async def run(self) -> None:
        """Lead and publish until `stop`; after any failure of the infrastructure begin anew."""
        while not self._stop.is_set():
            try:
                async with leadership(self._url, f"{self._service}-relay", self._stop.is_set) as connection:
                    self.leading = True
                    log.info("relay_leads", service=self._service)
                    await self._drain(connection)
            except Stopped:
                break
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                log.warning("relay_restarts", service=self._service, error=type(error).__name__)
                await self._pause_after_failure()
            finally:
                self.leading = False
        await self._drop_producer()

    def stop(self) -> None:
        """End after the batch in hand."""
        self._stop.set()
        self._idle.wake()

    async def _drain(self, connection: asyncpg.Connection) -> None:
        settings = self._settings
        self._any_held = True
        bound, scanned_at, pause_ms = _Bound(), 0.0, float(settings.poll_least_ms)
        while not self._stop.is_set():
            ripe, above = await bound.look(connection), bound.above
            if time.monotonic() - scanned_at > FULL_SCAN_EVERY_S:
                above, scanned_at = 0, time.monotonic()
                self._any_held = await connection.fetchval(_ANY_HELD)
            if self._any_held:
                rows = await connection.fetch(_READ_NOT_HELD, 0, self._rows_at_once)
            else:
                rows = await connection.fetch(_READ, above, self._rows_at_once)
            whole = len(rows) < self._rows_at_once
            last = await self._publish(connection, rows) if rows else 0
            if rows and not last:
                bound = _Bound()
            else:
                bound.read(last, ripe, whole)
            if rows:
                pause_ms = settings.poll_least_ms
                if len(rows) >= max(1, self._rows_at_once // 2) and self._failures == 0:
                    continue
                await self._sleep(pause_ms / 1000)  # what comes meanwhile goes out together
            else:
                pause_ms = min(pause_ms * 1.5, settings.poll_most_ms)
                await self._idle.sleep(pause_ms / 1000)

    async def _publish(self, connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> int:
        """Send rows and delete the acknowledged prefix; the number of its last row, or 0."""
        producer = await self._ready_producer()
        if producer is None:
            return 0
        faults.reached(FaultPoint.DURING_KAFKA_SEND)
        answers = await producer.send(
            [Outgoing(row[1], row[2], row[4], unpack_headers(row[3])) for row in rows],
            self._settings.send_deadline_s,
        )
        faults.reached(FaultPoint.AFTER_KAFKA_ACK)
        acknowledged = next((i for i, answer in enumerate(answers) if answer is not None), len(rows))
        if acknowledged:
            await connection.execute(self._let_go, [row["seq"] for row in rows[:acknowledged]])
            faults.reached(FaultPoint.AFTER_OUTBOX_DELETE)
            self._metrics.relay_sent.inc(acknowledged)
            self._failures = 0
        if acknowledged == len(rows):
            self._rows_at_once = min(self._rows_at_once * 2, self._settings.batch_max)
            return int(rows[-1]["seq"])
        alone = len(rows) == 1
        await self._doubt(connection, rows[acknowledged], answers[acknowledged], alone)
        return 0

    async def _doubt(
        self, connection: asyncpg.Connection, row: asyncpg.Record, answer: Exception | None, alone: bool
    ) -> None:
        """One row was not acknowledged. The producer's sequence may be broken: make a new one and send again
        from here.
        """
        if isinstance(answer, TooLargeForBroker) and not alone:
            # The broker measures what is sent together: only what is refused by itself is too large.
            self._rows_at_once = max(1, self._rows_at_once // 4)
            await self._drop_producer()
            return
        if isinstance(answer, TooLargeForBroker):
            log.error("outbox_row_held", service=self._service, seq=row["seq"], topic=row["topic"])
            await connection.execute(_HOLD, row["seq"], "larger than the broker takes")
            self._any_held = True
            await self._drop_producer()
            return
        log.warning("send_in_doubt", service=self._service, topic=row["topic"], answer=str(answer))
        await self._drop_producer()
        await self._pause_after_failure()

    async def _ready_producer(self) -> ProducerPort | None:
        if self._producer is None:
            producer = self._broker.producer()
            try:
                await producer.start()
            except Exception as error:  # whatever a client raises at its start, the outbox waits
                log.warning("producer_not_started", service=self._service, error=type(error).__name__)
                await producer.stop()
                await self._pause_after_failure()
                return None
            self._metrics.relay_producers.inc()
            self._producer = producer
        return self._producer

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _pause_after_failure(self) -> None:
        self._failures += 1
        await self._sleep(min(0.05 * 2 ** min(self._failures, 10), self._settings.failure_pause_most_s))

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
