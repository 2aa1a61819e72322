"""What a benchmark stands on: durable servers of its own, databases, topics, services, and a meter."""

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import make_url

from benchmarks.events import LENDER
from benchmarks.report import ROOT
from cli.stack.process import LOOPBACK, Child, free_ports, wait_until
from shared.access import generate_key, issue_token, public_jwks
from shared.decision import Role
from shared.messaging.kafka import KafkaBroker
from shared.messaging.port import Outgoing
from shared.settings import ServiceSettings
from tests.databases import Databases
from tests.infra.embedded import Embedded
from tests.infra.servers import Infra

PARTITIONS = 8
TOPICS = (
    "clock",
    "hardship-events",
    "holds",
    "reminder-events",
    "mediation-events",
    "care-events",
    f"loan-events.{LENDER}",
    f"borrowers.{LENDER}",
    "ledger-events",
    "followup-events",
)
READY_WITHIN_S, STOP_WITHIN_S, STALLED_AFTER_S = 60.0, 30.0, 120.0
METER_EVERY_S = 0.05
PUBLISH_CHUNK, PUBLISH_WITHIN_S = 5_000, 60.0
# When a row was committed is then known to the microsecond, without anything that looks for it meanwhile.
POSTGRES_OPTIONS = {"track_commit_timestamp": "on"}
SERVERS = "on this machine: PostgreSQL (fsync and synchronous_commit on) and Apache Kafka (one node, no TLS)"


class Stalled(Exception):  # named like the domain's errors
    """What is measured has made no progress for two minutes."""


@dataclass
class Ground:
    """One run's servers, and how much is measured: the short form is a look, not a measurement."""

    infra: Infra
    home: Path
    short: bool
    say: Callable[[str], None]
    databases: Databases = field(init=False)

    def __post_init__(self) -> None:
        self.databases = Databases(self.infra)
        self._key = generate_key()
        self._key_file = self.home / f"jwks-{os.getpid()}.json"
        self._key_file.write_text(public_jwks([self._key]))

    def sized(self, full: int, short: int) -> int:
        """The amount of work for this form."""
        return short if self.short else full

    @property
    def repeats(self) -> int:
        """How often a cheap figure is measured."""
        return 1 if self.short else 3

    def token(self, role: Role = Role.INTEGRATOR) -> str:
        """A token of the lender's platform, or of a role that is bound to no lender."""
        defaults = {name: ServiceSettings.model_fields[name].default for name in ("issuer", "audience")}
        lenders = [LENDER] if role is Role.INTEGRATOR else None
        return issue_token(self._key, subject="platform", role=role, lenders=lenders, **defaults)

    async def topics(self) -> str:
        """Make all topics anew, and the prefix that sets them apart."""
        prefix = f"b{secrets.token_hex(3)}-"
        await self.infra.create_topics(TOPICS, prefix=prefix, partitions=PARTITIONS)
        return prefix

    async def copy(self, url: str) -> str:
        """A copy of a database that nobody is connected to."""
        return await self.infra.create_database(template=urlsplit(url).path.lstrip("/"))

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Publish records in order, as a platform would."""
        producer = KafkaBroker(self.infra.kafka("benchmarks")).producer()
        await producer.start()
        try:
            for at in range(0, len(records), PUBLISH_CHUNK):
                answers = await producer.send(records[at : at + PUBLISH_CHUNK], PUBLISH_WITHIN_S)
                refused = next((one for one in answers if one is not None), None)
                if refused is not None:
                    raise refused
        finally:
            await producer.stop()

    def settings(self, database_url: str, prefix: str, **more: object) -> dict[str, str]:
        """The environment of a service."""
        values: dict[str, object] = {
            "database_url": database_url,
            "kafka_bootstrap": self.infra.bootstrap,
            "topic_prefix": prefix,
            "http_port": free_ports(1)[0],
            "jwks_file": self._key_file,
            "log_level": "warning",
            **self.infra.kafka_security,
            **more,
        }
        own = {f"HUANCUI_{name.upper()}": str(value) for name, value in values.items()}
        return {**_environment(), **own}

    @contextmanager
    def process(self, module: str, environment: Mapping[str, str] | None = None) -> Iterator[Child]:
        """Run a module as a process of its own until the block ends."""
        log = self.home / "logs" / f"{module}-{secrets.token_hex(3)}.log"
        command = [sys.executable, "-m", module]
        child = Child(module, command, log, environment=environment or _environment(), folder=ROOT)
        child.start()
        try:
            yield child
        finally:
            child.stop(STOP_WITHIN_S)

    @contextmanager
    def service(self, module: str, environment: Mapping[str, str]) -> Iterator[Child]:
        """Run a service as a process of its own, ready when the block begins."""
        address = f"http://{LOOPBACK}:{environment['HUANCUI_HTTP_PORT']}/health/ready"

        def ready() -> bool:
            if not child.running:
                raise RuntimeError(f"{module} has ended: {child.last_words()}")
            try:
                return httpx.get(address, timeout=5, trust_env=False).is_success
            except httpx.TransportError:
                return False

        with self.process(module, environment=environment) as child:
            if not wait_until(ready, READY_WITHIN_S, every_s=0.2):
                raise RuntimeError(f"{module} is not ready: {child.last_words()}")
            yield child


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUANCUI_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


@contextmanager
def opened(home: Path, *, short: bool, say: Callable[[str], None]) -> Iterator[Ground]:
    """Start servers whose data lies under `home`, and end them with the block. Raises StackError."""
    folder = home / f"servers-{os.getpid()}"
    try:
        servers = Embedded(folder, secure=False, durable=True, postgres_options=POSTGRES_OPTIONS)
        servers.start()
        try:
            yield Ground(Infra(servers.address(f"{os.getpid():x}")), folder, short, say)
        finally:
            servers.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def plain(url: str) -> str:
    """A database's URL for asyncpg."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a database."""
    connection = await asyncpg.connect(plain(url))
    try:
        yield connection
    finally:
        await connection.close()


async def reached(
    count: Callable[[], Awaitable[int]], wanted: int, within_s: float = STALLED_AFTER_S
) -> None:
    """Wait until so many are counted. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while await count() < wanted:  # noqa: ASYNC110  # it comes to be in another process
            await asyncio.sleep(METER_EVERY_S)


async def rate(done: Callable[[], Awaitable[int]], wanted: int, process: Child) -> float:
    """How many per second, from the first `done` until `wanted` are: starting up does not count."""
    first_at, first, last, moved_at = 0.0, 0, 0, time.monotonic()
    while True:
        count, now = await done(), time.monotonic()
        if count > last:
            last, moved_at = count, now
            if not first:
                first, first_at = count, now
        if count >= wanted:
            if first >= wanted:
                raise Stalled(f"{wanted} were done before the meter could look twice: measure more")
            return (count - first) / (now - first_at)
        if not process.running:
            raise Stalled(f"{process.name} has ended: {process.last_words()}")
        if now - moved_at > STALLED_AFTER_S:
            raise Stalled(f"{process.name}: {last} of {wanted} done; {process.last_words()}")
        await asyncio.sleep(METER_EVERY_S)


class Ends:
    """How many records a topic holds, as the broker counts them."""

    def __init__(self, ground: Ground, topic: str) -> None:
        self._consumer = AIOKafkaConsumer(**ground.infra.kafka("meter").client_options())
        self._places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        self._base = 0

    async def __aenter__(self) -> "Ends":
        await self._consumer.start()
        self._base = await self._total()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def _total(self) -> int:
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(self._places)
        return sum(ends.values())

    async def grown(self) -> int:
        """Records added since the block began."""
        return await self._total() - self._base


def resident_mb(process: Child) -> float:
    """The memory that a process has in use, in MB."""
    command = ["ps", "-o", "rss=", "-p", str(process.pid)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024


def peak_mb(process: Child) -> float:
    """The most memory that a process has had in use so far, in MB (Linux)."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
