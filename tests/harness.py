"""Running services in tests: a database of their own, a broker, and looks from outside at what they did."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from sqlalchemy import make_url

from services.hardship.flow import FLOW as HARDSHIP_FLOW
from services.hardship.main import REFERENCE as HARDSHIP_REFERENCE
from services.hardship.main import SOURCES as HARDSHIP_SOURCES
from services.ledger.flow import FLOW as LEDGER_FLOW
from services.ledger.main import REFERENCE as LEDGER_REFERENCE
from services.ledger.main import SOURCES as LEDGER_SOURCES
from services.ledger.store.results import KEEP_PUBLISHED
from services.mediation.flow import FLOW as MEDIATION_FLOW
from services.mediation.main import SOURCES as MEDIATION_SOURCES
from services.reminders.flow import FLOW as REMINDERS_FLOW
from services.reminders.main import REFERENCE as REMINDERS_REFERENCE
from services.reminders.main import SOURCES as REMINDERS_SOURCES
from services.reminders.main import dispatcher_of
from services.reminders.sending import Channels
from shared.asking import Peer
from shared.commands import Answered, Origin
from shared.decision import Actor, Role
from shared.events import wire
from shared.events.base import Event
from shared.events.examples import LENDER
from shared.events.ids import message_id
from shared.events.loans import ProductPublished
from shared.flow import Flow
from shared.messaging.memory import MemoryBroker
from shared.messaging.port import Broker
from shared.messaging.relay import LET_GO
from shared.messaging.sends import Dispatcher, DispatchSettings, Permit, always_permitted
from shared.service import Part, Quiescence, Service, Source
from shared.settings import ServiceSettings
from shared.spine import ClaimedSend
from tests.builders import a_record
from tests.followup.flow import FLOW as FOLLOWUP_FLOW
from tests.followup.flow import NoteSettled

OPERATOR = Actor("olga", Role.OPERATOR, frozenset({LENDER}))
ADMINISTRATOR = Actor("ada", Role.ADMINISTRATOR, None)
QUICK: Mapping[str, Any] = {"look_every_ms": 50, "outbox_poll_most_ms": 10}
STILL: Mapping[str, Any] = {"clock": "simulated", "clock_start": datetime(2026, 1, 2, 12, tzinfo=UTC)}
"""A clock that stands before the builders' loans fall due: no timer of theirs comes in between."""


async def until(condition: Callable[[], Awaitable[Any]], what: str, within_s: float = 60) -> Any:
    """Wait until a condition holds; what it gave. Fails with `what` when it never does."""
    deadline = asyncio.get_running_loop().time() + within_s
    while True:
        found = await condition()
        if found:
            return found
        assert asyncio.get_running_loop().time() < deadline, f"never came: {what}"
        await asyncio.sleep(0.02)


def settings(database_url: str, **changes: Any) -> ServiceSettings:
    """Settings for a service in a test."""
    values = {"database_url": database_url, "kafka_bootstrap": "memory", **QUICK, **changes}
    return ServiceSettings(**values)


@dataclass
class Notes:
    """A provider of notes: what it was handed, by idempotency key, and how it behaves."""

    taken: dict[UUID, int]
    failing: Exception | None = None

    async def deliver(self, send: ClaimedSend, payload: Mapping[str, Any]) -> str:
        """Take a note, unless told to fail."""
        if self.failing is not None:
            raise self.failing
        self.taken[send.id] = self.taken.get(send.id, 0) + 1
        return f"note-{len(self.taken)}"


@dataclass
class Looks:
    """Looks into the database of a service."""

    database: asyncpg.Pool

    async def rows(self, statement: str, *arguments: Any) -> list[dict[str, Any]]:
        """Rows of its database."""
        return [dict(row) for row in await self.database.fetch(statement, *arguments)]

    async def value(self, statement: str, *arguments: Any) -> Any:
        """One value of its database."""
        return await self.database.fetchval(statement, *arguments)


@dataclass
class Running(Looks):
    """A service that runs in this process, with a look into its database."""

    service: Service
    broker: Broker
    notes: Notes

    async def quiescence(self) -> Quiescence:
        """Whether it has come to rest."""
        return await self.service.quiescence()

    async def publish(self, *events: Event, ids: Sequence[str] = ()) -> None:
        """Publish to the broker in memory, as other parties would."""
        assert isinstance(self.broker, MemoryBroker)
        for index, event in enumerate(events):
            await self.broker.publish(a_record(event, id=ids[index] if ids else None))
            if isinstance(event, ProductPublished) and events[index + 1 :] and self.service.intakes:
                await self.settled()  # a loan that comes before its product waits for it, and is tried later

    async def submit(
        self, command: object, *, key: str | None = None, actor: Actor = OPERATOR, body: int = 1
    ) -> Answered:
        """Hand in a command as a route would."""
        id_ = message_id(actor.subject, key or str(uuid4()))
        return await self.service.door.submit(command, Origin(id_, body, actor, None, "test"))

    async def payments(self) -> list[str]:
        """What a ledger has of payments: their references, in order."""
        found = await self.rows("SELECT reference FROM fact WHERE kind = 'Payment' ORDER BY reference")
        return [row["reference"].removeprefix("payment:") for row in found]

    async def settled(self) -> None:
        """Wait until all that was published is read, applied and published on."""

        async def done() -> bool:
            if any(i.failed for i in self.service.intakes):
                raise AssertionError("the consumer has stopped")
            assert isinstance(self.broker, MemoryBroker)
            wanted = sum(
                len(log)
                for partition, log in self.broker.logs.items()
                if any(partition in intake.places for intake in self.service.intakes)
                or partition.topic.startswith(tuple(_names(self.service)))
            )
            read = await self.value("SELECT coalesce(sum(next_offset), 0) FROM position")
            outbox = await self.value("SELECT count(*) FROM outbox WHERE held IS NULL")
            return bool(read == wanted and outbox == 0)

        await until(done, "the service comes to rest")

    def published(self, topic: str) -> list[Event]:
        """The events of a topic."""
        assert isinstance(self.broker, MemoryBroker)
        return [wire.decode(topic, r.key, r.headers, r.value)[0] for r in self.broker.records(topic)]

    def envelopes(self, topic: str) -> list[wire.Envelope]:
        """The envelopes of a topic."""
        assert isinstance(self.broker, MemoryBroker)
        return [wire.decode(topic, r.key, r.headers, r.value)[1] for r in self.broker.records(topic)]


def _names(service: Service) -> list[str]:
    return [
        topic
        for source in service.sources
        for topic in (*source.topics, *(t + "." for t in source.per_lender))
    ]


SOURCES: dict[str, Sequence[Source]] = {
    "ledger": LEDGER_SOURCES,
    "reminders": REMINDERS_SOURCES,
    "hardship": HARDSHIP_SOURCES,
    "mediation": MEDIATION_SOURCES,
    "followup": [Source("", topics=["clock", "ledger-events"])],
}
FLOWS: dict[str, Flow] = {
    "ledger": LEDGER_FLOW,
    "reminders": REMINDERS_FLOW,
    "hardship": HARDSHIP_FLOW,
    "mediation": MEDIATION_FLOW,
    "followup": FOLLOWUP_FLOW,
}
REFERENCES: dict[str, Any] = {
    "ledger": LEDGER_REFERENCE,
    "reminders": REMINDERS_REFERENCE,
    "hardship": HARDSHIP_REFERENCE,
}


def owed_peer(unpaid: str = "1000.00") -> Peer:
    """A ledger that says of every loan that this much is owed."""

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"unpaid": {"amount": unpaid, "currency": "CNY"}})

    return Peer("http://ledger.test", None, 5.0, httpx.MockTransport(answer))


def make_service(
    name: str,
    config: ServiceSettings,
    broker: Broker | None = None,
    notes: Notes | None = None,
    permit: Permit = always_permitted,
) -> Service:
    """One of the two services, wired as its `main.py` does."""
    provider = notes or Notes({})
    quick = DispatchSettings(poll_ms=20, first_pause_s=0.05, attempts_max=3)

    def contacts(service: Service) -> Part:
        return dispatcher_of(service, Channels(dry=True), owed_peer(), "https://learn.example", quick)

    def dispatcher(service: Service) -> Dispatcher:
        return Dispatcher(
            service.engine,
            service.door,
            service.clock,
            {"note": provider.deliver},
            NoteSettled,
            permit,
            quick,
        )

    return Service(
        FLOWS[name],
        config,
        SOURCES[name],
        reference=REFERENCES.get(name),
        broker=broker,
        dispatcher={"followup": dispatcher, "reminders": contacts}.get(name),
        let_go=KEEP_PUBLISHED if name == "ledger" else LET_GO,
    )


async def pool_of(database_url: str) -> asyncpg.Pool:
    """Connections for looks into a database."""
    plain = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.create_pool(plain, min_size=1, max_size=3)


@asynccontextmanager
async def running(
    name: str,
    database_url: str,
    broker: Broker,
    *,
    start: bool = True,
    permit: Permit = always_permitted,
    **changes: Any,
) -> AsyncIterator[Running]:
    """Run a service in this process; with `start=False` only its door is open."""
    notes = Notes({})
    service = make_service(name, settings(database_url, **changes), broker, notes, permit)
    pool = await pool_of(database_url)
    try:
        if start:
            await service.start()
        yield Running(pool, service, broker, notes)
    finally:
        await service.stop()
        await pool.close()


def instant(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
