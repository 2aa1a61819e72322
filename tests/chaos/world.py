"""A world to break: both services with databases, topics and tokens of their own, in processes to kill."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import FastAPI
from joserfc.jwk import OKPKey

from cli.stack.process import free_ports
from services.ledger.main import make as make_ledger
from services.ledger.settings import LedgerSettings
from shared.access import generate_key, issue_token, public_jwks
from shared.decision import Role
from shared.events.base import Event
from shared.events.examples import LENDER
from shared.messaging.kafka import KafkaBroker
from shared.messaging.port import Outgoing
from shared.settings import ServiceSettings
from tests.builders import a_record
from tests.chaos.load import HttpLoad
from tests.databases import Databases
from tests.harness import Running, running
from tests.infra.servers import Infra
from tests.processes import MODULES, QUICK, Process, environment_of, eventually, launched
from tests.web import AUDIENCE, ISSUER

ROOT = Path(__file__).resolve().parents[2]
LOAN_EVENTS = f"loan-events.{LENDER}"
PAYMENTS = "SELECT count(*) FROM fact WHERE kind = 'Payment'"
"""How many payments a ledger has."""
TOPICS = (
    LOAN_EVENTS,
    "hardship-events",
    "holds",
    "reminder-events",
    "ledger-events",
    "followup-events",
    "clock",
)


@dataclass
class World:
    """Both services over one PostgreSQL and one Kafka."""

    infra: Infra
    folder: Path
    prefix: str
    databases: dict[str, str]
    key: OKPKey = field(default_factory=generate_key)
    processes: list[Process] = field(default_factory=list)
    acknowledged: list[Event] = field(default_factory=list)
    attempted: list[Event] = field(default_factory=list)

    @classmethod
    async def make(
        cls,
        infra: Infra,
        folder: Path,
        prefix: str,
        *,
        topics: Sequence[str] = TOPICS,
        services: Sequence[str] = ("ledger", "followup"),
        partitions: int = 2,
    ) -> Self:
        """Databases at the newest version, and topics under a prefix of their own."""
        databases = Databases(infra)
        urls = {service: await databases.make(service) for service in services}
        await infra.create_topics(topics, prefix=prefix, partitions=partitions)
        world = cls(infra, folder, prefix, urls)
        (folder / "jwks.json").write_text(public_jwks([world.key]))
        return world

    # -- services --------------------------------------------------------------------------------------------

    def settings(self, service: str, **changes: Any) -> dict[str, Any]:
        """Settings of a service in this world."""
        return {
            "database_url": self.databases[service],
            "kafka_bootstrap": self.infra.bootstrap,
            **self.infra.kafka_security,
            "topic_prefix": self.prefix,
            "jwks_file": str(self.folder / "jwks.json"),
            "issuer": ISSUER,
            "audience": AUDIENCE,
            **QUICK,
            **changes,
        }

    def launch(self, service: str, *, fault: str | None = None, **changes: Any) -> Process:
        """Start a replica as a process of its own, and do not wait for it."""
        port = free_ports(1)[0]
        environment = self.environment(service, **changes, http_port=port, fault=fault)
        return self.run_module(MODULES[service], environment, service, f"http://127.0.0.1:{port}")

    def environment(self, service: str, **changes: Any) -> dict[str, str]:
        """The environment of a process with a service's settings; None leaves one out."""
        environment = environment_of(self.settings(service, **changes))
        return environment | {"FOLLOWUP_NOTES": str(self.folder / "notes")}

    def run_module(self, module: str, environment: Mapping[str, str], name: str, url: str = "") -> Process:
        """Run a module as a process that ends with this world."""
        log = self.folder / f"{name}-{len(self.processes)}.log"
        self.processes.append(launched(module, environment, name, url, log))
        return self.processes[-1]

    async def start(self, service: str, *, fault: str | None = None, **changes: Any) -> Process:
        """Start a replica as a process of its own and wait until it is ready."""
        return await self.launch(service, fault=fault, **changes).ready()

    @asynccontextmanager
    async def inside(self, service: str, **changes: Any) -> AsyncIterator[Running]:
        """Run a replica in this process, on the real Kafka. It starts faster, and cannot be killed."""
        settings = self.settings(service, **changes)
        url = settings.pop("database_url")
        async with running(service, url, self.broker(**settings), **settings) as service_running:
            yield service_running

    @asynccontextmanager
    async def serving(self, **changes: Any) -> AsyncIterator[FastAPI]:
        """Run a replica of the ledger in this process, with its routes: an application for `HttpLoad`."""
        service, app = make_ledger(LedgerSettings(**self.settings("ledger", **changes)))
        async with service.running():
            yield app

    def broker(self, **changes: Any) -> KafkaBroker:
        """Clients of this world's Kafka with the services' limits."""
        return KafkaBroker(ServiceSettings(**{**self.settings("ledger"), **changes}).kafka("chaos"))

    async def close(self) -> None:
        """End what still runs."""
        for process in self.processes:
            if process.running:
                process.signal(signal.SIGCONT)
                await process.kill()

    # -- load ------------------------------------------------------------------------------------------------

    async def publish(self, events: Sequence[Event], *, ids: Sequence[str] | None = None) -> None:
        """Publish platforms' events, in order, each acknowledged."""
        named = ids or [f"chaos-{event.NAME}-{_reference(event)}" for event in events]
        await self.send([a_record(e, id=i, prefix=self.prefix) for e, i in zip(events, named, strict=True)])

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Publish records as they are."""
        producer = KafkaBroker(self.infra.kafka()).producer()
        await producer.start()
        try:
            answers = await producer.send(records, 30)
            assert all(answer is None for answer in answers), "the load was not acknowledged"
        finally:
            await producer.stop()

    def http(self, role: Role = Role.INTEGRATOR, lenders: Sequence[str] | None = (LENDER,)) -> HttpLoad:
        """A load by HTTP, with a token of this world; what it gets acknowledged the checker will look for."""
        return HttpLoad(self.bearer(role, lenders), self.attempted, self.acknowledged)

    def bearer(self, role: Role, lenders: Sequence[str] | None = None) -> dict[str, str]:
        """The header of a caller."""
        token = issue_token(
            self.key, subject="chaos", role=role, lenders=lenders, issuer=ISSUER, audience=AUDIENCE
        )
        return {"Authorization": f"Bearer {token}"}

    # -- looks -----------------------------------------------------------------------------------------------

    async def value(self, service: str, statement: str, *arguments: Any) -> Any:
        """One value of a service's database."""
        connection = await asyncpg.connect(_plain(self.databases[service]), timeout=10)
        try:
            return await connection.fetchval(statement, *arguments)
        finally:
            await connection.close()

    async def execute(self, service: str, statement: str, *arguments: Any) -> None:
        """Change a service's database behind its back."""
        connection = await asyncpg.connect(_plain(self.databases[service]), timeout=10)
        try:
            await connection.execute(statement, *arguments)
        finally:
            await connection.close()

    async def topic_end(self, topic: str) -> int:
        """How many records a topic (named without the prefix) has had."""
        return sum((await self.ends([topic])).values())

    async def ends(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        """The end of each partition of these topics, which are named without the prefix."""
        counts = await KafkaBroker(self.infra.kafka()).partitions([self.prefix + topic for topic in topics])
        consumer = AIOKafkaConsumer(**self.infra.kafka().client_options(), enable_auto_commit=False)
        await consumer.start()
        try:
            found = await consumer.end_offsets(
                [
                    TopicPartition(topic, partition)
                    for topic, count in counts.items()
                    for partition in range(count)
                ]
            )
        finally:
            await consumer.stop()
        return {(place.topic.removeprefix(self.prefix), place.partition): end for place, end in found.items()}

    async def settle(self, within_s: float = 90) -> None:
        """Wait until all that was published is applied, and no outbox row, send or timer is left.

        But of the ledger: no timer that is due. A loan looks forward to its next day until it is repaid.
        """

        async def at_rest() -> bool:
            return all([await self._rests(service) for service in self.databases])

        await eventually(at_rest, "the services come to rest", within_s)

    async def _rests(self, service: str) -> bool:
        topics = {"ledger": [LOAN_EVENTS, "clock"], "followup": ["ledger-events", "clock"]}[service]
        timers = {"ledger": "timer WHERE due_at <= now()", "followup": "timer"}[service]
        left = await self.value(
            service,
            f"SELECT (SELECT count(*) FROM outbox WHERE held IS NULL) + (SELECT count(*) FROM {timers}) "
            "+ (SELECT count(*) FROM send)",
        )
        if left:
            return False
        read = await self.value(service, "SELECT coalesce(sum(next_offset), 0)::bigint FROM position")
        return bool(read == sum((await self.ends(topics)).values()))

    # -- the checker -----------------------------------------------------------------------------------------

    def told(self, *, allowed: Sequence[str] = ()) -> dict[str, Any]:
        """What the checker must know; `allowed` are reasons for which messages may be held at the end."""
        return {
            "kafka": self.infra.kafka().client_options(),
            "prefix": self.prefix,
            "inputs": [LOAN_EVENTS],
            "databases": {service: _plain(url) for service, url in self.databases.items()},
            "acknowledged": [_fact(event) for event in self.acknowledged],
            "attempted": [_fact(event) for event in self.attempted],
            "allowed": list(allowed),
        }

    async def check(self, *, allowed: Sequence[str] = ()) -> dict[str, list[str]]:
        """Run the checker, a program of its own; what it found, by kind: empty lists when all is well."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.checker"),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await process.communicate(json.dumps(self.told(allowed=allowed)).encode())
        assert process.returncode in (0, 1), f"the checker itself failed: {err.decode()[-2000:]}"
        found: dict[str, list[str]] = json.loads(out)
        assert process.returncode == int(any(found.values())), "the checker's status and report differ"
        return found

    async def balances(self, *, allowed: Sequence[str] = (), within_s: float = 90) -> None:
        """Settle, then demand that the checker finds nothing."""
        await self.settle(within_s)
        found = {kind: what[:5] for kind, what in (await self.check(allowed=allowed)).items() if what}
        assert not found, found


MakeWorld = Callable[..., Awaitable[World]]
"""`await make_world(infra=None, **options of World.make)`: without `infra` on the run's servers."""


def _plain(url: str) -> str:
    return url.replace("+asyncpg", "", 1)


def _reference(event: Event) -> str:
    return f"{event.partition_key}-{getattr(event, 'payment_reference', 'opening')}"


def _fact(event: Event) -> dict[str, Any]:
    """What the checker must know of an event that was handed in by HTTP."""
    return {"type": event.TYPE, "data": event.model_dump(mode="json")}
