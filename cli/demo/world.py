"""The run's hands: it publishes as the platform, asks the APIs as whoever is concerned, reads what was told,
and knows when all four services have come to rest.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx

from cli.access import kafka_config, local_token, reason_of
from cli.stack.layout import Layout
from cli.stack.process import StackError
from shared.decision import Role
from shared.events import wire
from shared.events.base import Event
from shared.events.clock import ClockTicked
from shared.events.ids import name_id
from shared.messaging.kafka import KafkaBroker, KafkaConsumer, KafkaProducer
from shared.messaging.port import Outgoing, Partition

TOPICS = ("ledger-events", "reminder-events", "hardship-events", "mediation-events", "care-events", "holds")
SERVICES = ("ledger", "reminders", "hardship", "mediation")
SEND_WITHIN_S, ANSWERS_WITHIN_S, RESTS_WITHIN_S = 60.0, 60.0, 300.0
COMES_BACK_WITHIN_S, AGAIN_AFTER_S = 60.0, 0.5
"""A service that was killed is started again by its supervisor."""
TOKEN_HOURS, KNOWN_WITHIN_S = 11.0, 90.0
_OF_A_LENDER = frozenset({Role.OPERATOR, Role.HARDSHIP_OFFICER})
ASKED_FOR_REST = "quiescence?within_s=5"


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a service's, and where it stood."""

    event: Event
    partition: Partition
    offset: int
    id: str
    recorded_at: datetime | None
    """By the emitting service's wall clock."""


@dataclass
class World:
    """A running stack, seen from outside."""

    layout: Layout
    lender: str
    producer: KafkaProducer
    consumer: KafkaConsumer
    clients: Mapping[str, httpx.AsyncClient]
    offsets: dict[str, int]
    """By topic/partition: the next record to be read."""
    requests: int = 0
    published: int = 0
    _tokens: dict[tuple[Role, str], str] = field(default_factory=dict)
    _moment: datetime = datetime(2018, 1, 1, tzinfo=UTC)
    unread: list[Told] = field(default_factory=list)
    """What was told since `told` was asked last."""

    # -- publishing ------------------------------------------------------------------------------------------

    async def publish(self, events: Iterable[Event]) -> None:
        """As the platform does. The id of an event is made of its content: told twice it is the same."""
        records = [self._record(one) for one in events]
        answers = await self.producer.send(records, SEND_WITHIN_S)
        refused = [one for one in answers if one is not None]
        if refused:
            raise StackError(f"Kafka did not take {len(refused)} events ({type(refused[0]).__name__})")
        self.published += len(records)

    def _record(self, event: Event) -> Outgoing:
        content = wire.encode_value(event).decode()
        id_ = str(name_id("run", f"{event.TYPE}\n{content}"))
        source = f"/lenders/{event.lender_name}" if event.PER_LENDER else "/run"
        envelope = wire.envelope_of(event, id=id_, source=source, time=self._moment)
        return Outgoing(event.topic_name, *_reordered(wire.encode(event, envelope)))

    async def tick(self, now: datetime) -> None:
        """Let simulated time move on."""
        self._moment = now
        await self.publish([ClockTicked(now=now)])

    async def known(self, events: Iterable[Event], *answers: type[Event]) -> None:
        """Publish a lender's first events, and wait until these answers were told: a service finds a new
        lender's topics within seconds, and before nothing of them is read.
        """
        await self.publish(events)
        end = time.monotonic() + KNOWN_WITHIN_S
        while time.monotonic() < end:
            if set(answers) <= {type(one.event) for one in self.unread}:
                return
            await asyncio.sleep(0.2)
        raise StackError("the services do not read the lender's topics: see ./huancui logs")

    # -- asking ----------------------------------------------------------------------------------------------

    async def ask(
        self, service: str, method: str, path: str, who: tuple[Role, str], body: Any = None, key: str = ""
    ) -> Any:
        """One request; `key` makes a repeated write the same one. Raises Refused, saying why."""
        headers = {"Authorization": f"Bearer {self._token(*who)}"}
        if key:
            headers["Idempotency-Key"] = str(name_id("run", f"{method} {path}\n{key}"))
        self.requests += 1
        answer = await self._sent(service, method, path, body, headers)
        if not answer.is_success:
            raise Refused(service, path, answer.status_code, reason_of(answer))
        return answer.json()

    async def _sent(
        self, service: str, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> httpx.Response:
        end = time.monotonic() + COMES_BACK_WITHIN_S
        while True:
            try:
                answer = await self.clients[service].request(method, path, json=body, headers=headers)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > end:
                    return answer
            except httpx.TransportError as error:
                # A write is the same when it is sent again: it has its key.
                if time.monotonic() > end:
                    raise StackError(f"{service} does not answer ({type(error).__name__})") from error
            await asyncio.sleep(AGAIN_AFTER_S)

    def _token(self, role: Role, subject: str) -> str:
        known = self._tokens.get((role, subject))
        if known is None:
            lenders = (self.lender,) if role in _OF_A_LENDER else ()
            known = local_token(self.layout, role, lenders=lenders, subject=subject, hours=TOKEN_HOURS)
            self._tokens[role, subject] = known
        return known

    # -- rest ------------------------------------------------------------------------------------------------

    async def rest(self) -> datetime | None:
        """Wait until all services have come to rest; when something is due next."""
        end = time.monotonic() + RESTS_WITHIN_S
        before: list[tuple[int, int]] = []
        while time.monotonic() < end:
            # Each answers once it rests. What one has told meanwhile may have woken another: all are asked
            # again, until nothing has moved between two rounds.
            found = await asyncio.gather(*(self._quiet(name) for name in SERVICES))
            now = [(one["consumed"], one["emitted"]) for one in found]
            if now == before and all(map(_still, found)):
                due = [one["next_due_at"] for one in found if one["next_due_at"] is not None]
                return min(map(datetime.fromisoformat, due), default=None)
            before = now
        raise StackError(f"the services did not come to rest in {RESTS_WITHIN_S:.0f} s: see ./huancui logs")

    async def _quiet(self, service: str) -> dict[str, Any]:
        self.requests -= 1  # the driver's own question is nobody's request
        found: dict[str, Any] = await self.ask(service, "GET", ASKED_FOR_REST, (Role.SERVICE, "run"))
        return found

    # -- what was told ---------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read on without end: what was told is there when it is asked for."""
        while True:
            for record in await self.consumer.poll(2_000, 500):
                event, envelope = wire.decode(record.topic, record.key, record.headers, record.value)
                where = Partition(record.topic, record.partition)
                self.unread.append(Told(event, where, record.offset, envelope.id, envelope.recorded_at))
                self.offsets[_name(where)] = record.offset + 1

    async def told(self) -> list[Told]:
        """What the services have told since this was asked last, in an order that is always the same."""
        _, assigned = self.consumer.assignment()
        ends = await self.consumer.end_offsets(sorted(assigned))
        while any(self.offsets.get(_name(one), 0) < end for one, end in ends.items()):  # noqa: ASYNC110  # read in batches
            await asyncio.sleep(0.005)
        found, self.unread = self.unread, []
        return sorted(found, key=lambda one: (one.event.topic_name, one.partition, one.offset))


class Refused(Exception):
    """A service said no."""

    def __init__(self, service: str, path: str, status: int, reason: str) -> None:
        super().__init__(f"{service} {path}: {reason}")
        self.status = status


def midnight(day: date) -> datetime:
    """The beginning of a day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _still(one: Mapping[str, Any]) -> bool:
    return not (one["outbox"] or one["due"] or one["behind"])


def _reordered(parts: tuple[bytes, list[tuple[str, bytes]], bytes]) -> tuple[bytes, bytes, Any]:
    key, headers, value = parts
    return key, value, headers


def _name(partition: Partition) -> str:
    return f"{partition.topic}/{partition.partition}"


@asynccontextmanager
async def opened(layout: Layout, offsets: dict[str, int], lender: str) -> AsyncIterator[World]:
    """A world over the running stack, of one lender, reading on from these offsets."""
    broker = KafkaBroker(kafka_config(layout, "huancui-run"))
    producer, consumer = broker.producer(), broker.consumer("huancui-run", TOPICS)
    clients = {
        name: httpx.AsyncClient(base_url=f"{layout.url(name)}/v1/", timeout=ANSWERS_WITHIN_S, trust_env=False)
        for name in SERVICES
    }
    await producer.start()
    await consumer.start()
    try:
        while not consumer.assignment()[1]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        for one in consumer.assignment()[1]:
            consumer.seek(one, offsets.get(_name(one), 0))
        world = World(layout, lender, producer, consumer, clients, offsets)
        reading = asyncio.ensure_future(world.read())
        try:
            yield world
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
    finally:
        await consumer.stop()
        await producer.stop()
        for client in clients.values():
            await client.aclose()
